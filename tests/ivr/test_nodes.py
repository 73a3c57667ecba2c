"""Every node type: its golden case, its documented example, its place in the registry."""

from pathlib import Path
from textwrap import dedent
from typing import cast

import msgspec
import pytest
from ruamel.yaml import YAML

from tandem.ivr import nodes
from tandem.ivr.commands import Command, Listen, RequestCallback, TakeVoicemail, Transfer
from tandem.ivr.events import CallbackBooked, Event, Listened, Started, TransferEnded, VoicemailTaken
from tandem.ivr.flow import Flow
from tandem.ivr.node import BaseNode
from tandem.ivr.reader import NODE_TYPES, read_flow
from tandem.ivr.references import references
from tandem.ivr.yaml_tree import read_tree
from tests.ivr.playbook import Player, wrap

GOLDEN = Path(__file__).parents[1] / "golden" / "flows"
FILES = sorted(path.stem for path in Path(nodes.__file__).parent.glob("*.py") if path.stem != "__init__")
CASES = sorted(GOLDEN.glob("*.yaml"))


def load(name: str) -> str:
    """The source of a flow that others call."""
    return (GOLDEN / "called" / f"{name}.yaml").read_text()


def test_every_file_is_a_node_type_of_the_same_name() -> None:
    assert sorted(NODE_TYPES) == FILES
    for name, node in NODE_TYPES.items():
        assert node.__name__.lower() == name
        assert node.__module__ == f"tandem.ivr.nodes.{name}"


@pytest.mark.parametrize("name", FILES)
def test_every_node_type_has_its_golden_case(name: str) -> None:
    case = YAML(typ="safe").load(GOLDEN / f"{name}.yaml")
    assert name in {node["type"] for node in case["nodes"].values()}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_case(path: Path) -> None:
    case = YAML(typ="safe").load(path)
    for script in case["scripts"]:
        flow = read_flow(path.read_text().partition("\nscripts:")[0], path.name, load)
        player = Player(flow, script.get("variables"), face=script.get("face", "voice"))
        for line, expected in ((line, told) for step in script["steps"] for line, told in step.items()):
            assert player.play(line) == expected, f"{script['name']}: {line}"


def documented(node: type[BaseNode]) -> str:
    """The example in a node's description."""
    return dedent((node.__doc__ or "").partition("Example:\n")[2])


def complete(example: str) -> str:
    """A flow around the example: whatever it refers to is there."""
    [(name, raw)] = read_tree(example).data.items()
    node = msgspec.convert(raw, NODE_TYPES[raw["type"]])
    alone = Flow("test", "", (), name, "apology", {}, {name: cast(nodes.Node, node)})
    found = list(references(alone))
    texts = {
        ref.name: "See {link}" if ref.kind == "message" else "Words."
        for ref in found
        if ref.kind in ("text", "message", "written")
    }
    ends = {ref.name for ref in found if ref.kind == "node"} - {name}
    body = example + "".join(f"{end}: {{type: end}}\n" for end in sorted(ends))
    if raw["type"] == "form":
        body = f"link: {{type: link, purpose: x, text: link, next: {name}, failed: {min(ends)}}}\n{body}"
        texts["link"] = "See {link}"
    return wrap(body, texts, zone="Asia/Shanghai")


@pytest.mark.parametrize("name", FILES)
def test_the_documented_example_runs(name: str) -> None:
    example = documented(NODE_TYPES[name])
    flow = read_flow(complete(example), f"{name}.yaml", load)
    assert NODE_TYPES[name] in map(type, flow.nodes.values())
    player = Player(flow, {"caller.tier": "vip"})
    told = player.handle(Started())
    assert any(isinstance(command, Listen | Transfer | RequestCallback) for command in told) or player.session.ended
    for _ in range(10):
        for news in filter(None, map(answer, told)):
            player.handle(news)
        told = player.handle(Listened(None), after=50.0)
    assert player.session.ended or name == "queue"


def answer(command: Command) -> Event | None:
    """What becomes of what a node wants done outside."""
    match command:
        case TakeVoicemail():
            return VoicemailTaken(7.0)
        case Transfer():
            return TransferEnded("answered")
        case RequestCallback():
            return CallbackBooked()
    return None
