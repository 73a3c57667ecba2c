"""What supervisors can do, by one name over REST and over a desktop's WebSocket: be on an agent's talk, and take a
waiting contact in hand."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from aiohttp import web

from tandem.control.board.waiting import InLine
from tandem.control.events import (
    ContactAdvanced,
    ContactAssigned,
    ContactMoved,
    ContactRaised,
    Event,
    MonitoringAsked,
    MonitoringStopped,
)
from tandem.control.voice.monitor import Mode
from tandem.control.voice.monitoring import Phone
from tandem.cti.answers import Refused, answer, body_as
from tandem.cti.backend import Backend
from tandem.cti.contract import asks, gives, verbs
from tandem.cti.history_api import Language
from tandem.cti.identity import DETAIL, PROGRAM, identity_of, needs
from tandem.cti.shapes import Accepted
from tandem.cti.verbs import Around, By, Verb, around_of, verb_of

Name = Annotated[str, msgspec.Meta(max_length=64)]
Priority = Annotated[int, msgspec.Meta(ge=-1000, le=1000)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86400)]
STICKY = 300.0
"""Seconds for which a contact waits for the agent it is assigned to, where nothing else is said."""


class _OnTalk(Verb, frozen=True):
    """Be on the agent's talk; `device` is rung, or the supervisor's own phone."""

    device: Name = ""

    def asked(self, around: Around, mode: Mode) -> Event:
        """What the plane is told."""
        return around.fitting(MonitoringAsked(around.agent, mode, around.supervisor(), around.own, self.device))


class Listen(_OnTalk, frozen=True):
    """Hear the agent and the customer."""

    def event(self, around: Around) -> Event:
        return self.asked(around, "listen")


class Whisper(_OnTalk, frozen=True):
    """Hear both, and be heard by the agent alone."""

    def event(self, around: Around) -> Event:
        return self.asked(around, "whisper")


class Barge(_OnTalk, frozen=True):
    """Hear both and be heard by both."""

    def event(self, around: Around) -> Event:
        return self.asked(around, "barge")


class Stop(Verb, frozen=True):
    """Leave the agent's talk."""

    def event(self, around: Around) -> Event:
        return around.fitting(MonitoringStopped(around.agent, around.supervisor()))


class Move(Verb, frozen=True):
    """Take a waiting contact to another queue; its age is kept."""

    contact: Name
    queue: Name = ""

    def event(self, around: Around) -> Event:
        return around.fitting(ContactMoved(self.contact, self.queue, around.supervisor()))


class Prioritise(Verb, frozen=True):
    """Give a waiting contact another priority class; a higher one goes first."""

    contact: Name
    priority: Priority

    def event(self, around: Around) -> Event:
        return around.fitting(ContactRaised(self.contact, self.priority, around.supervisor()))


class Assign(Verb, frozen=True):
    """Have a waiting contact wait for one agent, and for anyone again after `seconds`."""

    contact: Name
    to: Name = ""
    seconds: Seconds = STICKY

    def event(self, around: Around) -> Event:
        return around.fitting(ContactAssigned(self.contact, self.to, self.seconds, around.supervisor()))


class Advance(Verb, frozen=True):
    """Put a waiting contact as far on in its queue's plan as step number `step` (from 0) is."""

    contact: Name
    step: int

    def event(self, around: Around) -> Event:
        return around.fitting(ContactAdvanced(self.contact, self.step, around.supervisor()))


ON_TALK: Mapping[str, type[Verb]] = {"listen": Listen, "whisper": Whisper, "barge": Barge, "stop": Stop}
BY_HAND: Mapping[str, type[Verb]] = {"move": Move, "prioritise": Prioritise, "assign": Assign, "advance": Advance}


class Supervision:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.post("/contacts/{contact}/{verb}", self.tell),
            web.get("/queues/{queue}/waiting", self.waiting),
            web.get("/monitoring/phones", self.phones),
        ]

    @needs("supervisor")
    @asks(Language)
    @gives(InLine)
    async def waiting(self, request: web.Request, asked: Language) -> InLine:
        """Who waits in a queue now, the first in line first."""
        found = self._backend.readers.in_line(request.match_info["queue"], asked.language)
        if found is None:
            raise Refused(404, "unknown_queue", "There is no queue of this name.")
        return found

    @needs("supervisor")
    @gives(list[Phone])
    async def phones(self, request: web.Request) -> list[Phone]:
        """The phones that may be rung for who wants to be on a talk: first the one that is where none is named."""
        return self._backend.readers.monitoring_phones(identity_of(request).agent)

    @needs("supervisor")
    @verbs(BY_HAND, By)
    @gives(Accepted, 202)
    async def tell(self, request: web.Request) -> web.Response:
        """A supervisor's verb about a contact that waits (a program names one in `by`). 202: the plane was told."""
        given: dict[str, object] = await body_as(request, dict)
        who = identity_of(request)
        named = str(given.pop("by", "")).strip()
        request[DETAIL] = msgspec.json.encode(given).decode()
        around = around_of(self._backend.readers, "", named if who is PROGRAM else "", who)
        given["contact"] = request.match_info["contact"]
        self._backend.take(verb_of(request.match_info["verb"], given, BY_HAND).event(around))
        return answer({"accepted": True}, 202)
