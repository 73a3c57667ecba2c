"""Customers over REST: supervisors keep them, agents see those on their desk, admins take them in and erase them."""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

import msgspec
import structlog
from aiohttp import web

from tandem.control.identities import identity, parts_of
from tandem.cti.answers import Refused, answer
from tandem.cti.backend import Backend
from tandem.cti.contract import asks, gives, heeds, reads, takes
from tandem.cti.customer_sight import Sight, sight_of
from tandem.cti.customer_wishes import Change, KnownBy, Merge, NewCustomer, Past, Search, Split, Trial
from tandem.cti.identity import DETAIL, identity_of, needs
from tandem.cti.settings_api import version_in
from tandem.cti.shapes import CustomerShown, Merged, SplitOff
from tandem.store.customers.book import Book
from tandem.store.customers.erasing import Erased
from tandem.store.customers.history import Entry
from tandem.store.customers.importing import Imported
from tandem.store.customers.joins import Join
from tandem.store.customers.people import NotDone, Person

log = structlog.get_logger()

CHUNK = 64 * 1024
SHORTEST_ENDING = 4
"""Digits of a number that an agent must know to look for it."""
STATUS = {
    "unknown_customer": 404, "unknown_identity": 404, "unknown_join": 404, "changed": 412,
    "merged": 409, "taken": 409, "same_customer": 409, "undone": 409, "joined_later": 409,
}  # fmt: skip

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def explained(handler: Handler) -> Handler:
    """A handler that answers with what stands against what was asked; who may ask it stays as it was marked."""

    @wraps(handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotDone as error:
            raise Refused(STATUS[error.code], error.code, str(error)) from None

    return handle


class Customers:
    """One method a route. `settled` returns when all that has happened so far is in the records."""

    def __init__(self, book: Book, backend: Backend, settled: Callable[[], Awaitable[None]]) -> None:
        self._book, self._backend, self._settled = book, backend, settled

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        one = "/customers/{customer}"
        return [
            web.get("/customers", explained(self.search)),
            web.post("/customers", explained(self.create)),
            web.post("/customers/import", explained(self.take_in)),
            web.post("/customers/export", explained(self.write_out)),
            web.get(one, explained(self.show)),
            web.patch(one, explained(self.change)),
            web.delete(one, explained(self.erase)),
            web.get(f"{one}/history", explained(self.history)),
            web.post(f"{one}/identities", explained(self.add_identity)),
            web.delete(f"{one}/identities", explained(self.remove_identity)),
            web.get(f"{one}/joins", explained(self.joins)),
            web.post(f"{one}/merge", explained(self.merge)),
            web.post(f"{one}/split", explained(self.split)),
            web.post("/customer-joins/{number}/undo", explained(self.undo)),
        ]

    # --- reading -----------------------------------------------------------------------------------------------

    @needs("agent")
    @asks(Search)
    @gives(list[CustomerShown])
    async def search(self, request: web.Request, wanted: Search) -> web.Response:
        """`?q=` is part of a name, number or address, and `?after=<id>` goes on; `?number=` is the end of a number.

        Agents may give that alone, where the settings let them.
        """
        sight = self._sight(request)
        number, text, limit = wanted.number, wanted.q.strip(), wanted.limit
        if number:
            sight.check_may_search()
            digits = number.lstrip("+")
            if not digits.isdecimal() or len(digits) < SHORTEST_ENDING:
                raise Refused(400, "bad_number", f"Give the last {SHORTEST_ENDING} digits of the number, or more.")
            found = await self._book.people.by_number_ending(digits, limit)
        elif sight.is_whole and text:
            found = await self._book.people.search(text, limit, wanted.after)
        else:
            raise Refused(400, "nothing_to_look_for", "Give q or, as an agent, number.")
        return answer([_shown(person, sight) for person in found])

    @needs("agent")
    @gives(CustomerShown, ETag="The number of the change, in quotes.")
    async def show(self, request: web.Request) -> web.Response:
        """A customer; for an agent, one on their desk. One who was merged is the one they went on as."""
        person = await self._person(request)
        sight = self._sight(request)
        sight.check_may_see(person.customer)
        return _tagged(person, sight)

    @needs("agent")
    @asks(Past)
    @gives(list[Entry])
    async def history(self, request: web.Request, wanted: Past) -> web.Response:
        """Their contacts, the newest first; `?before=<epoch seconds>` goes on."""
        person = await self._person(request)
        sight = self._sight(request)
        sight.check_may_see(person.customer)
        entries = await self._book.history(person.customer, wanted.limit, wanted.before)
        phones = [value for kind, value in map(parts_of, person.identities) if kind == "phone"]
        return answer([_entry_seen(entry, sight, phones) for entry in entries])

    @needs("supervisor")
    @gives(list[Join])
    async def joins(self, request: web.Request) -> web.Response:
        """What was merged with them and split off them, the newest first."""
        return answer(await self._book.joins.of(request.match_info["customer"]))

    # --- keeping -----------------------------------------------------------------------------------------------

    @needs("supervisor")
    @takes(NewCustomer)
    @gives(CustomerShown, 201, ETag="The number of the change, in quotes.")
    async def create(self, request: web.Request, wish: NewCustomer) -> web.Response:
        """201 with the new customer."""
        fields = {name: getattr(wish, name) for name in Change.__struct_fields__} | {"tags": tuple(wish.tags)}
        known = tuple(dict.fromkeys(map(self._identity, wish.identities)))
        person = await self._book.people.create(Person("", **fields, identities=known), self._backend.clock())
        request[DETAIL] = person.customer
        return _tagged(person, self._sight(request), 201)

    @needs("supervisor")
    @heeds(If_Match="The ETag of the customer, or * to write over any.")
    @takes(Change)
    @gives(CustomerShown)
    async def change(self, request: web.Request, wish: Change) -> web.Response:
        """If-Match names the change that it was made on; * is for whoever knows that no matter."""
        if "If-Match" not in request.headers:
            raise Refused(
                428, "no_version_named", "Send If-Match with the ETag of the customer, or * to write over any."
            )
        values = {name: value for name, value in msgspec.structs.asdict(wish).items() if value is not None}
        request[DETAIL] = ", ".join(values)
        name = request.match_info["customer"]
        person = await self._book.people.change(name, version_in(request), self._backend.clock(), **values)
        return _tagged(person, self._sight(request))

    @needs("supervisor")
    @takes(KnownBy)
    @gives(CustomerShown)
    async def add_identity(self, request: web.Request, given: KnownBy) -> web.Response:
        """They are known by this too."""
        known_by = self._identity(given)
        name, now = request.match_info["customer"], self._backend.clock()
        person = await self._book.people.add_identity(name, known_by, now)
        return _tagged(person, self._sight(request))

    @needs("supervisor")
    @asks(KnownBy)
    @gives(CustomerShown)
    async def remove_identity(self, request: web.Request, given: KnownBy) -> web.Response:
        """They are not known by `?kind=&value=` any more."""
        known_by = self._identity(given)
        name, now = request.match_info["customer"], self._backend.clock()
        person = await self._book.people.remove_identity(name, known_by, now)
        return _tagged(person, self._sight(request))

    @needs("supervisor")
    @takes(Merge)
    @gives(Merged)
    async def merge(self, request: web.Request, wish: Merge) -> web.Response:
        """`other` goes on as this customer; the answer has the number to undo it by."""
        name = request.match_info["customer"]
        by, now = identity_of(request).name, self._backend.clock()
        number = await self._book.joins.merge(name, wish.other, by, now)
        request[DETAIL] = f"{wish.other}, number {number}"
        return answer({"number": number})

    @needs("supervisor")
    @takes(Split)
    @gives(SplitOff, 201)
    async def split(self, request: web.Request, wish: Split) -> web.Response:
        """A new customer has these identities, and what came by them; the answer has the number to undo it by."""
        name = request.match_info["customer"]
        by, now = identity_of(request).name, self._backend.clock()
        taken = list(dict.fromkeys(map(self._identity, wish.identities)))
        number = await self._book.joins.split(name, taken, wish.name, by, now)
        (join,) = (join for join in await self._book.joins.of(name) if join.number == number)
        request[DETAIL] = f"{join.other}, number {number}"
        return answer({"number": number, "customer": join.other}, 201)

    @needs("supervisor")
    @takes(None)
    @gives(Join)
    async def undo(self, request: web.Request) -> web.Response:
        """A merging or splitting is as if it had not been."""
        given = request.match_info["number"]
        if not given.isdecimal() or len(given) > 12:
            raise Refused(404, "unknown_join", "There is no merging or splitting of this number.")
        return answer(await self._book.joins.undo(int(given), identity_of(request).name, self._backend.clock()))

    # --- all of them -------------------------------------------------------------------------------------------

    @reads("text/csv")
    @asks(Trial)
    @gives(Imported)
    async def take_in(self, request: web.Request, trial: Trial) -> web.Response:
        """A CSV; `?dry_run=1` says what would come of it. Lines that are wrong are told of, all others are taken."""
        country, now = self._backend.readers.customer_rules().country, self._backend.clock()
        report = await self._book.take_in(request.content.iter_chunked(CHUNK), country, now, dry_run=trial.dry_run)
        if not report.lines and report.problems:
            raise Refused(422, "bad_columns", "The first line can't be used.", report.problems)
        counts = {name: getattr(report, name) for name in ("lines", "created", "changed", "unchanged", "refused")}
        request[DETAIL] = ", ".join(f"{name} {count}" for name, count in counts.items())
        return answer(report)

    @takes(None)
    @gives(str, media="text/csv")
    async def write_out(self, request: web.Request) -> web.StreamResponse:
        """All customers as CSV. A POST, for it is written down who took them."""
        response = web.StreamResponse(headers={"Content-Type": "text/csv; charset=utf-8"})
        await response.prepare(request)
        async for part in self._book.write_out():
            await response.write(part)
        await response.write_eof()
        return response

    @gives(Erased)
    async def erase(self, request: web.Request) -> web.Response:
        """Erase a customer; what was erased. Not while something of theirs goes on."""
        person = await self._person(request)
        if contacts := self._backend.readers.at_work(person.customer, person.identities):
            what = "A contact, a callback or a message that nobody has heard goes on"
            raise Refused(409, "at_work", f"{what}: {', '.join(contacts)}. End it first.")
        await self._settled()
        try:
            erased = await self._book.erase(person.customer)
        except OSError as error:
            log.error("a recording can't be removed", customer=person.customer, error=str(error))
            raise Refused(
                503, "recording_kept", "A recording can't be removed: nothing was erased. See the log."
            ) from None
        request[DETAIL] = ", ".join(
            f"{name} {count}" for name, count in msgspec.structs.asdict(erased).items() if count
        )
        return answer(erased)

    async def _person(self, request: web.Request) -> Person:
        person = await self._book.people.person(request.match_info["customer"])
        if person is None:
            raise Refused(404, "unknown_customer", "There is no such customer.")
        return person

    def _sight(self, request: web.Request) -> Sight:
        return sight_of(identity_of(request), self._backend.readers)

    def _identity(self, given: KnownBy) -> str:
        known_by = identity(given.kind, given.value, self._backend.readers.customer_rules().country)
        if known_by is None:
            raise Refused(422, "bad_identity", f"{given.value!r} is no {given.kind}.")
        return known_by


def _entry_seen(entry: Entry, sight: Sight, phones: Sequence[str]) -> Entry:
    """A contact as it may be seen; what customers fill in and answer may have their numbers in it too."""
    hidden = [entry.number, *phones]
    forms = [
        form | {"content": {name: sight.in_text(str(value), hidden) for name, value in form["content"].items()}}
        for form in entry.forms
    ]
    answers = [given | {"answer": sight.in_text(given["answer"], hidden)} for given in entry.answers]
    return msgspec.structs.replace(entry, number=sight.of(entry.number), forms=forms, answers=answers)


def _shown(person: Person, sight: Sight) -> dict[str, Any]:
    shown = msgspec.structs.asdict(person)
    del shown["merged_into"]
    pairs = [parts_of(known_by) for known_by in person.identities]
    seen = [{"kind": kind, "value": sight.of(value) if kind == "phone" else value} for kind, value in pairs]
    return shown | {"identities": seen}


def _tagged(person: Person, sight: Sight, status: int = 200) -> web.Response:
    response = answer(_shown(person, sight), status)
    response.headers["ETag"] = f'"{person.change}"'
    return response
