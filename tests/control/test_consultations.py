"""An agent consults somebody while the caller hears music, and what becomes of all three."""

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.events import Target
from tests.control.playbook import Playbook, one, said, these
from tests.control.test_talks import CENTRE, refused

CALL = "PJSIP/trunk-c1"
COLLEAGUE, QUEUE, NUMBER = Target(agent="1002"), Target(queue="more"), Target(number="2001")


@pytest.fixture
def book() -> Playbook:
    """A call c1 that the agent 1001 has; 1002 is ready."""
    book = Playbook(CENTRE)
    book.agent_ready("1001")
    book.agent_ready("1002")
    book.queue()
    leg = book.plane.state.calls["c1"].leg
    book.tell(events.LegRinging(str(leg)))
    book.tell(events.LegAnswered(str(leg)))
    book.tell(events.Bridged("c1", str(leg)))
    return book


def first(book: Playbook) -> str:
    return str(book.plane.state.calls["c1"].leg)


def second(book: Playbook) -> str:
    consultation = book.plane.state.calls["c1"].consultation
    assert consultation is not None
    return str(consultation.leg)


def verb(book: Playbook, kind: type[events.Event], after: float = 0.0) -> list[commands.Command]:
    return book.tell(kind("1001", "c1"), after)


def consult(book: Playbook, to: Target = COLLEAGUE, note: str = "") -> list[commands.Command]:
    """The caller hears music, the colleague's phone rings."""
    out = book.tell(events.AgentConsulted("1001", "c1", to, note))
    book.reenter()
    book.tell(events.LegRinging(second(book)))
    return out


def talk(book: Playbook, to: Target = COLLEAGUE) -> list[commands.Command]:
    """Agent and colleague talk."""
    consult(book, to)
    return book.tell(events.LegAnswered(second(book)), 3.0)


def stage(book: Playbook, state: str, to: Target = COLLEAGUE) -> None:
    """A consultation in that state."""
    if state == "asking":
        consult(book, to)
        return
    talk(book, to)
    if state == "swapped":
        verb(book, events.ConsultationSwapped)
        book.tell(events.Bridged("c1", first(book)))
    elif state == "conference":
        verb(book, events.ConferenceBegan)


def is_back(book: Playbook, out: list[commands.Command], hears_music: bool) -> None:
    """The agent has the caller again, and nobody is consulted."""
    call = book.plane.state.calls["c1"]
    assert call.consultation is None
    if hears_music:
        assert one(commands.JoinLeg, out) == commands.JoinLeg(first(book), "c1", CALL)
        book.tell(events.Bridged("c1", first(book)))
    assert (call.state, book.agent_state("1001")[0]) == ("connected", "connected")
    assert [leg.agent for leg in book.plane.state.legs.values() if not leg.withdrawn] == ["1001"]


STATES = ("asking", "talking", "swapped", "conference")


def test_a_colleague_is_rung_while_the_caller_hears_music_and_both_meet_in_a_room(book: Playbook) -> None:
    out = consult(book, note="a lawyer calls")
    assert one(commands.HoldCall, out) == commands.HoldCall("c1", CALL, first(book), rings=True)
    ring = one(commands.RingAgent, out)
    assert (ring.device, ring.channel, ring.room, ring.caller) == ("PJSIP/1002", "", "c1", "13800000001")
    assert book.agent_state("1002")[0] == "ringing"
    shown = book.desks["1002"].contacts[0]
    assert (shown.contact.channel, shown.contact.number, shown.contact.state) == (
        "consultation",
        "13800000001",
        "offered",
    )
    assert ("consulting", "1002: a lawyer calls") in [(step.what, step.detail) for step in shown.story]
    out = book.tell(events.LegAnswered(second(book)))
    assert one(commands.JoinRoom, out) == commands.JoinRoom("c1", {first(book): first(book)})
    assert book.agent_state("1002")[0] == "connected"
    asked = book.desks["1001"].contacts[0].contact.consultation
    assert asked is not None
    assert (asked.state, asked.asked, asked.colleague) == ("talking", "1002", "1002")


