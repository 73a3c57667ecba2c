"""A caller leaves a message, and an agent hears it as work of a queue."""

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.webhooks.told import ContactEnded
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import session as flow_session
from tandem.ivr.flow import Flow
from tandem.ivr.session import Session
from tests.control.playbook import BEGIN, SETTINGS, Playbook, one, said, these
from tests.control.test_nailed import NAILED
from tests.control.test_webhooks import listening, sent

ID = "voicemail-c1-1"


@pytest.fixture
def queues() -> list[str]:
    """The queue that messages go to."""
    return ["tech"]


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, queues: list[str]) -> Playbook:
    """Every flow takes a message at once, and says how long it was."""

    def session(session: Session, _flow: Flow, event: ivr_events.Event, _now: float) -> list[ivr.Command]:
        match event:
            case ivr_events.Started():
                return [ivr.TakeVoicemail(queues[0], 1, 60.0, 3.0, "#")]
            case ivr_events.VoicemailTaken(seconds):
                session.listen = ivr.Listen((ivr.Utterance("en", f"{seconds:g} seconds"),))
            case ivr_events.VoicemailFailed(reason):
                session.listen = ivr.Listen((ivr.Utterance("en", reason),))
        return [session.listen]

    monkeypatch.setattr(flow_session, "handle", session)
    return Playbook()


def left(book: Playbook, seconds: float = 8.0) -> list[commands.Command]:
    """A call comes in and leaves a message."""
    book.call()
    return book.tell(events.VoicemailRecorded(ID, seconds), 10.0)


def played(book: Playbook, agent: str = "1001") -> str:
    """The agent is rung, and hears it; returns the leg."""
    leg = one(commands.PlayToAgent, book.agent_ready(agent)).leg
    book.tell(events.LegRinging(leg))
    book.tell(events.LegAnswered(leg), 2.0)
    return leg


def test_the_order_names_its_recording(book: Playbook) -> None:
    assert one(commands.TakeVoicemail, book.call()) == commands.TakeVoicemail("c1", ID, 60.0, 3.0, "#")


def test_what_was_said_is_recorded_and_waits_for_an_agent(book: Playbook) -> None:
    out = left(book)
    assert said(out) == "8 seconds"
    row = one(commands.RecordVoicemail, out)
    assert (row.voicemail, row.call, row.queue, row.file) == (ID, "c1", "tech", f"{ID}.wav")
    assert (row.seconds, row.left_at, row.heard_at, row.agent) == (8.0, BEGIN + 10.0, None, None)
    assert book.router.contacts[ID].priority == 1
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "voicemail"
    assert list(book.plane.state.work) == [ID]


def test_an_agent_on_a_kept_line_hears_it_there(book: Playbook) -> None:
    book.tell(events.SettingsLoaded(NAILED))
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    left(book)
    order = one(commands.PlayToAgent, book.tell(events.LineKept(line), 2.0))
    assert (order.line, order.voicemail) == (line, ID)
    assert book.agent_state("1001") == ("reserved", "")
    book.tell(events.LegConfirmed(order.leg), 1.0)
    assert book.agent_state("1001") == ("connected", "")
    row = one(commands.RecordVoicemail, book.tell(events.LineKept(line, order.leg), 8.5))
    assert (row.heard_at, row.agent) == (book.now - 8.5, "1001")
    assert book.agent_state("1001") == ("wrap_up", "")


def test_an_agent_who_has_heard_enough_hangs_up_and_keeps_the_line(book: Playbook) -> None:
    book.tell(events.SettingsLoaded(NAILED))
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    left(book)
    order = one(commands.PlayToAgent, book.tell(events.LineKept(line), 2.0))
    assert book.tell(events.AgentHungUp("1001", ID)) == []  # nothing is heard yet
    book.tell(events.LegConfirmed(order.leg), 1.0)
    assert book.tell(events.AgentHungUp("1002", ID)) == []
    assert book.tell(events.AgentHungUp("1001", ID), 2.0) == [commands.KeepLine(line)]
    assert one(commands.RecordVoicemail, book.tell(events.LineKept(line, order.leg))).heard_at is not None


