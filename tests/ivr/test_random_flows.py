"""Flows that nobody would write: what lint lets through never gets stuck or is at fault, whatever happens."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, TypeVar

import msgspec
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import NODE_TYPES, read_flow
from tests.ivr.walker import Walker

TEXTS = {
    "sorry": "Sorry.",
    "hello": "Hello {caller.name}.",
    "typed": "You typed {number|digits}.",
    "closed": "We open at {opens_at|time}.",
    "found": "You are {id}, {count}.",
    "message": "See {link}",
    "wait": "It takes {estimated_wait|range}.",
}
FLOWS, WALKS = 250, 40
MOST_NODES = 12
MENDED = {"type": "say", "text": "sorry"}
FORGIVEN = ("link ", "queue ", "lookup ", "callback", "transfer ", "voicemail ", "a form without a text")
"""Faults that are the world's, not the flow's."""

Nodes = dict[str, dict[str, Any]]
T = TypeVar("T")


class Maker:
    """Makes nodes that lead anywhere, mostly onwards, the last two being a queue and an end."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names: list[str] = []
        self.at = 0

    def nodes(self, *, inner: bool = False) -> Nodes:
        """The nodes of a flow; an inner one does not visit itself."""
        self.names = [f"n{n}" for n in range(self.random.randint(3, MOST_NODES))] + ["agent", "done"]
        makers = [*self.talking(), *self.deciding(), *self.asking(), *self.visiting()[: 2 if inner else None]]
        found: Nodes = {}
        for at, name in enumerate(self.names[:-2]):
            self.at = at
            found[name] = self.drawn(self.pick(makers))
        if self.random.random() < 0.7:
            found["n0"] = {"type": "set", "values": KNOWN, "next": "n1"}
        return found | {"agent": self.drawn(self.queue("service")), "done": {"type": "end"}}

    def pick(self, values: Sequence[T]) -> T:
        """One of some values."""
        return self.random.choice(values)

    def drawn(self, value: Any) -> Any:
        """A value in which all that is still to be drawn is."""
        if callable(value):
            return self.drawn(value())
        if isinstance(value, dict):
            return {name: self.drawn(inner) for name, inner in value.items()}
        return [self.drawn(inner) for inner in value] if isinstance(value, list) else value

    def way(self) -> str:
        """A node to go to, mostly one of the next."""
        return self.pick(self.names[self.at + 1 : self.at + 4] if self.random.random() < 0.7 else self.names)

    def heard(self) -> str:
        """A text; some want variables."""
        return self.pick(["sorry", "hello", "hello", "typed", "closed", "found"])

    def some(self, make: Callable[[], T], most: int) -> list[T]:
        """Several of a kind, or none."""
        return [make() for _ in range(self.random.randint(0, most))]

    def talking(self) -> list[Any]:
        """Nodes that speak and ask."""
        way, heard = self.way, self.heard
        question = {"text": heard, "no_input": "sorry", "failed": way}
        collect = question | {
            "type": "collect",
            "variable": "number",
            "min": 2,
            "max": 3,
            "invalid": heard,
            "next": way,
        }
        back = {"read_back": "typed", "pattern": r"1\d|\d[2-5]*", "silences": 2}
        form = {"type": "form", "title": "hello", "submit": "sorry", "next": way, "failed": way, "fields": FIELDS}
        return [
            {"type": "say", "text": heard, "next": way, "barge_in": lambda: self.pick([True, False])},
            question | {"type": "menu", "wrong_key": heard, "choices": lambda: dict(self.some(self.choice, 4))},
            collect | {"next": way},
            collect | back | {"next": way},
            {"type": "survey", "question": "quality", "text": heard, "keys": "12", "next": way},
            form,
            form | {"text": heard},
            self.queue("other"),
        ]

    def choice(self) -> tuple[str, str]:
        """A key, and where it leads."""
        return self.pick("123*#0"), self.way()

    def queue(self, name: str) -> dict[str, Any]:
        """A queue, with offers while one waits."""

        def offers() -> list[dict[str, Any]]:
            return list({key: self.offer(key, next_) for key, next_ in self.some(self.choice, 3)}.values())

        company = {"announcements": lambda: self.pick([[], ["wait"]]), "offers": offers}
        return {"type": "queue", "queue": name, "next": self.way, "while_waiting": company}

    def offer(self, key: str, way: str) -> dict[str, Any]:
        """An offer of a queue."""
        moments = [0, 10, 100]
        return {
            "key": key,
            "text": "wait",
            "next": way,
            "waited": self.pick(moments),
            "estimated_wait": self.pick(moments),
        }

    def deciding(self) -> list[Any]:
        """Nodes that go on at once."""
        way = self.way
        conditions = [
            "caller.tier == 'vip'",
            "language == 'en'",
            "length(number) > 5",
            "opens_in_days < 2",
            "count == 1",
        ]
        cases = lambda: self.some(lambda: {"when": self.pick(conditions), "next": way()}, 2)  # noqa: E731
        values = [{"number": "12"}, {"count": 7}, {"count": "7"}, {"language": "en"}]
        weekly = {"monday-friday": "09:00-18:00"}
        return [
            {"type": "set", "values": lambda: self.pick(values), "next": way},
            {"type": "branch", "cases": cases, "else": way},
            {"type": "hours", "zone": "Asia/Shanghai", "weekly": weekly, "open": way, "closed": way},
            {"type": "split", "percent": lambda: self.random.randint(0, 100), "next": way, "else": way},
        ]

    def asking(self) -> list[Any]:
        """Nodes that want something of the world outside."""
        way = self.way
        ways = {"next": way, "failed": way}
        wanted = {"id": {"path": "$.id"}, "count": {"path": "$.n[0]", "kind": "number", "default": 1}}
        lookup = ways | {"type": "lookup", "service": "orders", "values": wanted}
        number = lambda: self.pick(["{caller.number}", "{number}"])  # noqa: E731
        at = lambda: self.pick(["10:00", "{day}"])  # noqa: E731
        return [
            lookup | {"path": "/{caller.number}", "meanwhile": "hello", "not_found": way},
            lookup | {"path": "/x/{number}", "query": {"id": "{caller.name}"}, "body": {"count": "{count}"}},
            {"type": "notify", "service": "shop", "event": "x", "body": {"number": number, "id": 1}, "next": way},
            {"type": "callback", "queue": "service", "number": number, "at": at, "next": way, "refused": way},
            {"type": "cancel", "next": way},
            {"type": "snooze", "minutes": 30, "next": way},
            ways | {"type": "transfer", "to": lambda: self.pick(["400", "{number}"]), "busy": way},
            ways | {"type": "voicemail", "queue": "service", "text": "sorry", "empty": way},
            ways | {"type": "voicemail", "queue": "service"},
            ways | {"type": "link", "purpose": "page", "text": "message"},
        ]

    def visiting(self) -> list[Any]:
        """Nodes that use another flow."""
        way = self.way
        given = {"parameters": {"number": "{caller.number}"}, "results": {"id": "found"}}
        link = {"type": "link", "purpose": "page", "text": "message", "next": way, "failed": way, "done": way}
        return [
            given | {"type": "call", "flow": "number", "next": way},
            given | link | {"page": "number"},
            {"type": "call", "flow": "inner", "next": way},
            link | {"page": "inner", "stuck": way},
        ]


