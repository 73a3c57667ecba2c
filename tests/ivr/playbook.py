"""Plays a script to a session and writes the commands as short lines, one a command.

An event is a line: `started`, `key 5`, `enter 12 34` (in writing), `silence`, `resumed`, `delivered 1`, `failed 1 no
route`, `served`, `unavailable`, `filled {"a": "b"}`, `submitted {"a": "b"}`, `page 1 done {"a": "b"}`,
`answer 1 {"a": "b"}`, `unanswered 1 not_found`, `transferred busy`, `recorded 7`, `unrecorded full disk`, `booked`,
`refused too_many`, `offered callback` (twice at most, by the plan of queue service); after it may stand `at 30`
(seconds since the start) and `place 2 90` (position, estimated wait; also its earliest and latest).
What is read slowly is marked with a star.
"""

import re
from typing import Any

import msgspec

from tandem.ivr import commands, events
from tandem.ivr.everywhere import ALL_KEYS
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session, handle
from tandem.ivr.values import OtherWay, Value, number_of

START = 1_700_000_000.0


class Player:
    """A session that is written down and read back before every event, so that every test tests that too."""

    def __init__(
        self,
        flow: Flow,
        variables: dict[str, Value] | None = None,
        language: str = "",
        running: str = "",
        face: str = "voice",
    ) -> None:
        self.flow = flow
        self.session = Session.begin(flow, variables or {}, language, running, face)
        self.now = START

    def handle(self, event: events.Event, after: float = 0.0) -> list[commands.Command]:
        """What the session wants done about `event`, `after` seconds later."""
        self.now += after
        reloaded = msgspec.msgpack.decode(msgspec.msgpack.encode(self.session), type=Session)
        assert reloaded == self.session
        self.session = reloaded
        self.flow = msgspec.json.decode(msgspec.json.encode(self.flow), type=Flow)
        return handle(self.session, self.flow, event, self.now)

    def play(self, *lines: str) -> list[str]:
        """The commands that the last of the events brings."""
        told: list[str] = []
        for line in lines:
            told = self._play(line)
        return told

    def _play(self, line: str) -> list[str]:
        moment = re.search(r" at ([0-9.]+)", line)
        self.now = START + float(moment[1]) if moment else self.now
        return [describe(command) for command in self.handle(parse(line, self.now - START))]


def parse(line: str, waited: float = 0.0) -> events.Event:
    """The event that a line tells of."""
    place = _place(line, waited)
    words = re.sub(r" (at|place) .*", "", line).split(maxsplit=2)
    match words:
        case [("started" | "resumed") as came]:
            return events.Started() if came == "started" else events.Resumed(place)
        case ["silence"]:
            return events.Listened(None, place)
        case ["enter", *answer]:
            return events.Entered(" ".join(answer))
        case ["key", key]:
            return events.Listened(key, place)
        case ["delivered", link]:
            return events.LinkDelivered(int(link))
        case ["failed", link, reason]:
            return events.LinkFailed(int(link), reason)
        case [("served" | "unavailable") as outcome]:
            return events.QueueEnded(outcome)
    return (
        _offered(words[1], place)
        if words[0] == "offered"
        else _parse_news(*re.sub(r" at .*", "", line).split(maxsplit=1))
    )


def _offered(way: str, place: events.Place | None) -> events.Event:
    return events.Offered(msgspec.convert(way, OtherWay), "service", 2, place)


def _parse_news(verb: str, rest: str = "") -> events.Event:
    """The event that a line tells of what became of something wanted before."""
    first, _, more = rest.partition(" ")
    match verb:
        case "filled" | "submitted":
            values = msgspec.json.decode(rest, type=dict[str, str])
            return events.FormFilled(values) if verb == "filled" else events.FormSubmitted(values)
        case "page":
            outcome, _, results = more.partition(" ")
            return events.PageEnded(int(first), outcome, msgspec.json.decode(results or "{}"))
        case "answer":
            return events.LookedUp(int(first), msgspec.json.decode(more))
        case "unanswered":
            return events.LookupFailed(int(first), more)
    return {
        "transferred": events.TransferEnded(rest),
        "recorded": events.VoicemailTaken(number_of(rest) or 0.0),
        "unrecorded": events.VoicemailFailed(rest),
        "booked": events.CallbackBooked(),
        "refused": events.CallbackRefused(rest),
    }[verb]


def _place(line: str, waited: float) -> events.Place | None:
    found = re.search(r" place (\d+) (\d+)(?: (\d+) (\d+))?", line)
    if found is None:
        return None
    return events.Place(int(found[1]), float(found[2]), waited, float(found[3] or 0), float(found[4] or 0))


