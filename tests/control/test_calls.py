import msgspec

from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.settings import Settings
from tests.control.playbook import BEGIN, FLOW, SETTINGS, Playbook, one, said, these


def test_a_new_call_is_answered_and_hears_the_menu() -> None:
    out = Playbook().call()
    assert one(commands.Answer, out).call == "c1"
    assert "Press one" in said(out)
    assert one(commands.RecordContact, out).started_at == BEGIN


def test_a_key_leads_to_a_link_and_the_flow_goes_on_when_it_is_delivered() -> None:
    book = Playbook()
    book.call()
    link = one(commands.SendLink, book.press("1"))
    assert (link.call, link.link, link.purpose, link.address) == ("c1", 1, "order_status", "13800000001")
    book.tell(events.LinkDelivered("c1", 1, "webhook"))
    assert "Goodbye" in said(book.press(None))
    assert one(commands.HangUpCall, book.press(None)).channel == "PJSIP/trunk-c1"
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1", 16))).outcome == "contained"


def test_a_delivery_that_is_told_twice_moves_the_flow_once() -> None:
    book = Playbook()
    book.call()
    book.press("1")
    book.tell(events.LinkDelivered("c1", 1, "webhook"))
    assert book.tell(events.LinkDelivered("c1", 1, "webhook")) == []


def test_a_page_opened_before_its_delivery_is_told_counts_as_delivered() -> None:
    book = Playbook()
    book.call()
    book.press("1")
    book.tell(events.LinkOpened("c1", 1))
    assert "Goodbye" in said(book.press(None))
    late = one(commands.RecordLink, book.tell(events.LinkDelivered("c1", 1, "webhook")))
    assert (late.status, late.adapter) == ("opened", "webhook")


def test_an_answer_to_an_older_listen_is_stale() -> None:
    book = Playbook()
    book.call()
    old = book.plane.state.calls["c1"].listen
    book.press(None)
    assert book.tell(events.Listened("c1", old, "2")) == []


def test_a_known_call_that_enters_again_hears_what_was_due() -> None:
    book = Playbook()
    book.call()
    out = book.reenter()
    assert "Press one" in said(out)
    assert these(commands.RecordContact, out) == []


def test_a_call_that_enters_again_after_its_flow_ended_is_hung_up() -> None:
    book = Playbook()
    book.call()
    for _ in range(3):
        book.press(None)
    assert one(commands.HangUpCall, book.reenter()).call == "c1"


def test_hanging_up_in_the_menu_is_recorded_as_such() -> None:
    book = Playbook()
    book.call()
    ended = one(commands.RecordContact, book.tell(events.CallEnded("c1", 16)))
    assert (ended.outcome, ended.cause) == ("left_menu", 16)
    assert book.plane.state.calls == {}


def test_hanging_up_in_the_queue_is_abandoning() -> None:
    book = Playbook()
    book.queue()
    out = book.tell(events.CallEnded("c1", 16), 30.0)
    assert one(commands.RecordContact, out).outcome == "abandoned"
    wait = one(commands.RecordWait, out)
    assert (wait.outcome, wait.left_at - wait.enqueued_at) == ("abandoned", 30.0)


def test_a_queue_that_nobody_can_serve_apologises_and_alarms() -> None:
    book = Playbook(Settings(lines={"4008": "line"}))
    out = book.queue()
    assert one(commands.RaiseAlarm, out).kind == "queue nobody can serve"
    assert "sorry" in said(book.press(None))


def test_a_number_without_a_flow_alarms_and_leaves_the_call_to_the_switchs_own_apology() -> None:
    out = Playbook().call(dialled="999")
    assert one(commands.RaiseAlarm, out).kind == "no flow for number"
    assert one(commands.GiveUp, out) == commands.GiveUp("c1", "PJSIP/trunk-c1")


def test_a_number_without_a_flow_gets_the_fallback_flow() -> None:
    book = Playbook(msgspec.structs.replace(SETTINGS, lines={"4009": "vanished"}, fallback="line"))
    out = book.call(dialled="4009")
    assert "'vanished', which is not published" in one(commands.RaiseAlarm, out).detail
    assert "Press one" in said(out)
    assert one(commands.RecordContact, out).flow == "line"


def test_a_fault_leads_to_the_rescue_node_and_is_counted() -> None:
    rescue = FLOW.replace("apology: sorry", "apology: sorry\nrescue: sorry_first").replace(
        "nodes:", "nodes:\n  sorry_first: {type: say, text: sorry, next: agent}"
    )
    book = Playbook(flow=rescue)
    book.call()
    book.plane.state.calls["c1"].session.node = "gone"
    out = book.reenter()
    assert one(commands.RaiseAlarm, out).kind == "flow fault"
    assert said(out) == "We are sorry."
    book.press(None)
    assert book.plane.state.calls["c1"].state == "queued"
    assert book.plane.state.calls["c1"].faults == 1