def test_one_that_was_not_played_on_a_kept_line_waits_for_the_next_agent(book: Playbook) -> None:
    book.tell(events.SettingsLoaded(NAILED))
    line = one(commands.NailUp, book.tell(events.AgentSignedIn("1001"))).line
    left(book)
    order = one(commands.PlayToAgent, book.tell(events.LineKept(line), 2.0))
    assert these(commands.RecordVoicemail, book.tell(events.LegFailed(order.leg, "failed"), 1.0)) == []
    assert book.router.contacts[ID].state == "waiting"


def test_an_agent_is_rung_and_hears_it_and_wraps_up(book: Playbook) -> None:
    left(book)
    book.tell(events.CallEnded("c1"))
    leg = played(book)
    assert book.agent_state("1001") == ("connected", "")
    out = book.tell(events.LegEnded(leg), 8.5)
    row = one(commands.RecordVoicemail, out)
    assert (row.heard_at, row.agent) == (BEGIN + 12.0, "1001")
    assert one(commands.RecordLeg, out).outcome == "served"
    assert book.agent_state("1001") == ("wrap_up", "")
    assert not (book.plane.state.work or book.plane.state.voicemails or book.plane.state.legs)
    book.pass_time(10.0)
    assert book.agent_state("1001") == ("ready", "")


def test_an_agent_who_does_not_answer_leaves_it_to_the_next(book: Playbook) -> None:
    left(book)
    first = one(commands.PlayToAgent, book.agent_ready("1001"))
    book.agent_ready("1002")
    out = book.tell(events.LegFailed(first.leg, "no_answer"), 10.0)
    assert one(commands.PlayToAgent, out).device == "PJSIP/1002"
    assert one(commands.RecordLeg, out).outcome == "no_answer"


def test_hanging_up_while_speaking_still_leaves_the_message(book: Playbook) -> None:
    book.call()
    out = book.tell(events.CallEnded("c1"), 5.0)
    assert one(commands.MeasureVoicemail, out).voicemail == ID
    assert one(commands.RecordContact, out).outcome == "voicemail"
    assert one(commands.RecordVoicemail, book.tell(events.VoicemailRecorded(ID, 4.0))).seconds == 4.0
    assert list(book.plane.state.work) == [ID]


def test_the_length_told_twice_puts_it_into_the_queue_once(book: Playbook) -> None:
    left(book)
    assert book.tell(events.VoicemailRecorded(ID, 8.0)) == []
    leg = played(book)
    book.tell(events.LegEnded(leg))
    assert book.tell(events.VoicemailRecorded(ID, 8.0)) == []


@pytest.mark.parametrize("seconds", [0.0, 0.9])
def test_nothing_said_is_no_message(book: Playbook, seconds: float) -> None:
    out = left(book, seconds)
    assert said(out) == "0 seconds"
    assert these(commands.RecordVoicemail, out) == []
    assert not (book.plane.state.work or book.plane.state.voicemails)
    assert one(commands.RecordContact, book.tell(events.CallEnded("c1"))).outcome == "left_menu"


def test_a_queue_nobody_serves_records_nobody_in_vain(book: Playbook, queues: list[str]) -> None:
    queues[0] = "no such"
    out = book.call()
    assert these(commands.TakeVoicemail, out) == []
    assert one(commands.RaiseAlarm, out).kind == "queue nobody can serve"
    assert said(out) == "nobody can serve queue no such"


def test_after_a_restart_the_entry_gives_the_same_order(book: Playbook) -> None:
    order = one(commands.TakeVoicemail, book.call())
    assert these(commands.MeasureVoicemail, book.tell(events.Restarted())) == []
    assert one(commands.TakeVoicemail, book.reenter()) == order