def test_who_swaps_talks_with_the_caller_and_again_with_the_colleague(book: Playbook) -> None:
    talk(book)
    assert one(commands.JoinLeg, verb(book, events.ConsultationSwapped)).leg == first(book)
    book.tell(events.Bridged("c1", first(book)))
    assert book.agent_state("1001")[0] == "connected"
    out = verb(book, events.ConsultationSwapped)
    assert one(commands.JoinRoom, out) == commands.JoinRoom("c1", {first(book): first(book)})
    assert book.agent_state("1001")[0] == "hold"
    assert one(commands.Listen, book.reenter()).music == "default"


@pytest.mark.parametrize("state", ["talking", "swapped"])
def test_all_three_meet_in_the_room(book: Playbook, state: str) -> None:
    stage(book, state)
    out = verb(book, events.ConferenceBegan)
    moved = {first(book): first(book)} if state == "swapped" else {}
    assert one(commands.JoinRoom, out) == commands.JoinRoom("c1", moved, CALL)
    assert book.agent_state("1001")[0] == "connected"
    assert refused(book, events.ConsultationSwapped("1001", "c1")) == "in_conference"


@pytest.mark.parametrize("how", [events.ConsultationCompleted, events.LegEnded])
@pytest.mark.parametrize("state", ["talking", "swapped", "conference"])
def test_who_completes_it_or_hangs_up_leaves_the_caller_to_the_colleague(
    book: Playbook, state: str, how: type[events.Event]
) -> None:
    stage(book, state)
    leg, colleague = first(book), second(book)
    ended = how is events.LegEnded
    out = book.tell(events.LegEnded(leg), 5.0) if ended else verb(book, how, 5.0)
    assert len(these(commands.HangUpLeg, out)) == (not ended)
    record = one(commands.RecordLeg, out)
    assert (record.leg, record.call, record.outcome) == (leg, "c1", "served")
    kind = "conference" if state == "conference" else "consulted"
    assert (one(commands.RecordTransfer, out).kind, one(commands.RecordTransfer, out).colleague) == (kind, "1002")
    if state == "swapped":
        out = book.reenter(last_leg=leg)
    if state != "conference":
        assert one(commands.JoinLeg, out) == commands.JoinLeg(colleague, "c1", CALL)
        book.tell(events.Bridged("c1", colleague))
    assert (book.agent_state("1001")[0], book.agent_state("1002")[0]) == ("wrap_up", "connected")
    assert list(book.router.contacts) == ["c1"]
    assert book.router.contacts["c1"].agent == "1002"
    assert [on_desk.contact.contact for on_desk in book.desks["1002"].contacts] == ["c1"]
    assert book.desks["1001"].contacts == ()
    out = book.tell(events.LegEnded(colleague), 10.0)
    assert one(commands.RecordLeg, out).call == "c1"
    assert book.agent_state("1002")[0] == "wrap_up"
    assert said(book.reenter(last_leg=colleague)).startswith("Please rate")


@pytest.mark.parametrize("state", STATES)
def test_who_cancels_it_has_the_caller_again(book: Playbook, state: str) -> None:
    stage(book, state)
    colleague = second(book)
    out = verb(book, events.ConsultationCancelled)
    assert one(commands.HangUpLeg, out).leg == colleague
    is_back(book, out, state in ("asking", "talking"))
    assert book.agent_state("1002")[0] == ("wrap_up" if state != "asking" else "ready")


@pytest.mark.parametrize("state", STATES[1:])
def test_a_colleague_who_hangs_up_leaves_the_caller_to_the_agent(book: Playbook, state: str) -> None:
    stage(book, state)
    colleague, work = second(book), next(iter(book.plane.state.work))
    assert book.tell(events.AgentHungUp("1002", work)) == [commands.HangUpLeg(colleague)]
    is_back(book, book.tell(events.LegEnded(colleague)), state == "talking")
    assert book.agent_state("1002")[0] == "wrap_up"


@pytest.mark.parametrize("reason", ["no_answer", "declined", "busy", "failed"])
def test_a_colleague_who_does_not_answer_is_asked_no_more_and_nobody_else_is(book: Playbook, reason: str) -> None:
    book.agent_ready("1003")
    consult(book)
    out = book.tell(events.LegFailed(second(book), reason), 10.0) + book.pass_time(0.0)
    assert these(commands.RingAgent, out) == []
    is_back(book, out, True)
    assert book.router.agents["1002"].misses == (reason == "no_answer")


