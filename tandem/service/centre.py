"""The centre file: numbers, queues, people, customers, services, as an admin writes them in YAML."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tandem.acd.matching import meets
from tandem.acd.plan import widest
from tandem.acd.settings import AgentSettings, LongestStay, Order, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.control.settings import ChatSettings, Customer, DialPlan, OfferSettings, Service, Settings
from tandem.service.services import mistakes

SECTIONS = (
    "lines",
    "queues",
    "agents",
    "customers",
    "caller_phones",
    "longest_stay",
    "dial_plan",
    "services",
    "fallback",
    "time_zone",
    "order",
    "chats",
    "last_agent_days",
)
LAST_AGENT_DAYS = 30.0
Days = Annotated[float, msgspec.Meta(ge=0, le=3650)]
MOST_TALK = 86400.0
"""Seconds of a talk with somebody outside that an admin may allow."""
SHORTEST_SILENCE, LONGEST_SILENCE = 5.0, 86400.0
"""Seconds that an admin may leave a customer who owes an answer in a chat."""
_PATTERNS = {
    "numbers": (
        re.compile(r"\+?[0-9X]+\.?"),
        "is no pattern of numbers: digits, X for any digit, a dot at the end for one or more of them",
    ),
    "uris": (
        re.compile(r"sips?:(\*|[A-Za-z0-9_.+-]+)@[A-Za-z0-9.-]+(:[0-9]+)?"),
        "is no SIP address like sip:desk@partner.example; * stands for any user",
    ),
    "trunk": (re.compile(r"[A-Za-z0-9_-]*"), "is no endpoint's name: letters, digits, - and _"),
    "country": (re.compile(r"([A-Z]{2})?"), "is no country: two capital letters, such as CN"),
    "caller_id": (re.compile(r"\+?[0-9]*"), "is no number: digits, with or without a plus"),
}
T = TypeVar("T")


class CentreError(Exception):
    """The file can't be used; each of `problems` says where, what, and how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Queue(QueueSettings, frozen=True, forbid_unknown_fields=True):
    callback: CallbackSettings = CallbackSettings()
    offers: OfferSettings = OfferSettings()


class _Agent(AgentSettings, frozen=True, forbid_unknown_fields=True):
    pass


class _Customer(Customer, frozen=True, forbid_unknown_fields=True):
    pass


class _DialPlan(DialPlan, frozen=True, forbid_unknown_fields=True):
    pass


class _Service(Service, frozen=True, forbid_unknown_fields=True):
    pass


class _Chats(ChatSettings, frozen=True, forbid_unknown_fields=True):
    pass


