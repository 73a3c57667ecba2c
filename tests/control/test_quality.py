"""How talks were heard: recorded, scored, and told of when one device is badly heard again and again."""

import pytest
from msgspec.structs import replace

from tandem.control import commands, events
from tandem.control.voice.measured import BAD, Measured, score_of
from tandem.control.voice.quality import IN_A_ROW
from tests.control.playbook import Playbook, one, these

CLEAR = Measured("alaw", 1000, 0, 1000, 0, 0.0, 0.0)
BAD_LINE = replace(CLEAR, received=900, lost=100)


def heard(measured: Measured, device: str = "PJSIP/1001", agent: str = "") -> events.TalkMeasured:
    return events.TalkMeasured("tandem-leg-c1-1", device, measured, agent)


@pytest.mark.parametrize(
    ("measured", "score"),
    [
        (CLEAR, 4.40),
        (replace(CLEAR, received=950, lost=50), 3.91),
        (replace(CLEAR, lost_there=50), 3.91),
        (BAD_LINE, 3.40),
        (replace(CLEAR, received=0), 1.17),
        (replace(CLEAR, received=0, sent=0, lost=100), 1.17),
        (replace(CLEAR, sent=0), 4.40),
        (replace(CLEAR, round_trip=0.6), 3.65),
        (replace(CLEAR, round_trip=0.5, jitter=0.025), 3.65),
        (replace(CLEAR, round_trip=1.2), 1.65),
    ],
)
def test_the_score_falls_with_loss_and_delay(measured: Measured, score: float) -> None:
    """By hand: 5 % lost is R = 93.2 - 0.24 - 95 x 5 / 30.1 = 77.2; 310 ms one way are R = 93.2 - 7.44 - 14.6 = 71.2."""
    assert score_of(measured) == pytest.approx(score, abs=0.01)


def test_a_talk_is_recorded_with_what_was_counted() -> None:
    book = Playbook()
    row = one(commands.RecordTalkQuality, book.tell(heard(replace(BAD_LINE, jitter=0.004, round_trip=0.03))))
    assert (row.channel, row.agent, row.device, row.at) == ("tandem-leg-c1-1", "", "PJSIP/1001", book.now)
    assert (row.codec, row.received, row.lost, row.sent, row.lost_there) == ("alaw", 900, 100, 1000, 0)
    assert (row.loss, row.jitter, row.round_trip) == (0.1, 0.004, 0.03)
    assert row.score < BAD


def test_of_a_moment_nothing_is_said() -> None:
    assert Playbook().tell(heard(Measured("alaw", 50, 0, 49, 0, 0.0, 0.0))) == []


def test_a_device_that_is_badly_heard_again_and_again_is_told() -> None:
    book = Playbook()
    for _ in range(IN_A_ROW - 1):
        assert these(commands.RaiseAlarm, book.tell(heard(BAD_LINE))) == []
    assert these(commands.RaiseAlarm, book.tell(heard(BAD_LINE, "PJSIP/trunk"))) == []
    alarm = one(commands.RaiseAlarm, book.tell(heard(BAD_LINE)))
    assert (alarm.kind, alarm.subject) == ("badly heard", "PJSIP/1001")
    assert book.plane.state.counters["talks badly heard"] == IN_A_ROW + 1
    assert book.plane.state.badly_heard == {"PJSIP/trunk": 1}


def test_a_good_talk_between_begins_the_row_anew() -> None:
    book = Playbook()
    for measured in (BAD_LINE, CLEAR, *[BAD_LINE] * (IN_A_ROW - 1)):
        assert these(commands.RaiseAlarm, book.tell(heard(measured))) == []


def test_what_the_browser_says_of_the_same_talk_is_recorded_and_counts_no_second_time() -> None:
    book = Playbook()
    for _ in range(IN_A_ROW):
        out = book.tell(heard(BAD_LINE, "PJSIP/1001-web", "1001"))
        assert one(commands.RecordTalkQuality, out).agent == "1001"
    assert these(commands.RaiseAlarm, out) == []
    assert book.plane.state.badly_heard == {}