def test_a_known_customer_brings_tier_and_boost() -> None:
    book = Playbook()
    book.call(caller="7")
    book.press("2")
    contact = book.router.contacts["c1"]
    assert contact.boost == 300.0
    assert book.plane.state.calls["c1"].tier == "vip"


def test_a_waiting_caller_is_told_their_place() -> None:
    book = Playbook()
    book.queue("c1")
    book.queue("c2")
    book.press(None, "c2", after=1.0)
    assert "number two" in said(book.press(None, "c2", after=6.0))


def test_calls_keep_the_flow_version_they_began_with() -> None:
    from tandem.ivr.reader import read_flow

    book = Playbook()
    book.call("old")
    book.tell(events.FlowPublished(read_flow(FLOW.replace("Press one", "Press the one"), "line.yaml")))
    assert "Press the one" in said(book.call("new"))
    assert "Press one" in said(book.reenter("old"))
    assert len(book.plane.state.flows) == 2
    book.tell(events.CallEnded("old"))
    assert len(book.plane.state.flows) == 1


def test_loading_the_same_settings_again_resets_nothing() -> None:
    book = Playbook()
    book.talk()
    before = book.router.agents["1001"].since
    book.tell(events.SettingsLoaded(SETTINGS), 60.0)
    assert book.agent_state("1001") == ("connected", "")
    assert book.router.agents["1001"].since == before


WALKING = """
name: line
languages: [en]
start: agent
apology: sorry
texts:
  sorry: {en: We are sorry.}
  ask: {en: Press one for the other queue or two when you are done.}
nodes:
  agent:
    type: queue
    queue: tech
    while_waiting: {offers: [{key: '9', text: ask, next: ask, waited: 20}]}
    next: done
    unavailable: ask
  other: {type: queue, queue: sales, next: done}
  ask: {type: menu, text: ask, choices: {1: other, 2: done}, no_input: ask, wrong_key: ask, failed: done}
  done: {type: end}
"""
TWO_QUEUES = msgspec.structs.replace(
    SETTINGS,
    acd=msgspec.structs.replace(
        SETTINGS.acd, queues=SETTINGS.acd.queues | {"sales": QueueSettings("sales", {"tv": 2}, ring_seconds=10.0)}
    ),
)


def asked_while_waiting(settings: Settings = TWO_QUEUES) -> Playbook:
    """A call that has stood in queue tech for half a minute, and is asked what it wants meanwhile."""
    book = Playbook(settings, WALKING)
    book.call()
    assert "Press one" in said(book.press("9", after=30.0))
    return book


def test_a_call_goes_to_another_queue_with_its_age() -> None:
    book = asked_while_waiting()
    out = book.press("1", after=0.0)
    wait = one(commands.RecordWait, out)
    assert (wait.queue, wait.outcome, wait.left_at - wait.since) == ("tech", "overflowed_out", 30.0)
    contact = book.router.contacts["c1"]
    assert (contact.queue, contact.enqueued_at, contact.arrived_at) == ("sales", BEGIN, BEGIN + 30.0)
    last = one(commands.RecordWait, book.tell(events.CallEnded("c1"), 5.0))
    assert (last.queue, last.enqueued_at, last.since) == ("sales", BEGIN + 30.0, BEGIN)


def test_a_call_that_is_refused_by_the_other_queue_stands_in_none() -> None:
    book = asked_while_waiting(SETTINGS)
    assert one(commands.RecordWait, book.press("1", after=0.0)).outcome == "overflowed_out"
    assert (book.plane.state.calls["c1"].state, book.router.contacts) == ("flow", {})
    assert "sorry" in said(book.press(None))


def test_a_flow_that_ends_while_its_call_waits_has_served_it() -> None:
    book = asked_while_waiting()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    out = book.press("2", after=0.0)
    assert one(commands.RecordWait, out).outcome == "self_served"
    assert one(commands.HangUpLeg, out).leg == leg
    interval = these(commands.RecordInterval, out)[-1]
    assert (interval.offered, interval.self_served, interval.waiting) == (1, 1, 0)
    assert one(commands.HangUpCall, out).call == "c1"
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1", 16))).outcome == "contained"


def test_a_link_taken_while_waiting_does_not_cost_the_place() -> None:
    book = Playbook()
    book.queue()
    assert one(commands.SendLink, book.press("1", after=10.0)).purpose == "order_status"
    assert book.plane.state.calls["c1"].state == "queued"
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegAnswered(leg))
    book.tell(events.Bridged("c1", leg))
    book.tell(events.LinkDelivered("c1", 1, "webhook"))
    book.tell(events.LegEnded(leg))
    assert "rate us" in said(book.reenter())