def read_centre(path: Path) -> Settings:
    """Read the centre file at `path`; CentreError lists every problem with file, line and field."""
    return _Reader(path).read()


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[str] = []

    def read(self) -> Settings:
        document = self._load()
        for name in document:
            if name not in SECTIONS:
                self._problem(document, name, str(name), f"is not a section; the sections are {', '.join(SECTIONS)}")
        queues = self._entries(document, "queues", _Queue, lambda name: {"name": name})
        self._read_dates(document)
        agents = self._entries(document, "agents", _Agent, lambda name: {"name": name, "device": f"PJSIP/{name}"})
        customers = self._entries(document, "customers", _Customer, lambda number: {"number": number})
        lines: dict[str, str] = self._value(document, "lines", dict[str, str], {})
        phones: tuple[str, ...] = self._value(document, "caller_phones", tuple[str, ...], ())
        fallback: str = self._value(document, "fallback", str, "")
        stay = self._value(document, "longest_stay", LongestStay, LongestStay())
        plan = self._value(document, "dial_plan", _DialPlan, _DialPlan())
        self._check_dial_plan(document, plan)
        chats = self._value(document, "chats", _Chats, _Chats())
        self._check_chats(document, chats)
        remembered: float = self._value(document, "last_agent_days", Days, LAST_AGENT_DAYS)
        services = self._entries(document, "services", _Service, lambda _: {})
        order: Order = self._value(document, "order", Order, "age")
        self._check_needs(document, queues, agents)
        self._check_moves(document, queues)
        for name, service in services.items():
            for field, what in mistakes(name, service):
                self._problem(document["services"], name, f"services.{name}{field}", what)
        if self._problems:
            raise CentreError(self._problems)
        acd = AcdSettings(_plain(queues, QueueSettings), _plain(agents, AgentSettings), stay, order=order)
        dial_plan = msgspec.convert(msgspec.structs.asdict(plan), DialPlan)
        people, outside = _plain(customers, Customer), _plain(services, Service)
        callbacks = {name: queue.callback for name, queue in queues.items()}
        offers = {name: queue.offers for name, queue in queues.items()}
        return Settings(
            lines,
            people,
            phones,
            fallback=fallback,
            acd=acd,
            dial_plan=dial_plan,
            services=outside,
            callbacks=callbacks,
            chats=ChatSettings(chats.remind_after, chats.close_after),
            offers=offers,
            last_agent_days=remembered,
        )

    def _load(self) -> CommentedMap:
        try:
            document = YAML().load(self._path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CentreError([f"{self._path}: can't be read ({error.strerror})"]) from error
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CentreError([f"{self._path}:{line}: {error.problem}"]) from error
        except (YAMLError, UnicodeDecodeError) as error:
            raise CentreError([f"{self._path}: is not YAML text ({error})"]) from error
        if not isinstance(document, CommentedMap):
            raise CentreError([f"{self._path}:1: must have sections: {', '.join(SECTIONS)}"])
        return document

    def _entries(self, document: CommentedMap, section: str, kind: type[T], fixed: Any) -> dict[str, T]:
        entries = document.get(section) or CommentedMap()
        if not isinstance(entries, CommentedMap):
            self._problem(document, section, section, "must be names with their settings")
            return {}
        read: dict[str, T] = {}
        for name, entry in entries.items():
            try:
                read[str(name)] = msgspec.convert({**_unmarked(entry or {}), **fixed(str(name))}, kind)
            except (msgspec.ValidationError, TypeError) as error:
                self._problem(entries, name, f"{section}.{name}", str(error).replace("`$.", "`"))
        return read

    def _value(self, document: CommentedMap, section: str, kind: Any, default: T) -> T:
        if document.get(section) is None:
            return default
        try:
            value: T = msgspec.convert(_unmarked(document[section]), kind)
        except msgspec.ValidationError as error:
            self._problem(document, section, section, str(error))
            return default
        return value

    def _read_dates(self, document: CommentedMap) -> None:
        """Certificates end with the day that is written, in the centre's time zone."""
        zone = self._zone(document)
        for name, agent in _items(document, "agents"):
            for skill, day in _items(agent, "certified_until"):
                if isinstance(day, date):
                    agent["certified_until"][skill] = _end_of(day, zone)
                    continue
                agent["certified_until"][skill] = 0.0
                what = f"{day!r} is no date; write it as 2026-12-31"
                self._problem(document["agents"], name, f"agents.{name}.certified_until.{skill}", what)

    def _zone(self, document: CommentedMap) -> tzinfo:
        name: str = self._value(document, "time_zone", str, "UTC")
        try:
            return ZoneInfo(name)
        except (ValueError, ZoneInfoNotFoundError):
            self._problem(
                document, "time_zone", "time_zone", f"there is no time zone {name!r}; write one as Asia/Shanghai"
            )
            return UTC

    def _check_dial_plan(self, document: CommentedMap, plan: DialPlan) -> None:
        """What is not written as it should be could allow other calls than the admin meant."""
        for field, (pattern, what) in _PATTERNS.items():
            value = getattr(plan, field)
            for number, one in enumerate((value,) if isinstance(value, str) else value):
                if not pattern.fullmatch(one):
                    name = f"dial_plan.{field}" if isinstance(value, str) else f"dial_plan.{field}[{number}]"
                    self._problem(document["dial_plan"], field, name, f"{one!r} {what}")
        if not 0 < plan.longest_talk <= MOST_TALK:
            what = f"must be more than 0 and at most {MOST_TALK:g} seconds"
            self._problem(document["dial_plan"], "longest_talk", "dial_plan.longest_talk", what)

    def _check_chats(self, document: CommentedMap, chats: ChatSettings) -> None:
        for field in ("remind_after", "close_after"):
            if not SHORTEST_SILENCE <= getattr(chats, field) <= LONGEST_SILENCE:
                what = f"must be {SHORTEST_SILENCE:g} to {LONGEST_SILENCE:g} seconds"
                self._problem(document["chats"], field, f"chats.{field}", what)

    def _check_needs(self, document: CommentedMap, queues: dict[str, _Queue], agents: dict[str, _Agent]) -> None:
        for queue in queues.values():
            if not any(meets(agent, widest(queue.needs, queue.plan)) for agent in agents.values()):
                what = f"no agent has {queue.needs}: give one these skills, or ask for less"
                self._problem(document["queues"], queue.name, f"queues.{queue.name}.needs", what)
        for agent in agents.values():
            for skill, level in agent.skills.items():
                if not 1 <= level <= 5:
                    what = f"{level} is not a proficiency; it runs from 1 to 5"
                    self._problem(document["agents"], agent.name, f"agents.{agent.name}.skills.{skill}", what)

    def _check_moves(self, document: CommentedMap, queues: dict[str, _Queue]) -> None:
        for queue in queues.values():
            for number, step in enumerate(queue.plan):
                if step.move and step.move not in queues:
                    what = f"there is no queue {step.move!r} to move to"
                    self._problem(document["queues"], queue.name, f"queues.{queue.name}.plan[{number}].move", what)

    def _problem(self, parent: CommentedMap, key: object, field: str, what: str) -> None:
        line = parent.lc.key(key)[0] + 1
        self._problems.append(f"{self._path}:{line}: {field}: {what}")


def _items(parent: object, key: str) -> list[tuple[str, Any]]:
    """What stands under `key`, where it is names with values; other things are told of elsewhere."""
    entries = parent.get(key) if isinstance(parent, CommentedMap) else None
    return list(entries.items()) if isinstance(entries, CommentedMap) else []


def _end_of(day: date, zone: tzinfo) -> float:
    """When `day` ends in `zone`, or the moment that a date with a time says; epoch seconds."""
    if isinstance(day, datetime):
        return (day if day.tzinfo else day.replace(tzinfo=zone)).timestamp()
    return datetime.combine(day + timedelta(days=1), time(), zone).timestamp()


def _unmarked(value: Any) -> Any:
    """The same without the reader's own kinds of numbers, which remember how they were written."""
    if isinstance(value, dict):
        return {key: _unmarked(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_unmarked(entry) for entry in value]
    return float(value) if isinstance(value, float) else value


def _plain(entries: dict[str, Any], kind: type[T]) -> dict[str, T]:
    """The same, without the class that only the file's strictness needs."""
    return {name: msgspec.convert(msgspec.structs.asdict(entry), kind) for name, entry in entries.items()}
