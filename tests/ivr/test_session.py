"""The interpreter itself: what goes wrong at run time leads somewhere sensible."""

import msgspec

from tandem.ivr.commands import HangUp, Listen, RecordFault
from tandem.ivr.events import LinkDelivered, Listened, Place, QueueEnded, Resumed, Started
from tandem.ivr.flow import Flow
from tandem.ivr.nodes.branch import Branch
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.say import Say
from tandem.ivr.nodes.set import Set
from tandem.ivr.reader import read_flow
from tandem.ivr.session import Session
from tests.ivr.playbook import Player, describe, wrap

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


WAITING = r"""
agent_first: {type: call, flow: inner, results: {number: number}, next: after}
after: {type: menu, text: after, choices: {1: other, 2: done}, no_input: after, wrong_key: after, failed: done}
other: {type: queue, queue: sales, next: talked}
tech: {type: queue, queue: tech, next: talked}
talked: {type: say, text: talked, next: done}
done: {type: end}
"""
INNER = r"""
name: inner
languages: [en]
start: tech
apology: sorry
keys: {back: null}
results: {number: text}
nodes:
  tech:
    type: queue
    queue: tech
    while_waiting: {offers: [{key: '1', text: ask, next: deeper}, {key: '2', text: ask, next: known}]}
    next: known
  deeper: {type: call, flow: innermost, next: tech}
  known: {type: set, values: {number: '7'}, next: done}
  done: {type: end}
texts:
  sorry: {en: Inner sorry.}
  ask: {en: Ask me.}
"""
INNERMOST = r"""
name: innermost
languages: [en]
start: ask
apology: sorry
nodes:
  ask: {type: menu, text: ask, choices: {1: done}, no_input: ask, wrong_key: ask, failed: done}
  done: {type: end}
texts:
  sorry: {en: Innermost sorry.}
  ask: {en: Deep?}
"""


def waiting() -> Player:
    """A caller who waits for tech in a sub-flow, within one that has an agent."""
    texts = {"after": "After.", "talked": "Thanks."}
    flows = {"inner": INNER, "innermost": INNERMOST}
    player = Player(read_flow(wrap(WAITING, texts, agent="tech"), "outer.yaml", flows.__getitem__))
    queued = ["step queue inner/tech", "enqueue tech priority 0 boost 0", "listen; keys 12*; wait 1; music default"]
    assert player.play("started") == ["step call agent_first", *queued]
    return player


def test_served_leads_out_of_the_flows_called_since() -> None:
    told = waiting().play("key 1 at 5 place 1 10", "served at 6")
    assert told == [
        "step set inner/known",
        "step end inner/done",
        "step menu after",
        "listen After.; keys all; wait 5",
    ]


def test_who_waits_may_leave_the_flow_of_the_queue_node() -> None:
    """Then a talk leads to where that flow led, and the end of it all leaves the queue."""
    player = waiting()
    assert player.play("key 2 at 5 place 1 10")[-2:] == ["step menu after", "listen After.; keys all; wait 5"]
    assert player.play("served")[-2:] == ["step menu after", "listen After.; keys all; wait 5"]
    assert player.play("key 2") == ["step end done", "hang up"]
    assert waiting().play("key 2 at 5 place 1 10", "key 2") == ["step end done", "leave self_served", "hang up"]


def test_the_agent_key_leads_back_to_the_queue_whose_place_was_kept() -> None:
    player = waiting()
    assert player.play("key 1 at 5 place 1 10")[-1] == "listen Deep?; keys all; wait 5"
    assert player.play("key 0 at 8") == ["step queue tech", "listen; wait 1; music default"]
    assert player.session.frames == []
    assert player.play("served")[:1] == ["step say talked"]


def test_another_queue_is_entered_with_the_place_there() -> None:
    player = waiting()
    told = player.play("key 2 at 5 place 1 10", "key 1")
    assert told == ["step queue other", "enqueue sales priority 0 boost 0", "listen; wait 1; music default"]
    assert player.play("served")[:1] == ["step say talked"]


def test_who_waits_goes_on_waiting_after_an_apology() -> None:
    player = waiting()
    player.play("key 1 at 5 place 1 10")
    player.session.node = "gone"
    assert player.play("silence at 6")[-1] == "listen Innermost sorry."
    assert player.play("silence at 7") == ["step queue inner/tech", "listen; keys 12*; wait 1; music default"]


def test_who_is_served_during_an_apology_goes_on_after_the_talk() -> None:
    player = waiting()
    player.play("key 1 at 5 place 1 10")
    player.session.node = "gone"
    player.play("silence at 6")
    assert player.play("unavailable") == []
    assert player.play("served")[0] == "step set inner/known"


def test_a_session_may_walk_a_sub_flow_alone() -> None:
    player = waiting()
    alone = Player(player.flow, running="innermost", face="page")
    assert (alone.session.language, alone.session.face) == ("en", "page")
    assert alone.play("started") == ["step menu innermost/ask", "listen Deep?; keys all; wait 5"]
    assert alone.play("key 1") == ["step end innermost/done", "hang up"]


def test_a_key_typed_ahead_takes_no_offer_and_hears_no_place() -> None:
    nodes = """
hello: {type: say, text: hello, next: tech}
tech: {type: queue, queue: tech, while_waiting: {offers: [{key: '1', text: hello, next: done}]}, next: done}
done: {type: end}
"""
    for key in "1*":
        player = Player(read_flow(wrap(nodes, {"hello": "Hello."}), "test.yaml"))
        player.play("started")
        assert player.play(f"key {key}")[-1] == "listen; keys 1*; wait 1; music default"