def describe(command: commands.Command) -> str:
    """A command as a line."""
    match command:
        case commands.Listen():
            return _listen(command)
        case commands.RecordStep() | commands.RecordFault() | commands.RecordAnswer():
            return _record(command)
        case commands.Enqueue(queue, priority, boost, sticky):
            return f"enqueue {queue} priority {priority} boost {boost:g}{_sticky(sticky)}"
        case commands.LeaveQueue(outcome):
            return f"leave {outcome}"
        case commands.RecordOffer(way, outcome):
            return f"offer {way} {outcome}"
    return _describe_outside(command)


def _describe_outside(command: commands.Command) -> str:
    """What is wanted of the world outside, as a line."""
    match command:
        case commands.SendLink(link, purpose, language, text, page, variables, way):
            return f"link {link} {purpose} {language}: {text}{_page(page, variables)}{f' by {way}' if way else ''}"
        case commands.LookUp(number, service, method, path, query, headers, body):
            return f"look up {number} {service} {method} {path}{_more(query=query, headers=headers, body=body)}"
        case commands.Notify(number, service, event, body):
            return f"notify {number} {service} {event} {_json(body)}"
        case commands.Transfer(destination, ring_seconds):
            return f"transfer {destination} ring {ring_seconds:g}"
        case commands.TakeVoicemail(queue, priority, longest, silence, keys):
            return f"record for {queue} priority {priority} longest {longest:g} silence {silence:g} keys {keys}"
        case commands.RequestCallback() | commands.CancelCallback() | commands.SnoozeCallback():
            return _callback(command)
        case commands.RecordForm(form, values, submitted):
            return f"form {form} {_json(values)}" + " submitted" * submitted
    assert isinstance(command, commands.HangUp)
    return "hang up"


def _callback(command: commands.RequestCallback | commands.CancelCallback | commands.SnoozeCallback) -> str:
    match command:
        case commands.RequestCallback(queue, number, priority, boost, at, sticky):
            when = f" at {at - START:g}" if at is not None else ""
            return f"call back {number} from {queue} priority {priority} boost {boost:g}{when}{_sticky(sticky)}"
        case commands.SnoozeCallback(seconds, queue):
            return f"snooze callback {seconds:g}{f' in {queue}' if queue else ''}"
    return f"cancel callback{f' in {command.queue}' if command.queue else ''}"


def _sticky(sticky: commands.Sticky | None) -> str:
    return f" first {sticky.agent} for {sticky.seconds:g} within {sticky.within_days:g} days" if sticky else ""


def _page(page: str, variables: dict[str, Value]) -> str:
    return f" page {page} {_json(variables)}" if page else ""


def _more(**parts: Any) -> str:
    return "".join(f" {name} {_json(value)}" for name, value in parts.items() if value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _record(command: commands.RecordStep | commands.RecordFault | commands.RecordAnswer) -> str:
    match command:
        case commands.RecordStep(node, kind):
            return f"step {kind} {node}"
        case commands.RecordFault(node, reason):
            return f"fault {node}: {reason}"
        case commands.RecordAnswer(question, answer):
            return f"answer {question} {answer}"


def _listen(command: commands.Listen) -> str:
    said = (f"{utterance.text}{'*' * utterance.slow}" for utterance in command.say)
    parts = [f"listen {' | '.join(said)}".rstrip()]
    parts += [f"keys {'all' if command.keys == ALL_KEYS else command.keys}"] if command.keys else []
    parts += [f"wait {command.wait:g}"] if command.wait else []
    parts += [f"music {command.music}"] if command.music else []
    return "; ".join(parts)


def texts(lines: list[str]) -> str:
    """What is said in the commands."""
    return " ".join(line.removeprefix("listen ").partition(";")[0] for line in lines if line.startswith("listen "))


def wrap(nodes: str, texts: dict[str, Any], **outline: Any) -> str:
    """The source of a flow in English from its nodes' YAML (not indented)."""
    body = "".join(f"  {line}\n" for line in nodes.splitlines())
    start = re.search(r"^([a-z_]+):", nodes, re.MULTILINE)
    assert start
    head = {"name": "test", "languages": ["en"], "start": start[1], "apology": "apology"} | outline
    lines = [f"{name}: {msgspec.json.encode(value).decode()}" for name, value in head.items()]
    told = {"apology": "We are sorry."} | texts
    lines += ["texts:", *(f"  {key}: {msgspec.json.encode({'en': text}).decode()}" for key, text in told.items())]
    return "\n".join([*lines, "nodes:", body])
