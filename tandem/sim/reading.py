"""Reads scenarios from YAML text, and changes that are laid over them."""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any, get_type_hints

import msgspec
from msgspec.structs import fields
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tandem.acd.matching import meets
from tandem.acd.plan import widest
from tandem.acd.settings import all_channels
from tandem.sim.scenario import Contacts, Group, Queue, Scenario, seconds_of

ENTRIES: dict[str, type[msgspec.Struct]] = {"queues": Queue, "groups": Group, "contacts": Contacts}
"""Sections whose entries have names."""

_UNKNOWN = re.compile(r"unknown field `(.*?)`")
_STEPS = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


class ScenarioError(Exception):
    """The text can't be used; each of `problems` says where, what, and how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_scenario(text: str, source: str) -> Scenario:
    """The scenario in `text`; ScenarioError lists every problem with `source`, line and field."""
    try:
        # A recorded day is JSON, which takes hardly any time to read; the lines are only looked for if it is wrong.
        return _Reader(source, CommentedMap()).read(msgspec.json.decode(text, type=dict[str, Any]))
    except (msgspec.DecodeError, ScenarioError):
        document = _load(text, source)
        return _Reader(source, document).read(document)


def read_change(text: str, source: str, base: Scenario) -> Scenario:
    """`base`, but for what the text says: what it names takes the place of what is there, `null` takes it away.

    ScenarioError as for read_scenario.
    """
    document = _load(text, source)
    return _Reader(source, document).read(overlaid(msgspec.to_builtins(base), document))


def overlaid(base: Any, change: Any) -> Any:
    """Mappings are merged by name, everything else is replaced."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    merged = {**base, **{name: overlaid(base.get(name), value) for name, value in change.items()}}
    return {name: value for name, value in merged.items() if value is not None or name not in change}


def _load(text: str, source: str) -> CommentedMap:
    try:
        document = YAML().load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError([f"{source}:{line}: {error.problem}"]) from error
    except (YAMLError, TypeError, ValueError) as error:  # the last two: of keys and values that can't be made
        raise ScenarioError([f"{source}:1: is not YAML text ({error})"]) from error
    if not isinstance(document, CommentedMap):
        raise ScenarioError([f"{source}:1: must have sections: {', '.join(get_type_hints(Scenario))}"])
    return document


class _Reader:
    """`written` is the document whose lines are told; what is read may have more in it."""

    def __init__(self, source: str, written: CommentedMap) -> None:
        self._source = source
        self._written = written
        self._problems: list[str] = []

    def read(self, document: dict[str, Any]) -> Scenario:
        kinds = get_type_hints(Scenario)
        read: dict[str, Any] = {}
        for section, value in document.items():
            if section not in kinds:
                self._problem((section,), f"is not a section; the sections are {', '.join(kinds)}")
            elif section in ENTRIES:
                read[section] = self._entries(section, value)
            else:
                is_channels = section == "channels" and isinstance(value, dict)
                whole = all_channels(value) if is_channels else value
                self._convert(read, section, whole, kinds[section], (section,))
        for section in ENTRIES.keys() - document.keys():
            self._problem((), f"there are no {section}")
        self._check_clocks(read)
        self._end_if_wrong()
        return self._whole(read)

    def _entries(self, section: str, entries: object) -> dict[str, Any]:
        if not isinstance(entries, dict):
            self._problem((section,), "must be names with their settings")
            return {}
        read: dict[str, Any] = {}
        for name, entry in entries.items():
            named = {**entry, "name": str(name)} if section == "queues" and isinstance(entry, dict) else entry
            self._convert(read, str(name), named, ENTRIES[section], (section, name))
        return read

    def _check_clocks(self, read: dict[str, Any]) -> None:
        for field in ("start", "end", "measure_from"):
            try:
                seconds_of(read.get(field) or "00:00")
            except ValueError as error:
                self._problem((field,), str(error))

    def _convert(self, into: dict[str, Any], name: str, value: object, kind: Any, place: tuple[object, ...]) -> None:
        for inner in _endless(value):
            self._problem(place + inner, "is not a number that can be reckoned with; leave it out, or say how much")
        try:
            into[name] = msgspec.convert(_plain(value), kind)
        except msgspec.ValidationError as error:
            what, _, path = str(error).partition(" - at `$")
            steps = tuple(int(number) if number else key for key, number in _STEPS.findall(path.rstrip("`")))
            if unknown := _UNKNOWN.search(what):
                known = fields(kind) if isinstance(kind, type) and not steps else ()
                what = "is not known here" + ("; there are " + ", ".join(f.name for f in known) if known else "")
                steps += (unknown[1],)
            self._problem(place + steps, what)

    def _whole(self, read: dict[str, Any]) -> Scenario:
        try:
            scenario = Scenario(**read)
        except ValueError as error:
            raise ScenarioError([f"{self._source}:1: {error}"]) from error
        self._check(scenario)
        self._end_if_wrong()
        return scenario

    def _check(self, scenario: Scenario) -> None:
        one_of_each = [scenario.agent_of(name, 0) for name in scenario.groups]
        for name, queue in scenario.queues.items():
            if not any(meets(agent, widest(queue.needs, queue.plan)) for agent in one_of_each):
                self._problem(("queues", name, "needs"), f"no group has {queue.needs}: give one these skills")
            for number, step in enumerate(queue.plan):
                if step.move and step.move not in scenario.queues:
                    self._problem(("queues", name, "plan", number, "move"), f"there is no queue {step.move!r}")
            if queue.channel not in scenario.channels:
                what = f"there is no channel {queue.channel!r}; the channels are {', '.join(scenario.channels)}"
                self._problem(("queues", name, "channel"), what)
        self._check_contacts(scenario)
        self._check_groups(scenario)

    def _check_groups(self, scenario: Scenario) -> None:
        for name, group in scenario.groups.items():
            for unknown in group.handling.keys() - scenario.queues.keys():
                self._problem(("groups", name, "handling", unknown), "there is no such queue")
            for unknown in group.costs.keys() - scenario.channels.keys():
                self._problem(("groups", name, "costs", unknown), "there is no such channel")

    def _check_contacts(self, scenario: Scenario) -> None:
        for name, contacts in scenario.contacts.items():
            if name not in scenario.queues:
                what = f"there is no such queue; the queues are {', '.join(scenario.queues)}"
                self._problem(("contacts", name), what)
            if contacts.chat and contacts.chat.queue not in scenario.contacts:
                what = f"nothing is said of {contacts.chat.queue!r} in contacts: say how long its chats take"
                self._problem(("contacts", name, "chat", "queue"), what)

    def _problem(self, place: tuple[object, ...], what: str) -> None:
        field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
        where = f"{self._source}:{_line_of(self._written, place)}"
        self._problems.append(f"{where}: {field}: {what}" if field else f"{where}: {what}")

    def _end_if_wrong(self) -> None:
        if self._problems:
            raise ScenarioError(self._problems)


def _endless(value: object) -> Iterator[tuple[object, ...]]:
    """Where in `value` numbers are infinite, or none."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from ((name, *inner) for inner in _endless(part))
    if isinstance(value, float) and not isfinite(value):
        yield ()


def _plain(value: object) -> object:
    """The same, with the numbers of the YAML reader, which know how they were written, as plain ones."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, float) else value


def _line_of(node: Any, place: tuple[object, ...]) -> int:
    """The line of the innermost part of `place` that is written there."""
    line = 1
    for step in place:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
        else:
            break
        node = node[step]
    return line
