"""A call without a telephone: a made-up caller walks a flow on a made-up clock."""

import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

import msgspec

from tandem.ivr import commands, events
from tandem.ivr.everywhere import ALL_KEYS
from tandem.ivr.face import MOST_ANNOUNCEMENTS
from tandem.ivr.filling import plain
from tandem.ivr.flow import Flow
from tandem.ivr.given import Given as Given
from tandem.ivr.nodes.form import Form
from tandem.ivr.session import Session, handle
from tandem.ivr.speech import spoken_seconds
from tandem.ivr.stand_ins import Ask, StandIns, as_kinds, typed
from tandem.ivr.values import Value
from tandem.said import Said, said, said_by

WRITING = ("type", "fill", "submit", "page")
TOLD = 2
"""How often a queue's plan has an offer told here."""
TYPED = "typed"
"""Under which name an answer in writing stands."""


class RehearsalError(Exception):
    """What the caller can't do now."""


class Happened(msgspec.Struct):
    """All that has happened in a call, in order. Names of a sub-flow's texts and nodes begin with its name.

    `form` is what stands in the form that was filled in last.
    """

    texts: list[str] = []
    words: list[str] = []
    nodes: list[str] = []
    links: list[str] = []
    queues: list[str] = []
    answers: dict[str, str] = {}
    faults: list[str] = []
    lookups: list[str] = []
    notifications: list[str] = []
    callbacks: list[str] = []
    transfers: list[str] = []
    voicemails: list[str] = []
    form: dict[str, str] = {}


