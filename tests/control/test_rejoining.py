"""A talk whose agent's browser lost its voice: the caller is kept, and the same agent is rung again."""

import pytest
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.control import commands, events
from tandem.control.settings import browser_phone
from tandem.control.voice.rejoining import GRACE, MOST, NO_VOICE, WAITS
from tests.control.playbook import SETTINGS, Playbook, one, said, these

DEVICE = browser_phone("1001")
IN_BROWSER = AgentSettings("1001", {"tv": 3}, (DEVICE, "PJSIP/1001"), browser_phone=True)
ACD = replace(SETTINGS.acd, agents=SETTINGS.acd.agents | {"1001": IN_BROWSER})


@pytest.fixture
def book() -> Playbook:
    """A centre whose agent 1001 phones in the browser, and has another phone."""
    return Playbook(replace(SETTINGS, acd=ACD))


def talk(book: Playbook) -> str:
    """The agent talks in the browser; the leg."""
    book.tell(events.PhoneConnected("1001"))
    book.tell(events.DeviceFound(DEVICE))
    return book.talk()


def answers(book: Playbook, ring: commands.RingAgent) -> None:
    """The page picks up by itself, and they hear each other."""
    book.tell(events.LegRinging(ring.leg))
    book.tell(events.LegAnswered(ring.leg), 0.3)
    book.tell(events.Bridged("c1", ring.leg))


def lost(book: Playbook, after: float = 10.0) -> list[commands.Command]:
    """The page was loaded again, and asks for its talk."""
    return book.tell(events.VoiceLost("1001", "c1"), after)


def goes_on(book: Playbook) -> None:
    """Caller and agent are in talk, for the plane and for the router; the caller is in the flow again afterwards."""
    call = book.plane.state.calls["c1"]
    assert (call.state, book.router.contacts["c1"].state) == ("connected", "connected")
    assert book.agent_state("1001")[0] == "connected"
    leg = str(call.leg)
    book.tell(events.LegEnded(leg, 16), 5.0)
    assert said(book.reenter(last_leg=leg)).startswith("Please rate us")
    assert book.agent_state("1001")[0] == "wrap_up"


def test_a_page_that_was_loaded_again_is_rung_at_once_and_answers_by_itself(book: Playbook) -> None:
    leg = talk(book)
    out = lost(book)
    assert one(commands.HangUpLeg, out).leg == leg
    ring = one(commands.RingAgent, out)
    assert (ring.device, ring.channel, ring.manner.auto_answer) == (DEVICE, "PJSIP/trunk-c1", 0.0)
    assert ring.leg != leg
    assert one(commands.RecordLeg, out).outcome == "cut off"
    book.tell(events.LegEnded(leg))
    assert one(commands.Listen, book.reenter(last_leg=leg)).music == "default"
    assert book.agent_state("1001")[0] == "connected"
    answers(book, ring)
    goes_on(book)
    record = one(commands.RecordContact, book.tell(events.CallEnded("c1")))
    assert (record.outcome, round(record.talk_seconds, 1)) == ("served", 15.0)


@pytest.mark.parametrize("paused", [True, False])
def test_a_recording_that_was_paused_stays_so_in_the_talk_that_goes_on(paused: bool) -> None:
    """What is not to be recorded is said still when the page is back."""
    book = Playbook(replace(SETTINGS, acd=ACD, record_percent={"tech": 100.0}))
    leg = talk(book)
    book.tell(events.AgentPausedRecording("1001", "c1", paused))
    ring = one(commands.RingAgent, lost(book))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    answers(book, ring)
    out = book.history[-1][2]
    begun = one(commands.StartRecording, out)
    orders = [commands.PauseRecording(begun.recording, "c1", begun.channel, True)] if paused else []
    assert these(commands.PauseRecording, out) == orders
    desk = book.plane.desk("1001")
    assert desk is not None
    assert [shown.contact.recording for shown in desk.contacts] == ["paused" if paused else "on"]


def test_the_reload_is_no_second_answer_in_the_figures(book: Playbook) -> None:
    leg = talk(book)
    out = lost(book)
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    answers(book, one(commands.RingAgent, out))
    offers = [command for _, _, done in book.history for command in these(commands.RecordOffer, done)]
    assert [offer.outcome for offer in offers] == ["answered"]


