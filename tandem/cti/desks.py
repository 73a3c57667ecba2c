"""The agent's side of chats, for a desktop: what is offered, take it, talk, close."""

import msgspec
from aiohttp import web

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
        agent = request.match_info["agent"]
        if agent not in self._backend.agents():
            return refusal(404, "unknown_agent", "There is no agent of this name.")
        try:
            wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
        except ValueError:
            return refusal(400, "bad_wait", "wait is a number of seconds.")
        if wait > 0:
            with self._backend.watch.looking(desk(agent)) as changed:
                await changed_within(changed, wait)
        return answer(self._backend.readers.desk(agent))

    @needs("agent")
    async def tell(self, request: web.Request) -> web.Response:
        """A verb about a chat on the agent's desk; 409 when it does not stand there like that any more."""
        agent, chat, verb = (request.match_info[name] for name in ("agent", "chat", "verb"))
        try:
            given = msgspec.json.decode(await request.read() or b"{}", type=dict)
            event = verb_of(verb, given | {"contact": chat}, CONTACTS).event(around_of(self._backend.readers, agent))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(400, "bad_json", str(error))
        except Refusal as error:
            return refusal(error.status, error.code, str(error))
        if not await told(self._backend.watch, chat, self._backend.emit, event):
            return refusal(503, "busy", "Too much is waiting to be done. Try again.")
        return answer(self._backend.readers.desk(agent))