KNOWN = {"number": "12", "day": "2023-11-16", "count": 3, "opens_at": "09:00", "opens_in_days": 1}
CONDITIONS = ["caller.tier == 'vip'", "language == 'en'", "length(number) > 5", "opens_in_days < 2", "count == 1"]
FIELDS = [
    {"variable": "number", "label": "hello", "kind": "digits", "min": 2},
    {"variable": "day", "label": "hello", "kind": "date", "earliest": 0, "required": False},
    {"variable": "count", "label": "hello", "kind": "number", "max": 9},
    {"variable": "sure", "label": "hello", "kind": "choice", "choices": {"yes": "hello", "no": "sorry"}},
]


def reached(found: Nodes) -> Nodes:
    """Without what nothing leads to, which lint would rightly refuse."""
    ahead, kept = ["n0", "agent"], set[str]()
    while ahead:
        name = ahead.pop()
        if name not in kept:
            kept.add(name)
            ahead += [value for value in _strings(found[name]) if value in found]
    return {name: node for name, node in found.items() if name in kept}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


NUMBER = """
name: number
languages: [en]
start: found
apology: sorry
agent: person
parameters: {number: text}
results: {found: text}
nodes:
  found: {type: set, values: {found: unknown}, next: right}
  right: {type: menu, text: right, choices: {1: done}, no_input: sorry, wrong_key: sorry, failed: done}
  person: {type: end, text: sorry}
  done: {type: end}
texts: {sorry: {en: Sorry.}, right: {en: 'From {number}?'}}
"""


def linted(found: Nodes, inner: Nodes, mend: bool = True) -> Flow | None:
    """The flow, and within it `inner`; what lint has something against is replaced by an announcement."""
    within = _mended("inner", inner, {"number": NUMBER}) if mend else None
    return _mended("random", found, {"inner": within[1] if within else "", "number": NUMBER}, mend)[0]


def _mended(name: str, found: Nodes, others: dict[str, str], mend: bool = True) -> tuple[Flow | None, str]:
    texts = {key: {"en": text} for key, text in TEXTS.items()}
    head = {"name": name, "languages": ["en"], "start": "n0", "apology": "sorry", "zone": "Asia/Shanghai"}
    for _ in range(MOST_NODES if mend else 1):
        found = reached(found)
        source = msgspec.json.encode(head | {"agent": "agent", "texts": texts, "nodes": found}).decode()
        try:
            return read_flow(source, f"{name}.yaml", others.get), source
        except FlowErrors as errors:
            wrong = {problem.node for problem in errors.problems} & set(found) - {"done"}
            found = found | {node: MENDED | {"next": found[node].get("next", "done")} for node in wrong}
    return None, ""


@settings(deadline=None, max_examples=FLOWS)
@given(st.integers(0, 2**63))
@example(479001600)  # round by a link whose page a chat walks right there, without a question
def test_what_lint_lets_through_never_gets_stuck(seed: int) -> None:
    maker = Maker(Random(seed))
    flow = linted(maker.nodes(), maker.nodes(inner=True))
    assume(flow is not None)
    assert flow is not None
    for walk in range(WALKS):
        faults = Walker(flow, Random(f"{seed} {walk}")).walk()
        assert not [reason for reason in faults if not reason.startswith(FORGIVEN) or "not set" in reason]


def test_every_kind_of_node_is_let_through() -> None:
    """Or the test above would prove little."""
    made = [linted(maker.nodes(), maker.nodes(inner=True)) for maker in map(Maker, map(Random, range(80)))]
    parts = [part for flow in made if flow for part in (flow, *flow.flows.values())]
    kinds = Counter(str(node.__struct_config__.tag) for part in parts for node in part.nodes.values())
    assert {kind: kinds[kind] for kind in NODE_TYPES if kinds[kind] < 2} == {}


def test_a_walk_sees_faults() -> None:
    end = {"type": "end"}
    flow = linted({"n0": {"type": "say", "text": "hello", "next": "done"}, "done": end, "agent": end}, {}, mend=False)
    assert flow is not None
    walker = Walker(flow, Random(0))
    walker.session.variables.clear()
    assert walker.walk() == ["text hello: variable caller.name is not set"]
