"""A call without a telephone: a made-up caller walks a flow on a made-up clock."""

from datetime import datetime
from typing import Literal

import msgspec

from tandem.ivr import commands, events
from tandem.ivr.everywhere import ALL_KEYS
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session, handle
from tandem.ivr.speech import spoken_seconds
from tandem.ivr.values import Value

MOST_ANNOUNCEMENTS = 100
"""In a row; more never comes to a question."""


class RehearsalError(Exception):
    """What the caller can't do now."""


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is so before the call. `caller` is the variables `caller.…`; `time` is ISO 8601 with its offset.

    `links` is what comes of every link sent; `unserved` are the queues that nobody serves. In a queue the caller is
    told of `position` and `estimated_wait` (seconds).
    """

    caller: dict[str, Value] = {}
    dialled: str = "4008"
    language: str = ""
    time: str = "2026-01-05T10:00:00+08:00"
    variables: dict[str, Value] = {}
    links: Literal["delivered", "failed"] = "delivered"
    unserved: tuple[str, ...] = ()
    position: int = 1
    estimated_wait: float = 60.0

    def __post_init__(self) -> None:
        if datetime.fromisoformat(self.time).tzinfo is None:
            raise ValueError("the time needs its offset, as in 2026-01-05T10:00:00+08:00")

    def known(self) -> dict[str, Value]:
        """The variables that the flow begins with."""
        nobody: dict[str, Value] = {"number": "", "name": "", "tier": "", "priority": 0, "boost": 0.0}
        caller = {f"caller.{name}": value for name, value in (nobody | self.caller).items()}
        callback: dict[str, Value] = {"callback.booked": False, "callback.queue": "", "callback.position": 0}
        return caller | callback | {"dialled": self.dialled} | self.variables


class Happened(msgspec.Struct):
    """All that has happened in a call, in order. Names of a sub-flow's texts and nodes begin with its name."""

    texts: list[str] = []
    words: list[str] = []
    nodes: list[str] = []
    links: list[str] = []
    queues: list[str] = []
    answers: dict[str, str] = {}
    faults: list[str] = []


class Rehearsal:
    """One call. Announcements are heard to their end before the caller does something, unless they are cut short."""

    def __init__(self, flow: Flow, given: Given) -> None:
        self.session = Session.begin(flow, given.known(), given.language)
        self.happened = Happened()
        self.now = datetime.fromisoformat(given.time).timestamp()
        self._flow = flow
        self._given = given
        self._queued_at: float | None = None
        self._coming: list[events.Event] = []
        self._tell(events.Started())

    def do(self, action: str) -> None:
        """`silence`, keys such as `1` or `1002003#`, `cut 1` (a key during an announcement), `wait 60` (seconds in the
        queue), or `served`; RehearsalError when it can't be done now."""
        match action.split():
            case ["silence"]:
                self._at_a_question(action)
                self._listen_to_the_end()
            case ["cut", key] if key in set(ALL_KEYS):
                self._cut(key)
            case ["wait", seconds] if seconds.isdecimal():
                self._wait(action, float(seconds))
            case ["served"]:
                self._in_a_queue(action)
                self._tell(events.QueueEnded("served"))
            case [keys] if set(keys) <= set(ALL_KEYS):
                for key in keys:
                    self._press(key)
            case _:
                raise RehearsalError(f"{action!r} is neither keys nor silence, cut, wait or served")

    def hear_out(self) -> None:
        """Listen to all announcements, up to a question, a queue or the end."""
        for _ in range(MOST_ANNOUNCEMENTS):
            if self.session.ended or self._asked() or self._queued():
                return
            self._listen_to_the_end()
        raise RehearsalError(f"{MOST_ANNOUNCEMENTS} announcements without a question")

    def _asked(self) -> bool:
        return bool(self.session.listen.keys and self.session.listen.wait)

    def _queued(self) -> bool:
        return self.session.waiting is not None and self.session.listen.music is not None

    def _at_a_question(self, action: str) -> None:
        self.hear_out()
        if self.session.ended or not self._asked():
            raise RehearsalError(f"{action}: {self._where()}, and nothing is asked")

    def _in_a_queue(self, action: str) -> None:
        self.hear_out()
        if self.session.ended or not self._queued():
            raise RehearsalError(f"{action}: {self._where()}, and not in a queue")

    def _where(self) -> str:
        return "the call is over" if self.session.ended else f"the caller is at {self.session.node}"

    def _press(self, key: str) -> None:
        self._at_a_question(f"key {key}")
        if key in self.session.listen.keys:  # others are passed over
            self._tell(events.Listened(key, self._place()))

    def _cut(self, key: str) -> None:
        for _ in range(MOST_ANNOUNCEMENTS):
            if self.session.ended or self._asked() or self._queued():
                raise RehearsalError(f"cut {key}: {self._where()}, and nothing can be cut short")
            if key in self.session.listen.keys:
                self._tell(events.Listened(key))
                return
            self._listen_to_the_end()

    def _wait(self, action: str, seconds: float) -> None:
        self._in_a_queue(action)
        until = self.now + seconds
        while not self.session.ended and self._queued() and self.now + self._length() <= until:
            self._listen_to_the_end()
        self.now = max(self.now, until)

    def _length(self) -> float:
        listen = self.session.listen
        return sum(spoken_seconds(utterance.text) for utterance in listen.say) + listen.wait

    def _listen_to_the_end(self) -> None:
        self.now += self._length()
        self._tell(events.Listened(None, self._place()))

    def _place(self) -> events.Place | None:
        if self._queued_at is None:
            return None
        return events.Place(self._given.position, self._given.estimated_wait, self.now - self._queued_at)

    def _tell(self, event: events.Event) -> None:
        self._coming.append(event)
        while self._coming:
            for command in handle(self.session, self._flow, self._coming.pop(0), self.now):
                self._note(command)

    def _note(self, command: commands.Command) -> None:
        happened = self.happened
        match command:
            case commands.Listen():
                self._hear(command)
            case commands.RecordStep(node):
                happened.nodes.append(node)
                self._queued_at = None
            case commands.RecordFault(node, reason):
                happened.faults.append(f"{node}: {reason}")
            case commands.RecordAnswer(question, answer):
                happened.answers[question] = answer
            case commands.SendLink(link, purpose):
                happened.links.append(purpose)
                delivered = self._given.links == "delivered"
                self._coming.append(events.LinkDelivered(link) if delivered else events.LinkFailed(link, "no route"))
            case commands.Enqueue(queue):
                happened.queues.append(queue)
                self._queued_at = self.now
                self._coming += [events.QueueEnded("unavailable")] if queue in self._given.unserved else []

    def _hear(self, listen: commands.Listen) -> None:
        keys = [utterance.key.partition(".")[0] for utterance in listen.say if utterance.key]
        self.happened.texts += [key.removeprefix(f"{self._flow.name}/") for key in dict.fromkeys(keys)]
        self.happened.words += [" ".join(utterance.text for utterance in listen.say)] if listen.say else []
