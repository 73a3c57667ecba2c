"""The agent's side of chats, for a desktop: what is offered, take it, talk, close."""

from typing import Annotated

import msgspec
from aiohttp import web

from tandem.control.chat.chat_view import DeskShown
from tandem.control.events import AgentAccepted, AgentClosed, AgentDeclined, AgentSaid, Event
from tandem.cti.backend import Backend
from tandem.cti.guard import answer, refusal
from tandem.cti.watch import changed_within, desk, told

LONGEST_WAIT = 25.0


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a verb: `offer` for accept and decline, `number` and `text` for say."""

    offer: Annotated[int, msgspec.Meta(ge=0)] = 0
    number: Annotated[int, msgspec.Meta(ge=0)] = 0
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Desks:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/agents/{agent}/chats", self.look),
            web.post("/agents/{agent}/chats/{chat}/{verb}", self.tell),
        ]

    async def look(self, request: web.Request) -> web.Response:
        """The agent's chats; with `?wait=<seconds>`, once something is new, or the time is up."""
        refused = await wait_for_news(self._backend, request)
        return refused or answer(self._backend.readers.desk(request.match_info["agent"]))

    async def tell(self, request: web.Request) -> web.Response:
        """A verb about a chat on the agent's desk; 409 when it does not stand there like that any more."""
        agent, chat, verb = (request.match_info[name] for name in ("agent", "chat", "verb"))
        try:
            given = msgspec.json.decode(await request.read() or b"{}", type=Given)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(400, "bad_json", str(error))
        there = next((item for item in self._backend.readers.desk(agent) if item.chat == chat), None)
        if there is None:
            return refusal(404, "unknown_chat", "There is no such chat on this agent's desk.")
        event = _event(there, agent, verb, given)
        if isinstance(event, web.Response):
            return event
        if not await told(self._backend.watch, chat, self._backend.emit, event):
            return refusal(503, "busy", "Too much is waiting to be done. Try again.")
        return answer(self._backend.readers.desk(agent))


async def wait_for_news(backend: Backend, request: web.Request) -> web.Response | None:
    """Wait as long as the request says, or until its agent's desk has something new; what is wrong with the request."""
    agent = request.match_info["agent"]
    if agent not in backend.agents():
        return refusal(404, "unknown_agent", "There is no agent of this name.")
    try:
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
    except ValueError:
        return refusal(400, "bad_wait", "wait is a number of seconds.")
    if wait > 0:
        with backend.watch.looking(desk(agent)) as changed:
            await changed_within(changed, wait)
    return None


def _event(there: DeskShown, agent: str, verb: str, given: Given) -> Event | web.Response:
    """What the verb means, or why it means nothing now."""
    if verb in ("accept", "decline"):
        if not there.offer or given.offer != there.offer:
            return refusal(409, "stale", "This is not offered any more. GET shows what is.")
        return (AgentAccepted if verb == "accept" else AgentDeclined)(there.chat, there.offer)
    if verb not in ("say", "close"):
        return refusal(404, "unknown_verb", "The verbs are accept, decline, say, close.")
    if there.offer:
        return refusal(409, "not_in_talk", "Accept the chat first.")
    if verb == "close":
        return AgentClosed(there.chat, agent)
    if not given.text.strip() or given.number > there.heard + 1:
        return refusal(400, "bad_message", f"Give a text, and the number {there.heard + 1}.")
    return AgentSaid(there.chat, agent, given.number, given.text)
