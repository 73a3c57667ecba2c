"""Talks are recorded, as their queue wants it: one recording for each agent's part."""

import msgspec
import pytest

from tandem.control import commands, events
from tandem.control.events import Target
from tandem.control.settings import Settings
from tandem.control.voice.permits import why_not
from tests.control.playbook import BEGIN, SETTINGS, Playbook, one, these

FIRST, CHANNEL = "recording-c1-1", "PJSIP/trunk-c1"
PAUSED, RESUMED = (events.AgentPausedRecording("1001", "c1", paused) for paused in (True, False))


def recorded(percent: float) -> Settings:
    """The playbook's centre, with so many talks of its queue recorded, of a hundred."""
    return msgspec.structs.replace(SETTINGS, record_percent={"tech": percent})


@pytest.fixture
def book() -> Playbook:
    """A call c1 that the agent 1001 has, and that is recorded."""
    book = Playbook(recorded(100))
    book.talk()
    return book


def shown(book: Playbook, agent: str = "1001") -> str:
    """What the agent's desk says of the recording."""
    desk = book.plane.desk(agent)
    assert desk is not None
    (on_desk,) = desk.contacts
    return on_desk.contact.recording


def leg_of(book: Playbook) -> str:
    return str(book.plane.state.calls["c1"].leg)


def alarms(out: list[commands.Command]) -> list[str]:
    return [alarm.kind for alarm in these(commands.RaiseAlarm, out)]


def test_it_begins_when_they_hear_each_other_and_the_desk_shows_it() -> None:
    book = Playbook(recorded(100))
    book.queue()
    leg = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.LegRinging(leg))
    assert these(commands.StartRecording, book.tell(events.LegAnswered(leg), 2.0)) == []
    begun = one(commands.StartRecording, book.tell(events.Bridged("c1", leg)))
    assert begun == commands.StartRecording(FIRST, "c1", CHANNEL)
    assert shown(book) == "on"


def test_it_ends_with_the_talk_and_what_came_of_it_is_a_record(book: Playbook) -> None:
    out = book.tell(events.LegEnded(leg_of(book)), 30.0)
    assert one(commands.EndRecording, out) == commands.EndRecording(FIRST, CHANNEL)
    assert book.plane.state.calls["c1"].recording == ""
    out = book.tell(events.RecordingMade(FIRST, 29.9, 478_444, "ab" * 32), 0.5)
    assert one(commands.RecordRecording, out) == commands.RecordRecording(
        FIRST, "c1", "1001", "tech", BEGIN + 3.0, BEGIN + 33.0, f"{FIRST}.wav", 29.9, 478_444, "ab" * 32
    )
    assert alarms(out) == []
    assert book.plane.state.recordings == {}
    assert book.tell(events.RecordingMade(FIRST, 29.9), 1.0) == []


def test_a_caller_who_hangs_up_ends_it(book: Playbook) -> None:
    out = book.tell(events.CallEnded("c1"), 10.0)
    assert one(commands.EndRecording, out).recording == FIRST


@pytest.mark.parametrize(("percent", "count"), [(0.0, 0), (100.0, 60), (25.0, 15)])
def test_a_share_of_the_contacts_is_recorded_the_same_every_time(percent: float, count: int) -> None:
    book = Playbook(recorded(percent))
    book.agent_ready("1001")
    begun = []
    for number in range(60):
        call = f"c{number}"
        leg = one(commands.RingAgent, book.queue(call)).leg
        book.tell(events.LegAnswered(leg))
        begun += these(commands.StartRecording, book.tell(events.Bridged(call, leg)))
        book.tell(events.CallEnded(call))
        book.pass_time(10.0)
    assert len(begun) == pytest.approx(count, abs=7 if 0 < percent < 100 else 0)


def test_settings_that_change_are_for_talks_to_come(book: Playbook) -> None:
    assert these(commands.EndRecording, book.tell(events.SettingsLoaded(SETTINGS))) == []
    assert shown(book) == "on"


def test_the_agent_pauses_it_and_goes_on(book: Playbook) -> None:
    assert one(commands.PauseRecording, book.tell(PAUSED)) == commands.PauseRecording(FIRST, "c1", CHANNEL, True)
    assert shown(book) == "paused"
    assert book.tell(PAUSED, 1.0) == []
    out = book.tell(RESUMED, 5.0)
    assert one(commands.PauseRecording, out).paused is False
    assert [(step.what, step.detail) for step in these(commands.RecordStep, out)] == [("recording resumed", "1001")]
    assert shown(book) == "on"


def test_an_agent_is_not_told_that_it_is_paused_when_it_is_not(book: Playbook) -> None:
    book.tell(PAUSED)
    out = book.tell(events.CommandFailed("PauseRecording", FIRST, "Cannot set mute flag"), 0.1)
    assert alarms(out) == ["PauseRecording failed"]
    assert shown(book) == "on"
    book.tell(events.SwitchLost())
    assert why_not(book.plane.context, PAUSED) == "switch_lost"
    book.tell(events.CallEnded("c1"))
    assert alarms(book.tell(events.CommandFailed("PauseRecording", FIRST, "late"))) == ["PauseRecording failed"]