class Rehearsal:
    """One call. Announcements are heard to their end before the caller does something, unless they are cut short.

    `ask` is asked for what comes of lookups and the like, where `given` does not say; `stand_ins` knows the answers.
    """

    def __init__(self, flow: Flow, given: Given, ask: Ask | None = None) -> None:
        self.session = Session.begin(flow, given.known(), given.language, face=given.face)
        self.stand_ins = StandIns(given, ask)
        self.happened = Happened()
        self.now = datetime.fromisoformat(given.time).timestamp()
        self._flow = flow
        self._given = given
        self._queued_at = 0.0
        self._coming: list[events.Event] = []
        self._tell(events.Started())

    def do(self, action: str | Mapping[str, Mapping[str, Value]]) -> None:
        """`silence`, keys such as `1` or `1002003#`, `cut 1` (a key during an announcement), `wait 60` (seconds in the
        queue, where keys may follow), `offered callback` (or chat, link, voicemail, by the queue's plan), or `served`.
        In writing: `type Li Lei` (an answer in a chat), `fill name=Li` and `submit name=Li day=2026-01-08` (a form;
        also as a mapping), `page done name=Li` (a link's page is over, with its results), `page stuck`.
        RehearsalError when it can't be done now."""
        if not isinstance(action, str):
            for verb, values in action.items():
                self._write(verb, {name: plain(value) for name, value in values.items()})
        elif action.partition(" ")[0] in WRITING:
            self._write(*_read(action))
        else:
            self._do(action)

    def _do(self, action: str) -> None:
        match action.split():
            case ["silence"]:
                self._at_a_question(action)
                self._listen_to_the_end()
            case ["cut", key] if key in set(ALL_KEYS):
                self._cut(key)
            case ["wait", seconds] if seconds.isdecimal():
                self._wait(action, float(seconds))
            case ["served"]:
                self._waits(action)
                self._tell(events.QueueEnded("served"))
            case ["offered", ("callback" | "chat" | "link" | "voicemail") as way]:
                self._waits(action)
                waiting = self.session.waiting
                assert waiting is not None
                self._tell(events.Offered(way, waiting.queue, TOLD, self._place()))
            case [keys] if set(keys) <= set(ALL_KEYS):
                for key in keys:
                    self._press(key)
            case _:
                raise RehearsalError(
                    said(
                        "{done!r} is neither keys nor silence, cut, wait, offered, served, type, fill, submit or page",
                        done=action,
                    )
                )

    def _write(self, verb: str, values: dict[str, str]) -> None:
        self.hear_out()
        match verb:
            case "page done" | "page stuck":
                self._end_page(verb, values)
            case "type":
                self._at_a_question(verb)
                self._tell(events.Entered(values[TYPED]))
            case "fill" | "submit":
                if not self._form():
                    raise RehearsalError(said("{verb}: {where}, and there is no form", verb=verb, where=self._where()))
                self._tell(events.FormFilled(values) if verb == "fill" else events.FormSubmitted(values))
            case _:
                raise RehearsalError(
                    said("{verb!r} is neither type, fill, submit, page done nor page stuck", verb=verb)
                )

    def _end_page(self, verb: str, values: dict[str, str]) -> None:
        """The page of the newest link that has one."""
        if not self.session.pages or self.session.ended:
            raise RehearsalError(said("{verb}: {where}, and no page is open", verb=verb, where=self._where()))
        number = max(self.session.pages)
        running = self._flow.named(self.session.pages[number].running)
        page = getattr(running.nodes[self.session.pages[number].node], "page", "")
        kinds = self._flow.flows[page].results if page in self._flow.flows else {}
        self._tell(events.PageEnded(number, verb.removeprefix("page "), as_kinds(values, kinds)))

    def wrong(self) -> dict[str, str]:
        """What is wrong with the values of forms, by variable."""
        return {name: code for filled in self.session.forms.values() for name, code in filled.errors.items()}

    def hear_out(self) -> None:
        """Listen to all announcements, up to a question, a queue or the end."""
        for _ in range(MOST_ANNOUNCEMENTS):
            if self.session.ended or self._asked() or self._queued():
                return
            self._listen_to_the_end()
        raise RehearsalError(said("{most} announcements without a question", most=MOST_ANNOUNCEMENTS))

    def _asked(self) -> bool:
        session = self.session
        asked = self._form() or (session.listen.keys and session.listen.wait)
        return bool(asked) and not self._queued() and not session.here.outcome

    def _form(self) -> bool:
        node = self._flow.named(self.session.running).nodes.get(self.session.node)
        return not self.session.ended and isinstance(node, Form)

    def _queued(self) -> bool:
        """Whether the caller hears the queue's music, and does nothing else meanwhile."""
        session = self.session
        return session.waiting is not None and session.waiting.node == session.node and session.listen.music is not None

    def _at_a_question(self, action: str) -> None:
        self.hear_out()
        if self.session.ended or not self._asked():
            raise RehearsalError(said("{action}: {where}, and nothing is asked", action=action, where=self._where()))

    def _in_a_queue(self, action: str) -> None:
        self.hear_out()
        if not self._queued():
            self._refuse(action)

    def _waits(self, action: str) -> None:
        self.hear_out()
        if self.session.waiting is None:
            self._refuse(action)

    def _refuse(self, action: str) -> NoReturn:
        raise RehearsalError(said("{action}: {where}, and not in a queue", action=action, where=self._where()))

    def _where(self) -> Said:
        return (
            said("the call is over") if self.session.ended else said("the caller is at {node}", node=self.session.node)
        )

    def _press(self, key: str) -> None:
        self.hear_out()
        if not self._queued():
            self._at_a_question(f"key {key}")
        if key in self.session.listen.keys:  # others are passed over
            self._tell(events.Listened(key, self._place()))

    def _cut(self, key: str) -> None:
        for _ in range(MOST_ANNOUNCEMENTS):
            if self.session.ended or self._asked() or self._queued():
                raise RehearsalError(
                    said("cut {key}: {where}, and nothing can be cut short", key=key, where=self._where())
                )
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
        if self.session.waiting is None:
            return None
        given, waited = self._given, self.now - self._queued_at
        return events.Place(given.position, given.estimated_wait, waited, given.earliest, given.latest)

    def _tell(self, event: events.Event) -> None:
        self._coming.append(event)
        while self._coming:
            for command in handle(self.session, self._flow, self._coming.pop(0), self.now):
                self._note(command)
        if self.session.waiting is None:
            self._queued_at = 0.0

    def _note(self, command: commands.Command) -> None:
        happened = self.happened
        match command:
            case commands.Listen():
                self._hear(command)
            case commands.RecordStep(node):
                happened.nodes.append(node)
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
                self._queued_at = self._queued_at or self.now
                self._coming += [events.QueueEnded("unavailable")] if queue in self._given.unserved else []
            case _:
                self._note_outside(command)

    def _note_outside(self, command: commands.Command) -> None:
        happened = self.happened
        match command:
            case commands.LookUp(_, service, method, path):
                happened.lookups.append(f"{method} {service} {path}")
            case commands.Notify(_, service, event):
                happened.notifications.append(f"{service} {event}")
            case commands.RequestCallback(queue, number):
                happened.callbacks.append(f"{queue} {number}")
            case commands.Transfer(destination):
                happened.transfers.append(destination)
            case commands.TakeVoicemail(queue):
                happened.voicemails.append(queue)
            case commands.RecordForm(_, values):
                happened.form = values
        news = self.stand_ins.event(happened.nodes[-1] if happened.nodes else "", command)
        self._coming += [news] if news else []

    def _hear(self, listen: commands.Listen) -> None:
        keys = [utterance.key.partition(".")[0] for utterance in listen.say if utterance.key]
        self.happened.texts += [key.removeprefix(f"{self._flow.name}/") for key in dict.fromkeys(keys)]
        self.happened.words += [" ".join(utterance.text for utterance in listen.say)] if listen.say else []


def _read(action: str) -> tuple[str, dict[str, str]]:
    """What is written, and the values with it; RehearsalError when they are none."""
    verb, _, rest = action.partition(" ")
    if verb == "type":
        return verb, {TYPED: rest}
    try:
        words = shlex.split(rest)
        if verb == "page" and words:
            verb = f"page {words.pop(0)}"
        return verb, typed(words)
    except ValueError as error:
        raise RehearsalError(said("{action}: {error}", action=action, error=said_by(error))) from None