def test_after_a_restart_a_recording_whose_caller_is_gone_is_measured(book: Playbook) -> None:
    book.call()
    book.tell(events.CallEnded("c1"))
    assert one(commands.MeasureVoicemail, book.tell(events.Restarted())).voicemail == ID


def test_a_listing_asks_again_for_what_could_not_be_measured(book: Playbook) -> None:
    book.call()
    seen = (events.SeenChannel("c1", "PJSIP/trunk-c1", True),)
    assert these(commands.MeasureVoicemail, book.tell(events.SwitchFound("boot-1", book.now, seen, ()))) == []
    book.tell(events.CallEnded("c1"))
    book.tell(events.CommandFailed("MeasureVoicemail", ID, "too much under way"))
    assert one(commands.MeasureVoicemail, book.tell(events.SwitchFound("boot-1", book.now, (), ()))).voicemail == ID
    book.tell(events.VoicemailRecorded(ID, 8.0))
    assert these(commands.MeasureVoicemail, book.tell(events.SwitchFound("boot-1", book.now, (), ()))) == []


def test_a_restart_keeps_messages_that_wait(book: Playbook) -> None:
    left(book)
    book.tell(events.CallEnded("c1"))
    book.tell(events.Restarted())
    book.tell(events.SwitchFound("boot-1", book.now, (), ()))
    assert played(book)


def test_a_message_lost_with_the_switch_while_it_was_played_is_played_again(book: Playbook) -> None:
    left(book)
    book.tell(events.CallEnded("c1"))
    leg = played(book)
    book.tell(events.SwitchLost(), 1.0)
    out = book.tell(events.SwitchFound("boot-2", book.now + 5.0, (), ("PJSIP/1001",)), 5.0)
    again = one(commands.PlayToAgent, out)
    assert again.leg != leg
    assert book.router.contacts[ID].enqueued_at == BEGIN + 10.0


def test_a_message_heard_while_the_link_was_down_was_heard(book: Playbook) -> None:
    left(book)
    book.tell(events.CallEnded("c1"))
    played(book)
    book.tell(events.SwitchLost(), 1.0)
    out = book.tell(events.SwitchFound("boot-1", book.now + 20.0, (), ("PJSIP/1001",)), 20.0)
    assert one(commands.RecordVoicemail, out).agent == "1001"
    assert book.plane.state.work == {}


def test_a_switch_that_can_not_record_fails_the_voicemail(book: Playbook) -> None:
    book.call()
    out = book.tell(events.CommandFailed("TakeVoicemail", "c1", "disk full"))
    assert said(out) == "the switch can't record"
    assert one(commands.RaiseAlarm, out).kind == "TakeVoicemail failed"
    assert not book.plane.state.voicemails
    assert book.tell(events.CommandFailed("TakeVoicemail", "c1", "disk full"))[0].__class__ is commands.RaiseAlarm


def test_one_whose_queue_is_gone_when_it_was_left_waits_in_it_when_it_is_back(book: Playbook) -> None:
    book.call()
    book.tell(events.SettingsLoaded(replace(SETTINGS, acd=replace(SETTINGS.acd, queues={}))))
    book.tell(events.VoicemailRecorded(ID, 5.0), 5.0)
    assert ID not in book.router.contacts
    book.tell(events.SettingsLoaded(SETTINGS))
    assert one(commands.PlayToAgent, book.agent_ready("1001")).voicemail == ID


def test_a_message_that_was_heard_is_no_contact_that_ends(book: Playbook) -> None:
    book.tell(events.SettingsLoaded(listening(book.plane.state.settings)))
    left(book)
    book.tell(events.CallEnded("c1"))
    leg = played(book)
    assert book.plane.state.last_queues == {}
    book.tell(events.LegEnded(leg), 8.5)
    assert [type(one.told) for one in sent(book)].count(ContactEnded) == 1
    assert book.plane.state.last_queues == {}
