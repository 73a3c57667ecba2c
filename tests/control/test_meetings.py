"""Where verbs meet: hand-overs with dispositions, dialled customers who are sent on, wrap-ups of who is elsewhere."""

import pytest
from msgspec.structs import replace

from tandem.acd.plan import Step
from tandem.control import commands, events
from tandem.control.desktop import dispositions
from tandem.control.events import Target
from tandem.control.settings import DialOutSettings, DialPlan, Disposition, Settings
from tests.control.boards import Follower
from tests.control.playbook import SETTINGS, Playbook, one, these

MORE = replace(SETTINGS.acd.queues["tech"], name="more", plan=(Step(offer="callback"),))
TECH = replace(SETTINGS.acd.queues["tech"], disposition_required=True, disposition_seconds=60.0)
CENTRE: Settings = replace(
    SETTINGS,
    acd=replace(SETTINGS.acd, queues={"tech": TECH, "more": MORE}),
    dial_plan=DialPlan(("138XXXXXXXX",), trunk="out"),
    dial_out={"tech": DialOutSettings()},
    dispositions={"tech": {"solved": Disposition({"en": "Solved"})}},
)
DIALLED = "tandem-dialled-1"


def join(book: Playbook, agent: str) -> str:
    """The agent picks up, and has whom they are rung for; the leg."""
    (leg,) = (leg for leg in book.plane.state.legs.values() if leg.agent == agent and leg.bridged_at is None)
    book.tell(events.LegRinging(leg.id))
    book.tell(events.LegAnswered(leg.id))
    book.tell(events.Bridged(leg.call, leg.id))
    return leg.id


def in_talk() -> Playbook:
    """The agent 1001 has c1; 1002 is ready."""
    book = Playbook(CENTRE)
    book.talk()
    book.agent_ready("1002")
    return book


def handed_over(*, disposed: bool = False) -> Playbook:
    """1001 leaves c1 to 1002, whom they consulted."""
    book = in_talk()
    if disposed:
        book.tell(events.ContactDisposed("1001", "c1", "solved"))
    book.tell(events.AgentConsulted("1001", "c1", Target(agent="1002")))
    book.reenter()
    join(book, "1002")
    book.tell(events.ConsultationCompleted("1001", "c1"), 3.0)
    return book


def owed(book: Playbook, agent: str) -> list[tuple[str, bool]]:
    return [(wrapping.contact, wrapping.owed) for wrapping in book.desks[agent].agent.wrapping]


def test_who_handed_a_caller_over_sets_the_disposition_while_the_colleague_talks() -> None:
    book = handed_over()
    assert owed(book, "1001") == [("c1", True)]
    out = book.tell(events.ContactDisposed("1001", "c1", "solved"), 6.0)
    assert one(commands.RecordDisposition, out).agent == "1001"
    assert book.agent_state("1001") == ("ready", "")


def test_the_disposition_of_the_first_agent_is_not_that_of_the_colleague() -> None:
    book = handed_over(disposed=True)
    assert owed(book, "1001") == [("c1", False)]
    book.tell(events.LegEnded(str(book.plane.state.calls["c1"].leg)), 5.0)
    assert owed(book, "1002") == [("c1", True)]


def test_who_sent_a_caller_on_sets_the_disposition_while_they_wait() -> None:
    book = in_talk()
    book.tell(events.AgentTransferred("1001", "c1", Target(queue="more")))
    book.reenter()
    assert book.plane.state.calls["c1"].state == "queued"
    assert dispositions.why_not(book.plane.context, events.ContactDisposed("1001", "c1", "solved")) == ""
    book.tell(events.ContactDisposed("1001", "c1", "solved"), 6.0)
    assert book.agent_state("1001") == ("ready", "")


def test_a_board_sees_that_a_consultation_is_over_with_the_hand_over() -> None:
    book = in_talk()
    board = Follower(book.plane, book.now)
    book.tell(events.AgentConsulted("1001", "c1", Target(agent="1002")))
    book.reenter()
    join(book, "1002")
    board.check(book.plane, book.now)
    assert board.queues["tech"].in_talk == 2
    book.tell(events.LegEnded(str(book.plane.state.calls["c1"].leg)))
    board.check(book.plane, book.now)
    assert board.queues["tech"].in_talk == 1


