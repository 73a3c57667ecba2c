"""Supervisors on agents' talks: rung, joined, from mode to mode, gone with the talk; and what the switch mends."""

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.voice import monitoring
from tests.control.playbook import SETTINGS, Playbook, one, these

LISTEN = events.MonitoringAsked("1001", "listen", "ann", own="1002")


def monitored() -> tuple[Playbook, str, str]:
    """A talk, its leg, and a supervisor who listens to it."""
    book = Playbook()
    leg = book.talk()
    book.tell(events.DeviceFound("PJSIP/1002"))
    ring = one(commands.RingSupervisor, book.tell(LISTEN))
    assert (ring.device, ring.channel, ring.mode) == ("PJSIP/1002", leg, "listen")
    book.tell(events.MonitorBegan(ring.monitor))
    row = one(commands.RecordMonitoring, book.tell(events.MonitorJoined(ring.monitor), 3.0))
    assert (row.by, row.agent, row.call, row.mode, row.began_at, row.ended_at) == (
        "ann", "1001", "c1", "listen", book.now, None,
    )  # fmt: skip
    return book, leg, ring.monitor


def shown(book: Playbook) -> list[tuple[str, str]]:
    return [(monitor.by, monitor.mode) for monitor in book.desks["1001"].agent.monitored]


def test_a_supervisor_goes_from_mode_to_mode_and_each_is_recorded() -> None:
    book, leg, monitor = monitored()
    assert shown(book) == [("ann", "listen")]
    out = book.tell(replace(LISTEN, mode="whisper"), 5.0)
    assert one(commands.ChangeMonitoring, out) == commands.ChangeMonitoring(monitor, "whisper", leg)
    ended, began = these(commands.RecordMonitoring, out)
    assert (ended.number, ended.mode, ended.ended_at) == (1, "listen", book.now)
    assert (began.number, began.mode, began.began_at, began.ended_at) == (2, "whisper", book.now, None)
    assert shown(book) == [("ann", "whisper")]
    assert book.tell(replace(LISTEN, mode="whisper")) == []
    out = book.tell(events.MonitoringStopped("1001", "ann"), 2.0)
    assert one(commands.HangUpStray, out).channel == monitor
    assert one(commands.RecordMonitoring, out).ended_at == book.now
    assert shown(book) == []
    assert book.tell(events.MonitorEnded(monitor)) == []


def test_it_ends_when_the_supervisor_hangs_up_and_may_begin_again() -> None:
    book, _, monitor = monitored()
    assert one(commands.RecordMonitoring, book.tell(events.MonitorEnded(monitor), 4.0)).ended_at == book.now
    assert one(commands.RingSupervisor, book.tell(LISTEN)).monitor != monitor


@pytest.mark.parametrize("end", ["caller", "agent"])
def test_it_ends_with_the_talk(end: str) -> None:
    book, leg, monitor = monitored()
    out = book.tell(events.CallEnded("c1") if end == "caller" else events.LegEnded(leg), 4.0)
    assert one(commands.HangUpStray, out).channel == monitor
    assert one(commands.RecordMonitoring, out).ended_at == book.now
    assert book.plane.state.monitors == {}


def test_who_does_not_pick_up_has_no_record() -> None:
    book = Playbook()
    book.talk()
    book.tell(events.DeviceFound("PJSIP/1002"))
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    assert book.tell(events.MonitorEnded(monitor)) == []
    assert book.plane.state.counters["supervisors not reached"] == 1


def test_a_mode_chosen_while_it_rings_is_taken_when_they_are_there() -> None:
    book = Playbook()
    book.talk()
    book.tell(events.DeviceFound("PJSIP/1002"))
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    assert book.tell(replace(LISTEN, mode="barge")) == []
    out = book.tell(events.MonitorJoined(monitor))
    assert one(commands.ChangeMonitoring, out).mode == "barge"
    assert one(commands.RecordMonitoring, out).mode == "barge"