def test_a_queue_is_asked_for_one_agent_after_the_other(book: Playbook) -> None:
    book.agent_ready("1003")
    consult(book, QUEUE)
    out = book.tell(events.LegFailed(second(book), "no_answer"), 10.0)
    ring = one(commands.RingAgent, out)
    assert ring.device == "PJSIP/1003"
    book.tell(events.LegAnswered(ring.leg))
    assert book.agent_state("1003")[0] == "connected"


def test_a_queue_without_a_free_agent_is_asked_for_a_while(book: Playbook) -> None:
    book.tell(events.AgentPaused("1002", "lunch"))
    book.tell(events.AgentConsulted("1001", "c1", QUEUE))
    book.reenter()
    assert book.pass_time(44.0) == []
    is_back(book, book.pass_time(2.0), True)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("to", [COLLEAGUE, NUMBER])
def test_a_caller_who_hangs_up_frees_them_all(book: Playbook, state: str, to: Target) -> None:
    stage(book, state, to)
    legs = {first(book), second(book)}
    out = book.tell(events.CallEnded("c1"))
    assert {command.leg for command in these(commands.HangUpLeg, out)} == legs
    assert one(commands.RecordContact, out).outcome == "served"
    for leg in legs:
        book.tell(events.LegEnded(leg))
    assert (book.plane.state.legs, book.plane.state.work, book.router.contacts) == ({}, {}, {})
    assert not [timer for timer in book.plane.state.timers if timer.startswith("consultation")]


@pytest.mark.parametrize("to", [COLLEAGUE, QUEUE, NUMBER])
def test_an_agent_who_hangs_up_while_it_rings_sends_the_caller_there(book: Playbook, to: Target) -> None:
    consult(book, to)
    colleague = second(book)
    out = book.tell(events.LegEnded(first(book)))
    assert one(commands.HangUpLeg, [c for c in out if getattr(c, "leg", "") == colleague]).leg == colleague
    assert book.agent_state("1001")[0] == "wrap_up"
    book.tell(events.LegFailed(colleague, "failed"))
    if to is NUMBER:
        assert one(commands.Transfer, out).destination == "PJSIP/2001@trunk"
    else:
        assert book.plane.state.calls["c1"].state == "queued"
        contact = book.router.contacts["c1"]
        assert (contact.queue, contact.agent) == ("more" if to is QUEUE else "tech", "1002")


@pytest.mark.parametrize("state", ["talking", "swapped", "conference"])
def test_a_caller_is_left_to_somebody_outside_and_comes_back_to_the_flow(book: Playbook, state: str) -> None:
    stage(book, state, NUMBER)
    leg, outside = first(book), second(book)
    out = verb(book, events.ConsultationCompleted)
    if state == "swapped":
        out = book.reenter(last_leg=leg)
    if state != "conference":
        assert one(commands.JoinLeg, out).leg == outside
        book.tell(events.Bridged("c1", outside))
    assert book.agent_state("1001")[0] == "wrap_up"
    assert book.router.contacts == {}
    book.tell(events.LegEnded(leg))
    out = book.tell(events.LegEnded(outside), 30.0)
    record = one(commands.RecordLeg, out)
    assert (record.call, record.agent, record.device) == ("c1", "", "PJSIP/2001@trunk")
    assert said(book.reenter(last_leg=outside)).startswith("Please rate")
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "served"


def test_somebody_outside_who_does_not_answer_is_asked_no_more(book: Playbook) -> None:
    consult(book, NUMBER)
    book.tell(events.LegFailed(second(book), "busy"))
    is_back(book, book.pass_time(0.0), True)


def test_nobody_leaves_a_caller_before_somebody_has_answered(book: Playbook) -> None:
    consult(book)
    assert refused(book, events.ConsultationCompleted("1001", "c1")) == "not_answered"
    assert refused(book, events.AgentConsulted("1001", "c1", QUEUE)) == "consulting"
    assert refused(book, events.AgentTransferred("1001", "c1", QUEUE)) == "consulting"
    assert refused(book, events.AgentHeld("1001", "c1")) == "consulting"
    assert refused(book, events.AgentRetrieved("1001", "c1")) == "consulting"
    assert refused(book, events.AgentPressed("1001", "c1", "1")) == "on_hold"