def test_one_that_stays_away_is_waited_for_with_music_and_rung_when_it_is_back(book: Playbook) -> None:
    leg = talk(book)
    book.tell(events.PhoneDisconnected("1001"), 10.0)
    assert one(commands.HangUpLeg, book.pass_time(GRACE)).leg == leg
    book.tell(events.LegEnded(leg))
    book.tell(events.DeviceLost(DEVICE))
    assert one(commands.Listen, book.reenter(last_leg=leg)).music == "default"
    book.tell(events.PhoneConnected("1001"), 5.0)
    ring = one(commands.RingAgent, book.tell(events.DeviceFound(DEVICE)))
    assert these(commands.RingAgent, lost(book, 0.0)) == []
    answers(book, ring)
    goes_on(book)


def test_a_connection_that_comes_back_in_time_keeps_its_talk(book: Playbook) -> None:
    talk(book)
    book.tell(events.PhoneDisconnected("1001"), 10.0)
    book.tell(events.PhoneConnected("1001"), GRACE - 0.1)
    assert book.pass_time(60.0) == []
    goes_on(book)


def test_a_page_that_vanished_is_noticed_by_the_switch(book: Playbook) -> None:
    leg = talk(book)
    out = book.tell(events.LegEnded(leg, NO_VOICE), 30.0)
    ring = one(commands.RingAgent, out)
    book.reenter(last_leg=leg)
    answers(book, ring)
    goes_on(book)


def test_whoever_hangs_up_has_ended_the_talk(book: Playbook) -> None:
    leg = talk(book)
    out = book.tell(events.LegEnded(leg, 16), 30.0)
    assert these(commands.RingAgent, out) == []
    assert said(book.reenter(last_leg=leg)).startswith("Please rate us")


def test_a_caller_who_waited_in_vain_goes_to_another_agent_with_their_age(book: Playbook) -> None:
    book.agent_ready("1002")
    book.tell(events.AgentPaused("1002", "lunch"))
    leg = talk(book)
    came_at = book.router.contacts["c1"].enqueued_at
    book.tell(events.PhoneDisconnected("1001"), 10.0)
    book.pass_time(GRACE)
    book.tell(events.DeviceLost(DEVICE))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    book.tell(events.AgentWentReady("1002"))
    ring = one(commands.RingAgent, book.pass_time(WAITS))
    assert ring.device == "PJSIP/1002"
    assert book.router.contacts["c1"].enqueued_at == came_at
    assert book.agent_state("1001")[0] == "wrap_up"
    answers(book, ring)
    assert book.plane.state.calls["c1"].state == "connected"


def test_an_agent_who_declines_is_not_waited_for(book: Playbook) -> None:
    leg = talk(book)
    ring = one(commands.RingAgent, lost(book))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    book.tell(events.LegFailed(ring.leg, "declined"))
    assert book.plane.state.calls["c1"].state == "queued"
    assert book.router.contacts["c1"].state == "waiting"


def test_a_ring_that_was_lost_is_made_again(book: Playbook) -> None:
    leg = talk(book)
    first = one(commands.RingAgent, lost(book))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    book.tell(events.LegFailed(first.leg, "unreachable"))
    second = one(commands.RingAgent, book.tell(events.DeviceFound(DEVICE), 1.0))
    assert second.leg != first.leg
    answers(book, second)
    goes_on(book)


def test_a_caller_who_hangs_up_meanwhile_was_served(book: Playbook) -> None:
    leg = talk(book)
    ring = one(commands.RingAgent, lost(book))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    out = book.tell(events.CallEnded("c1"))
    assert one(commands.HangUpLeg, out).leg == ring.leg
    assert one(commands.RecordContact, out).outcome == "served"
    assert book.agent_state("1001")[0] == "wrap_up"
    assert [name for name in book.plane.state.timers if name.endswith("c1")] == []


def test_where_no_voice_gets_through_it_ends_after_some_times(book: Playbook) -> None:
    leg = talk(book)
    for _ in range(MOST):
        ring = one(commands.RingAgent, book.tell(events.LegEnded(leg, NO_VOICE), 20.0))
        book.reenter(last_leg=leg)
        answers(book, ring)
        leg = ring.leg
    book.tell(events.LegEnded(leg, NO_VOICE), 20.0)
    assert said(book.reenter(last_leg=leg)).startswith("Please rate us")


def test_a_talk_on_another_phone_has_lost_nothing(book: Playbook) -> None:
    leg = book.talk()
    assert book.plane.state.legs[leg].device == "PJSIP/1001"
    assert lost(book) == []
    book.tell(events.PhoneDisconnected("1001"))
    assert book.pass_time(60.0) == []
    goes_on(book)


