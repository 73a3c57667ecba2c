"""Flows that nobody would write: what lint lets through never gets stuck or is at fault, whatever callers do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tandem.ivr import commands, events
from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import read_flow
from tests.ivr.playbook import Player
from tests.ivr.test_hotline import CALLER, STEPS, check

CALLED = Path(__file__).parents[1] / "golden" / "flows" / "called"
TEXTS = {
    "sorry": "Sorry.",
    "hello": "Hello {caller.name}.",
    "typed": "You typed {number|digits}.",
    "closed": "We open at {opens_at|time}.",
    "found": "You are {id}.",
    "message": "See {link}",
    "wait": "It takes {estimated_wait|range}.",
}
MOST_NODES = 9

Nodes = dict[str, dict[str, Any]]


@st.composite
def nodes(draw: st.DrawFn) -> Nodes:
    """Nodes that lead anywhere, mostly onwards, the last two being a queue and an end."""
    names = [f"n{n}" for n in range(draw(st.integers(2, MOST_NODES)))] + ["agent", "done"]
    found: Nodes = {name: draw(node(names, n)) for n, name in enumerate(names[:-2])}
    found["agent"] = draw(queue("service", st.sampled_from(names)))
    return found | {"done": {"type": "end"}}


def node(names: list[str], n: int) -> st.SearchStrategy[dict[str, Any]]:
    onwards = st.sampled_from(names[n + 1 :])
    way = st.one_of(onwards, onwards, st.sampled_from(names))
    heard = st.sampled_from(["sorry", "hello", "sorry", "hello", "hello", "typed", "closed", "found"])
    when = st.sampled_from(["caller.tier == 'vip'", "language == 'en'", "length(number) > 5", "opens_in_days < 2"])
    question = {"no_input": st.just("sorry"), "failed": way}
    return st.one_of(
        _node("say", text=heard, next=way, barge_in=st.booleans()),
        _node("menu", text=heard, choices=st.dictionaries(st.sampled_from("123*#0"), way), wrong_key=heard, **question),
        _node("collect", text=heard, variable="number", min=2, max=3, invalid=heard, next=way, **question),
        _node("set", values={"number": "12"}, next=way),
        _node(
            "branch", cases=st.lists(st.fixed_dictionaries({"when": when, "next": way}), max_size=2), **{"else": way}
        ),
        _node("hours", zone="Asia/Shanghai", weekly={"monday-friday": "09:00-18:00"}, open=way, closed=way),
        _node("split", percent=st.integers(0, 100), next=way, **{"else": way}),
        _node("call", flow="number", parameters={"number": "{caller.number}"}, results={"id": "found"}, next=way),
        _node("link", purpose="page", text="message", next=way, failed=way),
        _node(
            "collect",
            text=heard,
            variable="number",
            min=2,
            max=3,
            invalid=heard,
            next=way,
            read_back="typed",
            pattern=r"1\d|\d[2-5]*",
            silences=2,
            **question,
        ),
        queue("other", way),
        _node("survey", question="quality", text=heard, keys="12", next=way),
    )


def queue(name: str, way: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    moment = st.sampled_from([0, 10, 100])
    offer = st.fixed_dictionaries(
        {
            "key": st.sampled_from("1230"),
            "text": st.just("wait"),
            "next": way,
            "waited": moment,
            "estimated_wait": moment,
        }
    )
    offers = st.lists(offer, max_size=3, unique_by=lambda offer: str(offer["key"]))
    company = st.fixed_dictionaries({"announcements": st.sampled_from([[], ["wait"]]), "offers": offers})
    return _node("queue", queue=name, next=way, while_waiting=company)


def _node(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    drawn = {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in fields.items()}
    return st.fixed_dictionaries({"type": st.just(kind), **drawn})


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


def linted(found: Nodes) -> Flow | None:
    """The flow, if lint has nothing against it."""
    texts = {name: {"en": text} for name, text in TEXTS.items()}
    head = {"name": "random", "languages": ["en"], "start": "n0", "apology": "sorry", "agent": "agent"}
    source = msgspec.json.encode(head | {"texts": texts, "nodes": reached(found)}).decode()
    try:
        return read_flow(source, "random.yaml", lambda name: (CALLED / f"{name}.yaml").read_text())
    except FlowErrors:
        return None


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(nodes(), st.lists(st.lists(STEPS, max_size=30), min_size=1, max_size=4))
def test_what_lint_lets_through_never_gets_stuck(found: Nodes, walks: list[list[tuple[events.Event, float]]]) -> None:
    flow = linted(found)
    assume(flow is not None)
    assert flow is not None
    for steps in walks:
        player = Player(flow, CALLER | {"caller.name": "Tom"})
        faults = check(player, events.Started(), 0.0)
        for event, after in steps:
            faults += check(player, event, after)
        assert not [fault.reason for fault in faults if not fault.reason.startswith(("link ", "queue "))]


def test_enough_of_them_are_let_through() -> None:
    """Or the test above would prove little."""
    tried: list[bool] = []

    @settings(deadline=None, max_examples=100, database=None, derandomize=True)
    @given(nodes())
    def attempt(found: Nodes) -> None:
        tried.append(linted(found) is not None)

    attempt()
    assert sum(tried) > 15


def test_the_check_of_a_walk_sees_faults() -> None:
    broken = linted(
        {"n0": {"type": "say", "text": "hello", "next": "done"}, "done": {"type": "end"}, "agent": {"type": "end"}}
    )
    assert broken is not None
    assert [type(fault) for fault in check(Player(broken, {}), events.Started(), 0.0)] == [commands.RecordFault]
