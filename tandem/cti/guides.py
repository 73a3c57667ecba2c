"""Guides for an agent's desktop: begin one, answer, look, put it away."""

import secrets

import msgspec
from aiohttp import web

from tandem.control.events import Answer, Event, GuideAnswered, GuideBegan, GuideEnded, Value
from tandem.control.page.pages import PageShown
from tandem.cti.backend import Backend
from tandem.cti.guard import answer, refusal
from tandem.cti.identity import Identity, identity_of, needs
from tandem.cti.watch import told

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
    async def begin(self, request: web.Request) -> web.Response:
        """201 with the guide's id and what it shows."""
        try:
            wanted = msgspec.json.decode(await request.read(), type=Begin)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(400, "bad_json", str(error))
        flows = self._backend.readers.flows()
        if wanted.flow not in flows:
            return refusal(404, "unknown_flow", f"There is no flow of this name. There are {', '.join(sorted(flows))}.")
        if wanted.contact and not self._is_theirs(identity_of(request), wanted.contact):
            return refusal(403, "not_yours", "An agent may walk a guide for a contact on their own desk only.")
        guide = f"guide-{secrets.token_hex(8)}"
        began = GuideBegan(guide, wanted.flow, wanted.contact, wanted.language, wanted.variables)
        return await self._shown_after(began, guide, 201)

    @needs("agent")
    async def look(self, request: web.Request) -> web.Response:
        """What a guide shows."""
        return self._shown(request.match_info["guide"], 200)

    @needs("agent")
    async def answer(self, request: web.Request) -> web.Response:
        """What the guide shows after the answer; 409 when the answer was to another question than the one of now."""
        guide = request.match_info["guide"]
        view = self._backend.readers.guide(guide)
        if view is None:
            return refusal(404, *NOT_THERE)
        try:
            given = msgspec.json.decode(await request.read(), type=Given)
            answered = msgspec.convert(_parts(given), Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(400, "bad_json", str(error))
        if problem := _refused(view, given):
            return problem
        return await self._shown_after(GuideAnswered(guide, view.shown.step, answered), guide, 200)

    @needs("agent")
    async def end(self, request: web.Request) -> web.Response:
        """Put a guide away."""
        guide = request.match_info["guide"]
        if self._backend.readers.guide(guide) is None:
            return refusal(404, *NOT_THERE)
        if not await told(self._backend.watch, guide, self._backend.emit, GuideEnded(guide)):
            return refusal(503, "busy", "Too much is waiting to be done. Try again.")
        return answer({"guide": guide}, 200)

    def _is_theirs(self, who: Identity, contact: str) -> bool:
        if who.may("supervisor"):
            return True
        desk = self._backend.readers.agent_desk(who.agent)
        return desk is not None and contact in [on_desk.contact.contact for on_desk in desk.contacts]

    async def _shown_after(self, event: Event, guide: str, status: int) -> web.Response:
        if not await told(self._backend.watch, guide, self._backend.emit, event):
            return refusal(503, "busy", "Too much is waiting to be done. Try again.")
        return self._shown(guide, status)

    def _shown(self, guide: str, status: int) -> web.Response:
        view = self._backend.readers.guide(guide)
        if view is None:
            return refusal(404, *NOT_THERE)
        return answer({"guide": guide, "outcome": view.outcome, "shown": view.shown}, status)


def _parts(given: Given) -> dict[str, object]:
    """The answer without what was left out."""
    parts: dict[str, object] = {name: getattr(given, name) for name in ("key", "text", "way") if getattr(given, name)}
    return parts | ({"values": given.values, "submitted": given.submitted} if given.values is not None else {})


def _refused(view: PageShown, given: Given) -> web.Response | None:
    """Why the answer can't be one to what is asked."""
    shown = view.shown
    if view.outcome or not shown.asks:
        return refusal(409, "nothing_asked", "The guide asks nothing now. GET shows where it is.")
    if given.step not in (None, shown.step):
        return refusal(409, "stale", f"The guide is at question {shown.step} by now. GET shows it.")
    if len([name for name in ("key", "text", "way", "values") if getattr(given, name)]) != 1:
        return refusal(400, "bad_answer", "Give one of key, text, way and values.")
    if given.way and given.way not in shown.ways:
        return refusal(400, "bad_answer", f"The ways that lead on from here are {', '.join(shown.ways)}.")
    if given.key and shown.choices and given.key not in [choice.key for choice in shown.choices]:
        return refusal(400, "bad_answer", f"The keys are {', '.join(choice.key for choice in shown.choices)}.")
    return None