def test_an_agent_sees_it_only_where_the_settings_say_so() -> None:
    book, _, _ = monitored()
    book.tell(events.SettingsLoaded(replace(SETTINGS, show_monitoring=False)))
    assert shown(book) == []
    assert not [step for step in book.plane.state.calls["c1"].story if "ann" in step.detail]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(LISTEN, agent="nobody"), "unknown_agent"),
        (replace(LISTEN, own="1001"), "own_talk"),
        (replace(LISTEN, agent="1003"), "not_in_talk"),
        (replace(LISTEN, own=""), "no_phone"),
        (replace(LISTEN, own="1003"), "no_phone"),
        (replace(LISTEN, device="PJSIP/trunk"), "no_phone"),
        (replace(LISTEN, device="PJSIP/1003"), "no_phone"),
        (replace(LISTEN, device="PJSIP/1002", own=""), ""),
    ],
)
def test_what_can_not_be_done_has_a_code_and_rings_nobody(wish: events.MonitoringAsked, code: str) -> None:
    book = Playbook()
    book.talk()
    book.tell(events.DeviceFound("PJSIP/1002"))
    book.tell(events.DeviceFound("PJSIP/trunk"))
    assert monitoring.why_not(book.plane.context, wish) == code
    assert len(these(commands.RingSupervisor, book.tell(wish))) == (not code)


def test_without_the_switch_nobody_is_rung() -> None:
    book = Playbook()
    book.talk()
    book.tell(events.DeviceFound("PJSIP/1002"))
    book.tell(events.SwitchLost())
    assert monitoring.why_not(book.plane.context, LISTEN) == "switch_lost"
    assert book.tell(LISTEN) == []


def test_one_supervisor_is_on_one_talk() -> None:
    book, _, _ = monitored()
    book.queue("c2")
    leg = one(commands.RingAgent, book.agent_ready("1003")).leg
    book.tell(events.LegAnswered(leg))
    book.tell(events.Bridged("c2", leg))
    assert monitoring.why_not(book.plane.context, replace(LISTEN, agent="1003")) == "monitors_another"
    assert monitoring.why_not(book.plane.context, replace(LISTEN, agent="1003", by="bob")) == "phone_busy"


def test_two_supervisors_may_be_on_one_talk() -> None:
    book, _, monitor = monitored()
    book.tell(events.DeviceFound("PJSIP/1003"))
    other = one(commands.RingSupervisor, book.tell(replace(LISTEN, by="bob", own="1003"))).monitor
    book.tell(events.MonitoringStopped("1001", "ann"))
    assert (monitor in book.plane.state.monitors, other in book.plane.state.monitors) == (False, True)


# --- the supervisor's own phone ------------------------------------------------------------------------------------


def test_who_is_on_a_talk_is_offered_nothing_meanwhile() -> None:
    book = Playbook()
    book.talk()
    book.agent_ready("1002")
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    assert book.agent_state("1002") == ("connected", "monitoring")
    book.tell(events.MonitorJoined(monitor))
    assert these(commands.RingAgent, book.queue("c2")) == []
    out = book.tell(events.MonitoringStopped("1001", "ann"), 5.0)
    ring = one(commands.RingAgent, out)
    assert (ring.device, ring.call) == ("PJSIP/1002", "c2")


@pytest.mark.parametrize("end", ["not picked up", "hung up", "talk over", "gone from the switch"])
def test_however_it_ends_the_supervisor_is_free_again(end: str) -> None:
    book = Playbook()
    leg = book.talk()
    book.agent_ready("1002")
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    if end != "not picked up":
        book.tell(events.MonitorJoined(monitor), 2.0)
    ends = {"talk over": events.CallEnded("c1"), "gone from the switch": seen("c1", leg, at=book.now + 5.0)}
    book.tell(ends.get(end, events.MonitorEnded(monitor)), 5.0)
    assert (book.agent_state("1002"), book.plane.state.monitors) == (("ready", ""), {})


def test_who_signs_in_as_an_agent_on_a_talk_is_offered_nothing_either() -> None:
    book, _, monitor = monitored()
    assert book.agent_state("1002") == ("signed_out", "")
    book.tell(events.AgentSignedIn("1002"))
    assert book.agent_state("1002") == ("connected", "monitoring")
    assert these(commands.RingAgent, book.queue("c2")) == []
    assert one(commands.RingAgent, book.tell(events.MonitorEnded(monitor), 5.0)).call == "c2"


