"""The agent's side of chats, for a desktop: what is offered, take it, talk, close."""

import msgspec
from aiohttp import web

from tandem.control.events import Event
from tandem.cti.backend import Backend
from tandem.cti.guard import answer, refusal
from tandem.cti.identity import needs
from tandem.cti.verbs import CONTACTS, Refusal, around_of, verb_of
from tandem.cti.watch import changed_within, desk, told

LONGEST_WAIT = 25.0


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

    @needs("agent")
    async def look(self, request: web.Request) -> web.Response:
        """The agent's chats; with `?wait=<seconds>`, once something is new, or the time is up."""
        refused = await wait_for_news(self._backend, request)
        return refused or answer(self._backend.readers.desk(request.match_info["agent"]))

    @needs("agent")
    async def tell(self, request: web.Request) -> web.Response:
        """A verb about a chat on the agent's desk; 409 when it does not stand there like that any more."""
        agent, chat = request.match_info["agent"], request.match_info["chat"]
        event = await contact_event(self._backend, request, chat)
        if isinstance(event, web.Response):
            return event
        if not await told(self._backend.watch, chat, self._backend.emit, event):
            return refusal(503, "busy", "Too much is waiting to be done. Try again.")
        return answer(self._backend.readers.desk(agent))


async def contact_event(backend: Backend, request: web.Request, contact: str) -> Event | web.Response:
    """What the plane is told by a verb about a contact on an agent's desk, or why it can't be done."""
    try:
        given = msgspec.json.decode(await request.read() or b"{}", type=dict)
        verb = verb_of(request.match_info["verb"], given | {"contact": contact}, CONTACTS)
        return verb.event(around_of(backend.readers, request.match_info["agent"]))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return refusal(400, "bad_json", str(error))
    except Refusal as error:
        return refusal(error.status, error.code, str(error))


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
