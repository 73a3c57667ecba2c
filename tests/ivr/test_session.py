"""The interpreter itself: what goes wrong at run time leads somewhere sensible."""

import msgspec

from tandem.ivr.commands import HangUp, Listen, RecordFault
from tandem.ivr.events import LinkDelivered, Listened, Place, QueueEnded, Resumed, Started
from tandem.ivr.flow import Flow
from tandem.ivr.nodes.branch import Branch
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.say import Say
from tandem.ivr.nodes.set import Set
from tandem.ivr.session import Session
from tests.ivr.playbook import Player, describe

TEXTS = {"sorry": {"en": "Sorry.", "zh-CN": "抱歉。"}, "hello": {"en": "Hello.", "zh-CN": "您好。"}}


def flow(**nodes: Say | Branch | Call | Set) -> Flow:
    return Flow("test", "1", ("zh-CN", "en"), next(iter(nodes)), "sorry", TEXTS, dict(nodes))


def test_a_session_begins_in_the_callers_language_or_the_flows_first() -> None:
    hello = flow(hello=Say(text="hello", next="hello"))
    assert Session.begin(hello, {}, "en").language == "en"
    assert [Session.begin(hello, {}, language).language for language in ("", "fr")] == ["zh-CN", "zh-CN"]


def test_a_session_keeps_its_own_copy_of_the_variables() -> None:
    variables = {"a": 1}
    session = Session.begin(flow(a=Set(values={"a": 2}, next="a")), variables)
    session.variables["a"] = 3
    assert variables == {"a": 1}


def test_an_endless_loop_ends_with_an_apology() -> None:
    player = Player(flow(a=Set(values={}, next="b"), b=Branch(cases=(), otherwise="a")))
    told = player.handle(Started())
    assert [describe(command) for command in told[-2:]] == ["fault b: 1000 nodes without a wait", "listen 抱歉。"]
    assert len(told) == 1002
    assert player.play("silence") == ["hang up"]
    assert player.session.ended


def test_a_node_that_is_not_there_ends_with_an_apology() -> None:
    player = Player(flow(hello=Say(text="hello", next="nowhere")), language="en")
    assert player.play("started", "silence") == ["fault nowhere: no node nowhere", "listen Sorry."]
    assert player.play("resumed") == ["listen Sorry."]
    assert player.play("silence") == ["hang up"]


def test_a_text_that_is_not_there_is_silence_and_a_fault() -> None:
    player = Player(flow(a=Say(text="nothing", next="hello"), hello=Say(text="hello", next="a")), language="en")
    assert player.play("started") == ["step say a", "fault a: no text nothing in en", "listen; keys all"]
    assert player.play("silence") == ["step say hello", "listen Hello.; keys all"]


def test_a_language_that_is_not_there_is_not_taken() -> None:
    player = Player(flow(a=Set(values={"language": "fr"}, next="b"), b=Say(text="hello", next="a")))
    assert player.play("started")[1:] == [
        "fault a: the flow has no language fr",
        "step say b",
        "listen 您好。; keys all",
    ]


def test_even_an_apology_that_is_not_there_ends_the_call() -> None:
    broken = msgspec.structs.replace(flow(hello=Say(text="hello", next="nowhere")), apology="nothing")
    player = Player(broken)
    player.play("started")
    assert player.handle(Listened(None))[-1] == Listen(())
    assert player.handle(Listened(None)) == [HangUp()]


def test_events_that_have_no_meaning_here_change_nothing() -> None:
    player = Player(flow(hello=Say(text="hello", next="hello")))
    player.play("started")
    before = msgspec.json.encode(player.session)
    for event in (LinkDelivered(1), QueueEnded("served"), QueueEnded("unavailable")):
        assert player.handle(event) == []
    assert msgspec.json.encode(player.session) == before


def test_a_session_of_a_node_that_is_gone_ends_with_an_apology() -> None:
    player = Player(flow(hello=Say(text="hello", next="hello")))
    player.play("started")
    player.session.node = "gone"
    told = player.handle(Resumed(Place(1, 0.0, 0.0)))
    assert RecordFault("gone", "no node gone") in told
    assert isinstance(told[-1], Listen)


def test_a_key_is_let_go_where_only_announcements_follow() -> None:
    player = Player(flow(a=Say(text="hello", next="b"), b=Say(text="sorry", next="a")), language="en")
    player.play("started")
    assert player.play("key 4") == ["step say b", "step say a", "step say b", "listen Sorry.; keys all"]


def test_a_flow_with_a_rescue_goes_there_once() -> None:
    broken = flow(a=Say(text="hello", next="nowhere"), help=Say(text="sorry", next="nowhere"))
    player = Player(msgspec.structs.replace(broken, rescue="help"), language="en")
    assert player.play("started", "silence")[-2:] == ["step say help", "listen Sorry.; keys all"]
    assert player.play("silence") == ["fault nowhere: no node nowhere", "listen Sorry."]
    assert player.play("silence") == ["hang up"]


def test_an_endless_loop_ends_at_the_rescue() -> None:
    broken = flow(a=Set(values={}, next="a"), help=Say(text="sorry", next="a"))
    player = Player(msgspec.structs.replace(broken, rescue="help"), language="en")
    assert player.play("started")[-3:] == [
        "fault a: 1000 nodes without a wait",
        "step say help",
        "listen Sorry.; keys all",
    ]
    assert player.play("silence")[-2:] == ["fault a: 1000 nodes without a wait", "listen Sorry."]


def test_from_a_sub_flow_without_a_rescue_of_its_own_it_leads_out() -> None:
    outer = flow(one=Call(flow="inner", next="one"), help=Say(text="sorry", next="help"))
    inner = msgspec.structs.replace(flow(a=Say(text="hello", next="nowhere")), name="inner")
    player = Player(msgspec.structs.replace(outer, rescue="help", flows={"inner": inner}), language="en")
    assert player.play("started", "silence")[-2:] == ["step say help", "listen Sorry.; keys all"]
    assert player.session.frames == []


def test_a_sub_flow_that_is_not_there_ends_with_an_apology() -> None:
    player = Player(flow(a=Call(flow="gone", next="a")), language="en")
    assert player.play("started") == ["step call a", "fault a: no flow gone", "listen Sorry."]