def test_what_is_not_recorded_can_not_be_paused() -> None:
    book = Playbook(SETTINGS)
    book.talk()
    assert why_not(book.plane.context, PAUSED) == "not_recording"
    assert book.tell(PAUSED) == []
    assert shown(book) == ""


def test_hold_ends_nothing_and_does_not_count_as_talk(book: Playbook) -> None:
    leg = leg_of(book)
    assert these(commands.EndRecording, book.tell(events.AgentHeld("1001", "c1"), 4.0)) == []
    book.reenter()
    book.tell(events.AgentRetrieved("1001", "c1"), 60.0)
    book.tell(events.Bridged("c1", leg))
    assert shown(book) == "on"
    book.tell(events.LegEnded(leg), 6.0)
    assert alarms(book.tell(events.RecordingMade(FIRST, 9.5))) == []


def test_the_colleague_who_takes_over_has_a_recording_of_their_own(book: Playbook) -> None:
    book.agent_ready("1002")
    ring = one(commands.RingAgent, book.tell(events.AgentConsulted("1001", "c1", Target(agent="1002"), "")))
    book.reenter()
    book.tell(events.LegAnswered(ring.leg), 2.0)
    out = book.tell(events.ConsultationCompleted("1001", "c1"), 5.0)
    assert one(commands.EndRecording, out).recording == FIRST
    assert one(commands.StartRecording, out) == commands.StartRecording("recording-c1-2", "c1", CHANNEL)
    recording = book.plane.state.recordings["recording-c1-2"]
    assert (recording.agent, recording.paused) == ("1002", False)


def test_the_end_of_a_ring_that_was_taken_back_ends_nobody_elses() -> None:
    book = Playbook(recorded(100))
    book.queue()
    first = one(commands.RingAgent, book.agent_ready("1001")).leg
    book.tell(events.AgentPaused("1001", "lunch"))
    second = one(commands.RingAgent, book.agent_ready("1002")).leg
    book.tell(events.LegAnswered(second))
    book.tell(events.Bridged("c1", second))
    assert these(commands.EndRecording, book.tell(events.LegFailed(first, "failed"), 1.0)) == []
    assert shown(book, "1002") == "on"


def test_a_talk_goes_on_that_can_not_be_recorded(book: Playbook) -> None:
    out = book.tell(events.RecordingFailed(FIRST, "disk full"), 0.1)
    assert [(alarm.kind, alarm.subject, alarm.detail) for alarm in these(commands.RaiseAlarm, out)] == [
        ("recording failed", "c1", "disk full")
    ]
    assert book.plane.state.counters["recording failed"] == 1
    assert (book.agent_state("1001"), shown(book)) == (("connected", ""), "")
    assert why_not(book.plane.context, PAUSED) == "not_recording"
    assert book.tell(events.RecordingFailed(FIRST, "disk full")) == []
    assert one(commands.EndRecording, book.tell(events.LegEnded(leg_of(book)), 20.0)).recording == FIRST


@pytest.mark.parametrize(("seconds", "rows"), [(0.0, 0), (5.0, 1)])
def test_what_is_lost_of_a_recording_is_told(book: Playbook, seconds: float, rows: int) -> None:
    book.tell(events.LegEnded(leg_of(book)), 30.0)
    out = book.tell(events.RecordingMade(FIRST, seconds))
    assert alarms(out) == ["recording incomplete"]
    assert len(these(commands.RecordRecording, out)) == rows


def found(book: Playbook) -> list[commands.Command]:
    """The switch is there again, with the caller in talk with the agent."""
    seen = events.SeenChannel("c1", CHANNEL, True, (leg_of(book),)), events.SeenChannel(leg_of(book), "", True, ("c1",))
    return book.tell(events.SwitchFound("boot-1", book.now, seen, None), 0.5)


def test_a_controller_that_was_killed_has_the_orders_given_again(book: Playbook) -> None:
    book.tell(PAUSED)
    book.tell(events.Restarted(), 5.0)
    out = found(book)
    assert one(commands.StartRecording, out) == commands.StartRecording(FIRST, "c1", CHANNEL)
    assert one(commands.PauseRecording, out).paused is True
    assert these(commands.StartRecording, found(book)) == []


def test_an_end_that_nobody_heard_of_is_ordered_again(book: Playbook) -> None:
    book.tell(events.LegEnded(leg_of(book)), 30.0)
    book.tell(events.SwitchLost())
    out = book.tell(events.SwitchFound("boot-1", book.now, (events.SeenChannel("c1", CHANNEL, True),), None), 0.5)
    assert one(commands.EndRecording, out).recording == FIRST


def test_an_end_of_which_nothing_is_heard_is_ordered_again_with_the_next_listing(book: Playbook) -> None:
    book.tell(events.LegEnded(leg_of(book)), 30.0)
    listed = (events.SeenChannel("c1", CHANNEL, True),)
    just_now = book.tell(events.SwitchFound("boot-1", book.now, listed, None), 0.1)
    assert these(commands.EndRecording, just_now) == []
    later = book.tell(events.SwitchFound("boot-1", book.now + 30.0, listed, None), 30.0)
    assert one(commands.EndRecording, later).recording == FIRST


def test_a_recording_is_over_only_when_its_talk_is(book: Playbook) -> None:
    assert book.tell(events.RecordingMade(FIRST, 3.0)) == []
    assert shown(book) == "on"