def test_desk_and_board_see_the_end_of_a_wrap_up_whose_agent_has_no_phone() -> None:
    book = Playbook()
    leg = book.talk()
    board = Follower(book.plane, book.now)
    book.tell(events.LegEnded(leg))
    book.tell(events.DeviceLost("PJSIP/1001"))
    board.check(book.plane, book.now)
    assert owed(book, "1001") == [("c1", False)]
    book.pass_time(5.0)
    assert (owed(book, "1001"), book.agent_state("1001")) == ([], ("not_ready", "device"))
    board.check(book.plane, book.now)


# --- customers whom an agent dialled -----------------------------------------------------------------------------


def dialled(to: Target | None = None) -> Playbook:
    """1001 has dialled a customer, who is on the line; `to`: and has sent them there, where they wait."""
    book = Playbook(CENTRE)
    book.agent_ready("1001")
    book.tell(events.NumberDialled("1001", "13800000009", "tech"))
    (leg,) = book.plane.state.legs
    book.tell(events.LegAnswered(leg))
    book.tell(events.CallEntered(DIALLED, "PJSIP/out", "", "", ""))
    if to:
        book.tell(events.Bridged(DIALLED, leg))
        book.tell(events.AgentTransferred("1001", DIALLED, to))
        book.tell(events.CallEntered(DIALLED, "PJSIP/out", "", "", "", leg))
    return book


def test_a_dialled_customer_who_was_sent_on_waits_on_when_the_next_agent_does_not_answer() -> None:
    book = dialled(Target(queue="more"))
    ring = one(commands.RingAgent, book.agent_ready("1002"))
    out = book.tell(events.LegFailed(ring.leg, "no_answer"), 10.0)
    assert these(commands.HangUpStray, out) == []
    assert book.plane.state.calls[DIALLED].state == "queued"
    again = one(commands.RingAgent, book.agent_ready("1003"))
    book.tell(events.LegAnswered(again.leg))
    book.tell(events.Bridged(DIALLED, again.leg))
    assert book.agent_state("1003") == ("connected", "")


def test_a_queue_that_offers_another_way_offers_nothing_to_who_has_no_flow() -> None:
    book = dialled(Target(queue="more"))
    book.pass_time(10.0)
    assert book.plane.state.calls[DIALLED].state == "queued"


def test_a_dialled_customer_whose_agent_is_gone_is_hung_up_though_the_order_was_lost() -> None:
    book = dialled()
    (leg,) = book.plane.state.legs
    book.tell(events.LegFailed(leg, "failed"))
    book.pass_time(1.0)
    listen = book.plane.state.calls[DIALLED].out
    assert one(commands.HangUpCall, book.tell(events.Listened(DIALLED, listen, None), 30.0)).call == DIALLED
    out = book.tell(events.CallEnded(DIALLED))
    assert one(commands.RecordContact, out).outcome == "abandoned"


def dialled_talk() -> tuple[Playbook, str]:
    """1001 talks with a customer whom they dialled; 1002 is ready."""
    book = dialled()
    (leg,) = book.plane.state.legs
    book.tell(events.Bridged(DIALLED, leg))
    book.agent_ready("1002")
    return book, leg


def again(book: Playbook, last_leg: str = "") -> list[commands.Command]:
    """The switch gives the customer back."""
    return book.tell(events.CallEntered(DIALLED, "PJSIP/out", "", "", "", last_leg))


def test_a_dialled_customer_is_on_hold_and_hung_up_when_their_agent_is_gone() -> None:
    book, leg = dialled_talk()
    book.tell(events.AgentHeld("1001", DIALLED))
    assert one(commands.Listen, again(book, leg)).music == "default"
    assert one(commands.HangUpCall, book.tell(events.LegEnded(leg))).call == DIALLED
    assert one(commands.RecordContact, book.tell(events.CallEnded(DIALLED))).outcome == "served"