def test_a_colleague_may_leave_or_be_mute_and_no_more(book: Playbook) -> None:
    talk(book)
    work = next(iter(book.plane.state.work))
    assert refused(book, events.ConsultationCompleted("1002", work)) == "not_yours"
    assert one(commands.MuteLeg, book.tell(events.AgentMuted("1002", work, muted=True))).leg == second(book)
    assert book.desks["1002"].contacts[0].contact.muted
    assert not book.desks["1001"].contacts[0].contact.muted


def test_keys_go_to_whom_the_agent_talks_with(book: Playbook) -> None:
    talk(book, NUMBER)
    pressed = events.AgentPressed("1001", "c1", "5")
    assert one(commands.SendDigits, book.tell(pressed)).channel == second(book)
    verb(book, events.ConferenceBegan)
    assert one(commands.SendDigits, book.tell(pressed)).channel == CALL


@pytest.mark.parametrize("state", STATES)
def test_a_new_controller_goes_on_where_it_was(book: Playbook, state: str) -> None:
    """Whatever was told and not done is done again; who heard music hears it again."""
    stage(book, state)
    legs = {"asking": [first(book)], "swapped": [first(book)]}.get(state, [first(book), second(book)])
    book.tell(events.Restarted())
    if state in ("asking", "talking"):
        assert one(commands.Listen, book.reenter()).music == "default"
    else:
        book.pass_time(2.0)
    alone = tuple(events.SeenChannel(leg, leg, True) for leg in (first(book), second(book)))
    seen = (events.SeenChannel("c1", CALL, True, (first(book),) if state == "swapped" else ()), *alone)
    book.now += 5.0
    out = book.tell(events.SwitchFound("boot-1", book.now, seen, None))
    rooms = these(commands.JoinRoom, out)
    if state in ("talking", "conference"):
        (room,) = rooms
        assert (list(room.legs), room.channel) == (legs, CALL if state == "conference" else "")
    elif state == "asking":  # the answer was missed with the link
        assert [list(room.legs) for room in rooms] == [legs]
    else:
        assert rooms == []
    assert these(commands.HangUpStray, out) == []


def test_a_caller_whom_both_left_goes_on_in_the_flow(book: Playbook) -> None:
    """The dialplan gave them back before anybody told that the others are gone."""
    stage(book, "conference")
    leg, colleague = first(book), second(book)
    book.reenter()
    book.tell(events.LegEnded(leg))
    out = book.tell(events.LegEnded(colleague))
    assert one(commands.Interrupt, out).call == "c1"
    assert said(book.tell(events.Listened("c1", book.plane.state.calls["c1"].out, None))).startswith("Please rate")


def test_a_colleague_who_does_not_pick_up_in_time_is_not_replaced_by_anybody(book: Playbook) -> None:
    book.agent_ready("1003")
    book.tell(events.AgentConsulted("1001", "c1", COLLEAGUE))
    book.reenter()
    book.tell(events.LegFailed(second(book), "no_answer"))
    assert {ring.device for ring in these(commands.RingAgent, book.pass_time(60.0))} <= {"PJSIP/1002"}
    assert book.plane.state.calls["c1"].consultation is None


def test_a_colleague_who_is_taken_out_of_the_settings_is_not_replaced_by_anybody(book: Playbook) -> None:
    book.tell(events.AgentConsulted("1001", "c1", COLLEAGUE))
    book.reenter()
    book.tell(events.SwitchLost())
    book.tell(events.LegFailed(second(book), "unreachable"))
    book.tell(events.AgentSignedOut("1002"))
    book.agent_ready("1003")
    agents = {name: agent for name, agent in CENTRE.acd.agents.items() if name != "1002"}
    out = book.tell(events.SettingsLoaded(replace(CENTRE, acd=replace(CENTRE.acd, agents=agents))))
    out += book.tell(events.SwitchFound("boot-1", book.now, seen("c1", first(book)), None))
    out += book.pass_time(60.0)
    assert these(commands.RingAgent, out) == []
    assert book.plane.state.calls["c1"].consultation is None


def seen(*names: str) -> tuple[events.SeenChannel, ...]:
    return tuple(events.SeenChannel(name, name, True) for name in names)
