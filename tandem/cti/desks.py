"""The agent's side of chats, for a desktop: what is offered, take it, talk, close."""

from aiohttp import web

from tandem.cti.answers import Refused, answer, body_as
from tandem.cti.backend import Backend
from tandem.cti.identity import needs
from tandem.cti.verbs import CONTACTS, around_of, file_in, verb_of
from tandem.cti.watch import changed_within, desk

LONGEST_WAIT = 25.0


class Desks:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/agents/{agent}/chats", self.look),
            web.get("/agents/{agent}/canned-answers", self.canned_answers),
            web.post("/agents/{agent}/chats/{chat}/{verb}", self.tell),
        ]

    @needs("agent")
    async def look(self, request: web.Request) -> web.Response:
        """The agent's chats; with `?wait=<seconds>`, once something is new, or the time is up."""
        await wait_for_news(self._backend, request)
        return answer(self._backend.readers.desk(request.match_info["agent"]))

    @needs("agent")
    async def canned_answers(self, _: web.Request) -> web.Response:
        """The texts that agents have at hand in chats."""
        return answer(self._backend.readers.canned_answers())

    @needs("agent")
    async def tell(self, request: web.Request) -> web.Response:
        """A verb about a chat on the agent's desk; 409 when it does not stand there like that any more."""
        agent = await tell_of(self._backend, request, request.match_info["chat"])
        return answer(self._backend.readers.desk(agent))


async def tell_of(backend: Backend, request: web.Request, contact: str) -> str:
    """Do what a request says about a contact on an agent's desk; whose it is. Refused: it can't be done."""
    agent, verb = request.match_info["agent"], request.match_info["verb"]
    given: dict[str, object] = await body_as(request, dict)
    given |= {"contact": contact}
    around = around_of(backend.readers, agent, file=await file_in(backend.archive, given))
    event = verb_of(verb, given, CONTACTS).event(around)
    await backend.tell(contact, event)
    return agent


async def wait_for_news(backend: Backend, request: web.Request) -> None:
    """Wait as long as the request says, or until its agent's desk has something new; Refused: it is wrong."""
    agent = request.match_info["agent"]
    if agent not in backend.agents():
        raise Refused(404, "unknown_agent", "There is no agent of this name.")
    try:
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
    except ValueError:
        raise Refused(400, "bad_wait", "wait is a number of seconds.") from None
    if wait > 0:
        with backend.watch.looking(desk(agent)) as changed:
            await changed_within(changed, wait)
