"""Guides for an agent's desktop: begin one, answer, look, put it away."""

import secrets

import msgspec
from aiohttp import web

from tandem.control.events import Answer, Event, GuideAnswered, GuideBegan, GuideEnded, Value
from tandem.control.page.pages import PageShown
from tandem.cti.answers import Refused, answer
from tandem.cti.backend import Backend
from tandem.cti.contract import gives, takes
from tandem.cti.identity import Identity, identity_of, needs
from tandem.cti.shapes import GuidePutAway, GuideShown

NOT_THERE = ("unknown_guide", "There is no such guide, or it was not used for long. Begin a new one.")


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that begins a guide: which flow, for which call, in which language, with which variables."""

    flow: str
    contact: str = ""
    language: str = ""
    variables: dict[str, Value] = {}


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of an answer: what is answered, to question `step` (left out: to the one of now)."""

    key: str = ""
    text: str = ""
    way: str = ""
    values: dict[str, str] | None = None
    submitted: bool = True
    step: int | None = None


class Guides:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.post("/guides", self.begin),
            web.get("/guides/{guide}", self.look),
            web.post("/guides/{guide}", self.answer),
            web.delete("/guides/{guide}", self.end),
        ]

    @needs("agent")
    @takes(Begin)
    @gives(GuideShown, 201)
    async def begin(self, request: web.Request, wanted: Begin) -> web.Response:
        """201 with the guide's id and what it shows."""
        flows = self._backend.readers.flows()
        if wanted.flow not in flows:
            raise Refused(404, "unknown_flow", f"There is no flow of this name. There are {', '.join(sorted(flows))}.")
        self._check_theirs(identity_of(request), wanted.contact)
        guide = f"guide-{secrets.token_hex(8)}"
        began = GuideBegan(guide, wanted.flow, wanted.contact, wanted.language, wanted.variables)
        return await self._shown_after(began, guide, 201)

    @needs("agent")
    @gives(GuideShown)
    async def look(self, request: web.Request) -> web.Response:
        """What a guide shows."""
        return self._shown(self._guide(request), 200)

    @needs("agent")
    @takes(Given)
    @gives(GuideShown)
    async def answer(self, request: web.Request, given: Given) -> web.Response:
        """What the guide shows after the answer; 409 when the answer was to another question than the one of now."""
        guide = self._guide(request)
        view = self._backend.readers.guide(guide)
        if view is None:
            raise Refused(404, *NOT_THERE)
        answered = _answer(given)
        _check(view, given)
        return await self._shown_after(GuideAnswered(guide, view.shown.step, answered), guide, 200)

    @needs("agent")
    @gives(GuidePutAway)
    async def end(self, request: web.Request) -> web.Response:
        """Put a guide away."""
        guide = self._guide(request)
        if self._backend.readers.guide(guide) is None:
            raise Refused(404, *NOT_THERE)
        await self._backend.tell(guide, GuideEnded(guide))
        return answer({"guide": guide}, 200)

    def _guide(self, request: web.Request) -> str:
        """The guide that is asked about, whose contact is theirs."""
        guide = request.match_info["guide"]
        self._check_theirs(identity_of(request), self._backend.readers.guide_contact(guide))
        return guide

    def _check_theirs(self, who: Identity, contact: str) -> None:
        """Refused: an agent has no such contact on their desk, nor wraps it up. A guide may say who it is about."""
        if not contact or who.may("supervisor"):
            return
        desk = self._backend.readers.agent_desk(who.agent)
        theirs = [on_desk.contact.contact for on_desk in desk.contacts] if desk else []
        theirs += [wrapping.contact for wrapping in desk.agent.wrapping] if desk else []
        if contact not in theirs:
            raise Refused(403, "not_yours", "An agent may walk a guide for a contact on their own desk only.")

    async def _shown_after(self, event: Event, guide: str, status: int) -> web.Response:
        await self._backend.tell(guide, event)
        return self._shown(guide, status)

    def _shown(self, guide: str, status: int) -> web.Response:
        view = self._backend.readers.guide(guide)
        if view is None:
            raise Refused(404, *NOT_THERE)
        return answer({"guide": guide, "outcome": view.outcome, "shown": view.shown}, status)


def _answer(given: Given) -> Answer:
    """The answer without what was left out. Refused: it is none."""
    parts: dict[str, object] = {name: getattr(given, name) for name in ("key", "text", "way") if getattr(given, name)}
    if given.values is not None:
        parts |= {"values": given.values, "submitted": given.submitted}
    try:
        return msgspec.convert(parts, Answer)
    except msgspec.ValidationError as error:
        raise Refused(400, "bad_json", str(error)) from None


def _check(view: PageShown, given: Given) -> None:
    """Refused: the answer can't be one to what is asked."""
    shown = view.shown
    if view.outcome or not shown.asks:
        raise Refused(409, "nothing_asked", "The guide asks nothing now. GET shows where it is.")
    if given.step not in (None, shown.step):
        raise Refused(409, "stale", f"The guide is at question {shown.step} by now. GET shows it.")
    if len([name for name in ("key", "text", "way", "values") if getattr(given, name)]) != 1:
        raise Refused(400, "bad_answer", "Give one of key, text, way and values.")
    if given.way and given.way not in shown.ways:
        raise Refused(400, "bad_answer", f"The ways that lead on from here are {', '.join(shown.ways)}.")
    if given.key and shown.choices and given.key not in [choice.key for choice in shown.choices]:
        raise Refused(400, "bad_answer", f"The keys are {', '.join(choice.key for choice in shown.choices)}.")
