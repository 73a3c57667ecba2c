"""The agent's side of chats, for a desktop: what is offered, take it, talk, close."""

from typing import Annotated

import msgspec
from aiohttp import web

from tandem.control.chat.chat_view import DeskShown
from tandem.control.settings import CannedAnswer
from tandem.cti.answers import Refused, answer, body_as
from tandem.cti.backend import Backend
from tandem.cti.contract import asks, gives, verbs
from tandem.cti.identity import needs
from tandem.cti.verbs import CONTACTS, around_of, file_in, verb_of
from tandem.cti.watch import changed_within, desk

LONGEST_WAIT = 25.0


class Wait(msgspec.Struct, frozen=True):
    """Wait so many seconds for something new, 25 at the most."""

    wait: Annotated[float, msgspec.Meta(ge=0)] = 0.0


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
    @asks(Wait)
    @gives(list[DeskShown])
    async def look(self, request: web.Request, waiting: Wait) -> web.Response:
        """The agent's chats; with `?wait=<seconds>`, once something is new, or the time is up."""
        await wait_for_news(self._backend, request, waiting)
        return answer(self._backend.readers.desk(request.match_info["agent"]))

    @needs("agent")
    @gives(dict[str, CannedAnswer])
    async def canned_answers(self, _: web.Request) -> web.Response:
        """The texts that agents have at hand in chats."""
        return answer(self._backend.readers.canned_answers())

    @needs("agent")
    @verbs(CONTACTS)
    @gives(list[DeskShown])
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


async def wait_for_news(backend: Backend, request: web.Request, waiting: Wait) -> None:
    """Wait as long as the request says, or until the agent's desk has something new. Refused: there is no agent."""
    agent = request.match_info["agent"]
    if agent not in backend.agents():
        raise Refused(404, "unknown_agent", "There is no agent of this name.")
    if waiting.wait > 0:
        with backend.watch.looking(desk(agent)) as changed:
            await changed_within(changed, min(waiting.wait, LONGEST_WAIT))
