"""The rest of the day as operators see it, on days whose truth is known."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.control.dispatch.loan import Loan, lent
from tandem.control.dispatch.outlook import Outlook, Situation
from tandem.sim import outlook as outlooks
from tandem.sim.floor import floor_of
from tandem.sim.forecast import staff_needed
from tandem.sim.outlook import Known, outlook
from tandem.sim.quarters import Day
from tests.control.dispatch import proposal

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 20, 10, 7, tzinfo=ZoneInfo(ZONE)).timestamp()
DAY = 86400.0
MIDNIGHT = NOW - 10 * 3600 - 7 * 60
QUEUES = {
    "hotline": QueueSettings("hotline", {"hotline": 1}, wrap_up_seconds=0.0),
    "chat": QueueSettings("chat", {"chat": 1}, channel="chat", wrap_up_seconds=0.0),
    "new": QueueSettings("new", {"chat": 1}),
}


def agents(**different: object) -> dict[str, AgentSettings]:
    callers = {f"c{n}": AgentSettings(f"c{n}", {"hotline": 3}, "", team="callers") for n in range(10)}
    writers = {
        f"w{n}": replace(AgentSettings(f"w{n}", {"chat": 3}, "", team="writers", held_back={"hotline": 2}), **different)
        for n in range(12)
    }
    return callers | writers


def situation(**different: object) -> Situation:
    people = agents()
    usual = Situation(NOW, ZONE, Settings(queues=QUEUES, agents=people), tuple(people))
    return replace(usual, **different)


def days(counts: list[int], by_hour: float) -> dict[float, int]:
    """So many days back, each with so many contacts in every quarter-hour from eight to eight."""
    return {
        MIDNIGHT - back * DAY + quarter * 900.0: round(by_hour / 4 * scale / 100)
        for back, scale in enumerate(counts)
        for quarter in range(32, 80)
    }


def known(today: int = 100) -> dict[str, Known]:
    """The usual Friday before, with others around; today so many percent of it."""
    scales = [today] + [100] * 30
    return {
        "hotline": Known(days(scales, 220), 180.0, 0.0, 100, 12_000.0),
        "chat": Known(days(scales, 20), 300.0, 0.0),
    }


@pytest.fixture(scope="module")
def usual() -> Outlook:
    return outlook(situation(), known())


def test_what_is_over_came_and_what_is_to_come_is_expected(usual: Outlook) -> None:
    hotline = usual.queues[0]
    assert (hotline.queue, hotline.days, hotline.there, hotline.target, hotline.seconds) == ("hotline", 4, 10, 0.8, 20)
    assert [quarter.start for quarter in hotline.quarters] == [MIDNIGHT + 900 * number for number in range(96)]
    assert [quarter.came for quarter in hotline.quarters[:41]] == [0] * 32 + [55] * 8 + [None]
    assert hotline.quarters[39].expected is None
    now = hotline.quarters[40]
    assert now.expected == pytest.approx(55)
    assert now.low is not None and now.high is not None
    assert now.low < 55 < now.high
    assert now.needed == staff_needed(55, 180, 120, 0.8, 20)
    assert (hotline.quarters[-1].expected, hotline.quarters[-1].needed) == (0, 0)
    assert usual.unknown == ("new",)


def test_a_busy_day_is_foreseen_busy() -> None:
    # Days that differ by a fifth, today by a half more.
    scales = [150, 80, 100, 120, 100, 80, 120, 100]
    found = outlook(situation(at_work=()), {"hotline": Known(days(scales, 220))})
    hotline = found.queues[0]
    assert hotline.days == 7  # too few Fridays
    assert 1.4 < hotline.factor <= 1.5
    assert hotline.ratio == pytest.approx(1.5, rel=0.03)
    assert found.proposals == ()


def test_an_agent_who_writes_with_three_at_once_is_needed_once(usual: Outlook) -> None:
    chat = usual.queues[1]
    places = staff_needed(5, 300, outlooks.PATIENT, 0.8, 20)
    assert chat.quarters[40].needed == -(-places // 3)
    assert chat.there == 12


def test_who_could_help_is_proposed_with_what_it_changes(usual: Outlook) -> None:
    best = usual.proposals[0]
    assert (best.group, best.to, best.away, best.gives, best.takes) == ("writers", ("hotline",), (), {"hotline": 2}, ())
    assert best.until == usual.until == MIDNIGHT + 11.25 * 3600
    assert best.members == tuple(f"w{n}" for n in range(12))
    assert best.words["en"].startswith(f"let {best.agents} of writers take hotline too until 11:15: hotline: ")
    assert "writers" in best.words["zh-CN"]
    assert best.gain.low > 0
    hotline = next(change for change in best.changes if change.queue == "hotline")
    assert hotline.before.level.mean < hotline.after.level.mean
    assert 0 <= hotline.before.level.low < hotline.before.level.mean < hotline.before.level.high <= 1
    numbers = [one.number for one in usual.proposals]
    assert numbers == [int(NOW) * 100 + at for at in range(len(numbers))]
    assert msgspec.json.decode(msgspec.json.encode(usual), type=Outlook) == usual


def test_a_move_takes_what_is_of_no_use() -> None:
    people = agents(skills={"chat": 3, "hotline": 2}, held_back={})
    board = situation(acd=Settings(queues=QUEUES, agents=people), targets={"chat": 0.01, "hotline": 0.95})
    busy = known() | {"chat": Known(days([100] * 30, 400), 300.0, 0.0)}
    best = outlook(board, busy).proposals[0]
    assert (best.takes, best.gives, best.away, best.to) == (("chat",), {}, ("chat", "new"), ("hotline",))


def test_the_staff_of_the_next_hour_by_simulation(usual: Outlook) -> None:
    found = {group.group: group for group in usual.groups}
    callers, writers = found["callers"], found["writers"]
    assert (callers.there, writers.there) == (10, 12)
    assert callers.needed is not None and writers.needed is not None
    assert 10 < callers.needed <= 17  # Erlang A says 12 of a queue of its own
    assert 1 <= writers.needed < 12


def test_no_staff_is_sought_for_more_contacts_than_can_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlooks, "MOST_STAFFED", 10)
    assert [group.needed for group in outlook(situation(), known()).groups] == [None, None]


def test_a_queue_that_nobody_takes_has_no_staff_and_a_forecast() -> None:
    found = outlook(situation(at_work=("w1",)), known() | {"new": Known(days([100] * 9, 40))})
    assert [queue.there for queue in found.queues] == [0, 1, 1]
    assert [group.needed for group in found.groups] == [None]


def test_late_in_the_evening_there_is_only_what_is_left_of_the_day() -> None:
    late = MIDNIGHT + 23.8 * 3600
    found = outlook(situation(now=late), known())
    assert found.until == MIDNIGHT + DAY
    assert [quarter.expected for quarter in found.queues[0].quarters[95:]] == [0]


def test_who_is_lent_works_so_until_they_are_back_and_is_not_lent_again() -> None:
    terms = proposal(3, NOW + 600, gives={"hotline": 2}, takes=("chat",), group="writers")
    loan = Loan(terms, ("w1", "w2"), "mei", NOW - 60, {})
    over = replace(loan, agents=("w3",), ended=NOW)
    floor = floor_of(situation(loans=(loan, over)), Day(NOW, ZONE))
    assert {name: group.count for name, group in floor.groups.items()} == {
        "callers": 10,
        "writers": 10,
        "writers, loan 3.1": 2,
        "writers, loan 3.1, back": 2,
    }
    assert floor.groups["writers, loan 3.1"].skills == lent(agents()["w1"], terms).skills == {"hotline": 2}
    assert floor.groups["writers, loan 3.1"].end == floor.groups["writers, loan 3.1, back"].start == "10:17:00"
    assert "w1" not in floor.members["writers"]
    assert outlook(situation(loans=(loan,)), known()).proposals[0].group == "writers"


def test_groups_of_a_team_are_told_apart_by_their_skills() -> None:
    people = agents(team="callers")
    board = situation(acd=Settings(queues=QUEUES, agents=people))
    assert list(floor_of(board, Day(NOW, ZONE)).groups) == ["callers (hotline)", "callers (chat)"]
    older = replace(people["c1"], certified_until={"hotline": NOW - 1})
    board = situation(acd=Settings(queues=QUEUES, agents=people | {"c1": older}), at_work=("c0", "c1", "gone"))
    floor = floor_of(board, Day(NOW, ZONE))
    assert [(name, group.skills) for name, group in floor.groups.items()] == [
        ("callers (hotline)", {"hotline": 3}),
        ("callers (hotline) c1", {}),
    ]


def test_a_day_on_which_clocks_change_keeps_its_quarter_hours() -> None:
    zone = "Europe/Berlin"
    night = datetime(2026, 10, 25, 12, 0, tzinfo=ZoneInfo(zone)).timestamp()
    day = Day(night, zone)
    assert (day.quarter, day.of(night)[1], day.clock(night)) == (48, 48, "12:00:00")
    assert day.at(96) - day.at(0) == 25 * 3600
    assert day.clock(day.at(97)) == "24:15:00"