def test_the_agent_whose_phone_is_borrowed_is_on_the_phone_too() -> None:
    book = Playbook()
    book.talk()
    book.agent_ready("1002")
    book.agent_ready("1003")
    wish = replace(LISTEN, own="1003", device="PJSIP/1002")
    book.tell(wish)
    assert book.agent_state("1002") == book.agent_state("1003") == ("connected", "monitoring")
    book.tell(events.MonitoringStopped("1001", "ann"))
    assert book.agent_state("1002") == book.agent_state("1003") == ("ready", "")


@pytest.mark.parametrize("busy", ["offered", "in talk", "wraps up"])
def test_a_phone_that_is_busy_is_not_rung(busy: str) -> None:
    book = Playbook()
    book.talk()
    book.queue("c2")
    leg = one(commands.RingAgent, book.agent_ready("1002")).leg
    if busy != "offered":
        book.tell(events.LegAnswered(leg))
        book.tell(events.Bridged("c2", leg))
    if busy == "wraps up":
        book.tell(events.CallEnded("c2"), 5.0)
    assert monitoring.why_not(book.plane.context, LISTEN) == "phone_busy"
    assert these(commands.RingSupervisor, book.tell(LISTEN)) == []
    assert not book.router.agents["1002"].engaged


def test_a_pause_or_the_end_of_work_comes_after_the_talk() -> None:
    book = Playbook()
    book.talk()
    book.agent_ready("1002")
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    book.tell(events.AgentPaused("1002", "lunch"))
    assert book.agent_state("1002") == ("connected", "monitoring")
    book.tell(events.MonitorEnded(monitor))
    assert book.agent_state("1002") == ("paused", "lunch")


def test_one_who_was_out_of_the_settings_meanwhile_keeps_their_call_with_a_colleague() -> None:
    book, _, monitor = monitored()
    agents = {name: agent for name, agent in SETTINGS.acd.agents.items() if name != "1002"}
    book.tell(events.SettingsLoaded(replace(SETTINGS, acd=replace(SETTINGS.acd, agents=agents))))
    book.tell(events.SettingsLoaded(SETTINGS))
    book.agent_ready("1002")
    book.agent_ready("1003")
    book.tell(events.AgentCalled("1002", "1003"))
    book.tell(events.MonitorEnded(monitor))
    assert book.agent_state("1002") == ("connected", "internal call")


def test_the_phones_that_could_be_rung_and_first_the_own_one() -> None:
    book = Playbook()
    book.agent_ready("1001")
    book.agent_ready("1003")
    book.queue("c1")  # offered to 1001
    assert [(one.agent, one.device, one.free) for one in monitoring.phones(book.plane.context, "1003")] == [
        ("1003", "PJSIP/1003", True), ("1001", "PJSIP/1001", False),
    ]  # fmt: skip
    assert [one.agent for one in monitoring.phones(book.plane.context, "1002")] == ["1001", "1003"]
    assert [one.agent for one in monitoring.phones(book.plane.context, "")] == ["1001", "1003"]


# --- the switch ----------------------------------------------------------------------------------------------------


def seen(*names: str, boot: str = "boot-1", at: float) -> events.SwitchFound:
    channels = (events.SeenChannel(name, name, True) for name in names)
    return events.SwitchFound(boot, at, tuple(channels), None)


def test_the_listing_mends_what_was_missed() -> None:
    book, leg, monitor = monitored()
    book.tell(events.Restarted(), 5.0)
    out = book.tell(seen("c1", leg, monitor, "tandem-monitor-99", at=book.now))
    assert one(commands.ChangeMonitoring, out) == commands.ChangeMonitoring(monitor, "listen", leg)
    assert one(commands.HangUpStray, out).channel == "tandem-monitor-99"
    assert these(commands.ChangeMonitoring, book.tell(seen("c1", leg, monitor, at=book.now), 5.0)) == []
    out = book.tell(seen("c1", leg, at=book.now), 5.0)
    assert one(commands.RecordMonitoring, out).ended_at == book.now


def test_an_answer_that_was_missed_is_seen_in_the_listing() -> None:
    book = Playbook()
    leg = book.talk()
    book.tell(events.DeviceFound("PJSIP/1002"))
    monitor = one(commands.RingSupervisor, book.tell(LISTEN)).monitor
    assert these(commands.RecordMonitoring, book.tell(seen("c1", leg, at=book.now))) == []  # it is young
    out = book.tell(seen("c1", leg, monitor, at=book.now), 5.0)
    assert one(commands.RecordMonitoring, out).mode == "listen"