def test_a_dialled_customer_is_left_to_the_colleague_who_was_consulted() -> None:
    book, leg = dialled_talk()
    book.tell(events.AgentConsulted("1001", DIALLED, Target(agent="1002")))
    again(book, leg)
    colleague = join(book, "1002")
    book.tell(events.ConsultationCompleted("1001", DIALLED))
    book.tell(events.Bridged(DIALLED, colleague))
    assert book.agent_state("1002") == ("connected", "")
    book.tell(events.LegEnded(colleague), 5.0)
    assert one(commands.HangUpCall, again(book, colleague)).call == DIALLED
    row = one(commands.RecordDial, book.tell(events.CallEnded(DIALLED)))
    assert (row.outcome, book.plane.state.dials) == ("answered", {})


# --- supervisors -------------------------------------------------------------------------------------------------


def test_a_supervisor_stays_with_the_agent_who_consults_and_goes_with_them() -> None:
    book = in_talk()
    book.tell(events.DeviceFound("PJSIP/1003"))
    monitor = one(
        commands.RingSupervisor, book.tell(events.MonitoringAsked("1001", "whisper", "ann", own="1003"))
    ).monitor
    book.tell(events.MonitorJoined(monitor))
    book.tell(events.AgentConsulted("1001", "c1", Target(agent="1002")))
    book.reenter()
    join(book, "1002")
    assert set(book.plane.state.monitors) == {monitor}
    out = book.tell(events.ConsultationCompleted("1001", "c1"))
    assert one(commands.HangUpStray, out).channel == monitor
    assert book.plane.state.monitors == {}


# --- calls between agents ----------------------------------------------------------------------------------------


def test_who_is_taken_out_of_the_settings_in_a_call_with_a_colleague_ends_it_and_is_gone() -> None:
    book = Playbook(CENTRE)
    book.agent_ready("1001")
    book.agent_ready("1002")
    ring = one(commands.RingAgent, book.tell(events.AgentCalled("1001", "1002")))
    second = one(commands.RingColleague, book.tell(events.LegAnswered(ring.leg)))
    book.tell(events.LegAnswered(second.leg))
    agents = {name: agent for name, agent in CENTRE.acd.agents.items() if name != "1002"}
    book.tell(events.SettingsLoaded(replace(CENTRE, acd=replace(CENTRE.acd, agents=agents))))
    assert book.agent_state("1002") == ("connected", "internal call")
    book.tell(events.LegEnded(second.leg), 5.0)
    assert "1002" not in book.router.agents
    assert (book.agent_state("1001"), book.plane.state.internal) == (("ready", ""), {})


def test_who_pauses_in_a_call_with_a_colleague_pauses_after_it() -> None:
    book = Playbook(CENTRE)
    book.agent_ready("1001")
    book.agent_ready("1002")
    ring = one(commands.RingAgent, book.tell(events.AgentCalled("1001", "1002")))
    book.tell(events.LegAnswered(ring.leg))
    book.tell(events.AgentPaused("1002", "lunch"))
    book.tell(events.AgentSignedOut("1001"))
    book.tell(events.DeviceLost("PJSIP/1001"))
    assert {book.agent_state(agent)[0] for agent in ("1001", "1002")} == {"connected"}
    book.tell(events.LegEnded(ring.leg))
    assert (book.agent_state("1001")[0], book.agent_state("1002")) == ("signed_out", ("paused", "lunch"))


# --- queues that keep agents free --------------------------------------------------------------------------------


@pytest.mark.parametrize("waits", [False, True])
def test_a_colleague_of_a_queue_that_keeps_agents_free_is_consulted_all_the_same(waits: bool) -> None:
    tech = replace(TECH, keep_free=2)
    book = in_talk()
    book.tell(events.SettingsLoaded(replace(CENTRE, acd=replace(CENTRE.acd, queues={"tech": tech, "more": MORE}))))
    if waits:
        book.tell(events.SwitchLost())
    out = book.tell(events.AgentConsulted("1001", "c1", Target(agent="1002")))
    if waits:
        out = book.tell(
            events.SwitchFound("boot-1", book.now, seen(*book.plane.state.calls, *book.plane.state.legs), None)
        )
    assert one(commands.RingAgent, out).device == "PJSIP/1002"


def seen(*names: str) -> tuple[events.SeenChannel, ...]:
    return tuple(events.SeenChannel(name, name, True) for name in names)
