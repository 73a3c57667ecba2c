"""A flow carries its sub-flows, as they were when it was read."""

from tandem.ivr.commands import Listen
from tandem.ivr.events import Listened, Started
from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors
from tandem.ivr.reader import read_flow
from tandem.ivr.speech import prompts
from tests.ivr.playbook import Player, wrap

OUTER = wrap("one: {type: call, flow: middle, next: bye}\nbye: {type: end, text: bye}", {"bye": "Bye."}, name="outer")
MIDDLE = wrap("one: {type: call, flow: inner, next: bye}\nbye: {type: end}", {}, name="middle")
INNER = wrap("ask: {type: say, text: hi, next: bye}\nbye: {type: end}", {"hi": "Hello."}, name="inner")


def outer(inner: str = INNER) -> Flow:
    return read_flow(OUTER, "outer.yaml", {"middle": MIDDLE, "inner": inner}.get)


def said(player: Player, event: Started | Listened) -> list[str]:
    return [word.text for command in player.handle(event) if isinstance(command, Listen) for word in command.say]


def test_all_that_may_be_called_is_carried_once() -> None:
    flow = outer()
    assert set(flow.flows) == {"middle", "inner"}
    assert not any(inner.flows for inner in flow.flows.values())


def test_a_change_far_inside_changes_the_version() -> None:
    changed = INNER.replace("Hello.", "Good day.")
    assert outer().version == outer().version != outer(changed).version
    assert outer().flows["middle"].version != outer(changed).flows["middle"].version


def test_a_call_keeps_the_sub_flows_it_began_with() -> None:
    old = Player(outer())
    assert said(old, Started()) == ["Hello."]
    new = Player(outer(INNER.replace("Hello.", "Good day.")))
    assert said(new, Started()) == ["Good day."]
    assert said(old, Listened(None)) == ["Bye."]


def test_the_prompts_of_sub_flows_are_known_ahead() -> None:
    assert {prompt.key for prompt in prompts(outer())} >= {"outer/bye", "inner/hi", "middle/apology"}


def test_an_apology_inside_ends_the_whole_call() -> None:
    flow = outer()
    player = Player(flow)
    player.play("started")
    player.session.node = "gone"
    assert player.play("resumed") == ["fault inner/gone: no node gone", "listen We are sorry."]
    assert player.play("silence") == ["hang up"]


def test_each_flow_is_read_once_however_many_call_it() -> None:
    depth, read = 30, list[str]()

    def load(name: str) -> str:
        read.append(name)
        n = int(name[1:])
        calls = [
            f"c{m}: {{type: call, flow: f{m}, next: {follow}}}" for m, follow in ((n + 1, f"c{n + 2}"), (n + 2, "end"))
        ]
        nodes = calls if n < depth else []
        return wrap("\n".join([*nodes, "end: {type: end}"]), {}, name=name, start=f"c{n + 1}" if nodes else "end")

    flow = read_flow(load("f0"), "f0.yaml", load)
    assert len(flow.flows) == len(read) - 1 == depth + 1


def test_an_empty_field_of_the_head_is_told() -> None:
    for name in ("start", "apology", "languages", "agent"):
        source = OUTER.replace("name: ", f"{name}:\nname: ") if name == "agent" else OUTER
        source = "\n".join(f"{name}:" if line.startswith(f"{name}:") else line for line in source.splitlines())
        try:
            read_flow(source, "outer.yaml", {"middle": MIDDLE, "inner": INNER}.get)
        except FlowErrors as errors:
            assert errors.problems[0].field == name
        else:
            assert name == "agent"