def test_nobody_else_can_have_it_rung(book: Playbook) -> None:
    talk(book)
    assert book.tell(events.VoiceLost("1002", "c1")) == []
    assert book.tell(events.VoiceLost("1001", "c9")) == []


def test_one_on_hold_is_off_hold_when_it_is_back(book: Playbook) -> None:
    leg = talk(book)
    book.tell(events.Held(leg), 5.0)
    ring = one(commands.RingAgent, lost(book, 5.0))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    answers(book, ring)
    goes_on(book)


def test_a_controller_that_comes_back_finds_the_caller_waiting(book: Playbook) -> None:
    leg = talk(book)
    book.tell(events.PhoneDisconnected("1001"), 10.0)
    book.pass_time(GRACE)
    book.tell(events.LegEnded(leg))
    book.tell(events.DeviceLost(DEVICE))
    book.reenter(last_leg=leg)
    book.tell(events.Restarted())
    assert one(commands.Listen, book.reenter(last_leg=leg)).music == "default"
    channel = events.SeenChannel("c1", "PJSIP/trunk-c1", True)
    out = book.tell(events.SwitchFound("boot-1", book.now, (channel,), (DEVICE,)), 1.0)
    answers(book, one(commands.RingAgent, out))
    goes_on(book)


def test_a_caller_on_hold_is_kept_too(book: Playbook) -> None:
    leg = talk(book)
    book.tell(events.AgentHeld("1001", "c1"), 5.0)
    book.reenter(last_leg=leg)
    assert book.router.contacts["c1"].state == "held"
    out = lost(book)
    assert one(commands.HangUpLeg, out).leg == leg
    ring = one(commands.RingAgent, out)
    book.tell(events.LegEnded(leg))
    assert (book.plane.state.calls["c1"].state, book.router.contacts["c1"].state) == ("rejoining", "connected")
    listening = book.plane.state.calls["c1"].listen
    assert one(commands.Listen, book.tell(events.Listened("c1", listening, None), 1.0)).music == "default"
    answers(book, ring)
    goes_on(book)


# --- in a consultation -------------------------------------------------------------------------------------------


BOTH = replace(ACD, agents=ACD.agents | {"1002": AgentSettings("1002", {"tv": 3}, (browser_phone("1002"),))})


def consulting(state: str) -> tuple[Playbook, str, str]:
    """1001 consults 1002 about c1, both in the browser; their legs."""
    book = Playbook(replace(SETTINGS, acd=BOTH))
    leg = talk(book)
    book.tell(events.DeviceFound(browser_phone("1002")))
    book.tell(events.AgentSignedIn("1002"))
    ring = one(commands.RingAgent, book.tell(events.AgentConsulted("1001", "c1", events.Target(agent="1002"))))
    book.reenter(last_leg=leg)
    if state != "asking":
        book.tell(events.LegAnswered(ring.leg))
    if state == "swapped":
        book.tell(events.ConsultationSwapped("1001", "c1"))
        book.tell(events.Bridged("c1", leg))
    if state == "conference":
        book.tell(events.ConferenceBegan("1001", "c1"))
    return book, leg, ring.leg


@pytest.mark.parametrize("state", ["asking", "talking", "swapped"])
def test_an_agent_who_consults_somebody_has_the_caller_again(state: str) -> None:
    book, leg, colleague = consulting(state)
    out = lost(book)
    assert {hang_up.leg for hang_up in these(commands.HangUpLeg, out)} == {leg, colleague}
    ring = one(commands.RingAgent, out)
    book.tell(events.LegEnded(leg))
    book.tell(events.LegEnded(colleague))
    if state == "swapped":
        book.reenter(last_leg=leg)
    answers(book, ring)
    assert book.agent_state("1002")[0] in ("ready", "wrap_up")
    goes_on(book)


@pytest.mark.parametrize("state", ["asking", "talking", "swapped"])
def test_one_who_consults_and_stays_away_is_noticed(state: str) -> None:
    book, leg, colleague = consulting(state)
    book.tell(events.PhoneDisconnected("1001"))
    hung_up = {hang_up.leg for hang_up in these(commands.HangUpLeg, book.pass_time(GRACE))}
    assert hung_up == {leg, colleague}
    assert book.plane.state.calls["c1"].state == "rejoining"


def test_who_is_lost_to_a_conference_leaves_the_caller_to_the_colleague() -> None:
    book, leg, colleague = consulting("conference")
    assert one(commands.HangUpLeg, lost(book)).leg == leg
    book.tell(events.LegEnded(leg))
    assert (book.plane.state.calls["c1"].leg, book.router.contacts["c1"].agent) == (colleague, "1002")


@pytest.mark.parametrize("state", ["talking", "swapped", "conference"])
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_colleague_whose_voice_is_lost_leaves_the_caller_to_the_agent(state: str, comes_back: bool) -> None:
    book, leg, colleague = consulting(state)
    if comes_back:
        out = book.tell(events.VoiceLost("1002", "consultation-c1-1"))
    else:
        book.tell(events.PhoneDisconnected("1002"))
        out = book.pass_time(GRACE)
    assert one(commands.HangUpLeg, out).leg == colleague
    book.tell(events.LegEnded(colleague))
    call = book.plane.state.calls["c1"]
    assert call.consultation is None
    assert leg in (call.leg, call.joining)
    assert book.agent_state("1002")[0] == "wrap_up"


# --- a supervisor on the talk --------------------------------------------------------------------------------------


def monitored(book: Playbook) -> tuple[str, str]:
    """The agent talks in the browser, and a supervisor listens: the leg, and the supervisor's channel."""
    leg = talk(book)
    book.tell(events.DeviceFound("PJSIP/1002"))
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    book.tell(events.MonitorJoined(monitor), 1.0)
    return leg, monitor


LISTEN = events.MonitoringAsked("1001", "listen", "ann", own="1002")


def test_a_supervisor_waits_with_the_caller_and_goes_on_with_them(book: Playbook) -> None:
    leg, monitor = monitored(book)
    out = lost(book)
    assert not [told for told in out if isinstance(told, commands.HangUpStray | commands.RecordMonitoring)]
    assert book.plane.state.monitors[monitor].state == "waiting"
    assert book.desks["1001"].agent.monitored == ()
    ring = one(commands.RingAgent, out)
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    book.tell(events.LegAnswered(ring.leg), 0.3)
    led = one(commands.ChangeMonitoring, book.tell(events.Bridged("c1", ring.leg)))
    assert led == commands.ChangeMonitoring(monitor, "listen", ring.leg)
    out = book.tell(replace(LISTEN, mode="whisper"), 5.0)
    assert one(commands.ChangeMonitoring, out) == commands.ChangeMonitoring(monitor, "whisper", ring.leg)
    out = book.tell(events.CallEnded("c1"), 5.0)
    assert one(commands.HangUpStray, out).channel == monitor


def test_another_mode_while_they_wait_holds_from_then_on(book: Playbook) -> None:
    leg, _ = monitored(book)
    out = lost(book)
    ring = one(commands.RingAgent, out)
    out = book.tell(replace(LISTEN, mode="barge"), 0.1)
    assert these(commands.ChangeMonitoring, out) == []
    assert [(row.number, row.mode) for row in these(commands.RecordMonitoring, out)] == [(1, "listen"), (2, "barge")]
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    book.tell(events.LegAnswered(ring.leg), 0.3)
    assert one(commands.ChangeMonitoring, book.tell(events.Bridged("c1", ring.leg))).mode == "barge"


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_picks_up_while_the_voice_is_away_hears_it_when_it_is_back(book: Playbook, when: str) -> None:
    leg = talk(book)
    book.tell(events.DeviceFound("PJSIP/1002"))
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    ring = one(commands.RingAgent, lost(book))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    told: list[events.Event] = [events.LegAnswered(ring.leg), events.Bridged("c1", ring.leg)]
    told.insert(0 if when == "before" else 2, events.MonitorJoined(monitor))
    out = [command for event in told for command in book.tell(event)]
    assert one(commands.ChangeMonitoring, out) == commands.ChangeMonitoring(monitor, "listen", ring.leg)
    assert one(commands.RecordMonitoring, out).ended_at is None


@pytest.mark.parametrize("end", ["in vain", "caller"])
def test_a_supervisor_goes_when_the_voice_does_not_come_back(book: Playbook, end: str) -> None:
    _, monitor = monitored(book)
    book.tell(events.DeviceLost(DEVICE))
    lost(book)
    out = book.pass_time(WAITS) if end == "in vain" else book.tell(events.CallEnded("c1"), 3.0)
    assert one(commands.HangUpStray, out).channel == monitor
    assert one(commands.RecordMonitoring, out).ended_at is not None
    assert book.plane.state.monitors == {}
