"""Which agents to move, where it is known who is short and who has agents to spare."""

import pytest

from tandem.sim.dispatch import MOST_TRIED, Effect, Move, Proposal, in_words, moved, proposals
from tandem.sim.reading import read_scenario
from tandem.sim.scenario import Scenario

HOUR = """
start: "09:45"
end: "11:00"
measure_from: "10:00"
queues:
  hotline: {needs: {hotline: 1}, wrap_up_seconds: 0}
  chat: {needs: {chat: 1}, wrap_up_seconds: 0}
groups:
  callers: {count: 10, skills: {hotline: 3}}
  writers: {count: %d, skills: {chat: 3}}
contacts:
  hotline: {per_hour: 220, handling: {law: exponential, mean: 180}, patience: {law: exponential, mean: 120}}
  chat: {per_hour: 20, handling: {law: exponential, mean: 300}, patience: {law: exponential, mean: 300}}
"""
TARGETS = {"hotline": 0.8, "chat": 0.8}
HELD = {"writers": {"hotline": 2}}


def hour(writers: int = 12, more: str = "") -> Scenario:
    return read_scenario(HOUR % writers + more, "hour")


def test_agents_with_time_to_spare_are_let_take_what_is_short() -> None:
    found = proposals(hour(), TARGETS, HELD, "10:00", "11:00", seeds=3)
    best = found[0]
    assert (best.move.group, best.move.to, best.move.away) == ("writers", ("hotline",), ())
    assert best.move.agents >= 3
    assert best.before["hotline"].level < 0.5 < best.after["hotline"].level
    assert best.after["chat"].level >= 0.6
    assert [proposal.gain for proposal in found] == sorted((p.gain for p in found), reverse=True)


def test_nothing_is_proposed_where_nothing_is_short_or_nobody_can_help() -> None:
    assert proposals(hour(), {"chat": 0.5}, HELD, "10:00", "11:00", seeds=2) == []
    assert proposals(hour(), TARGETS, {}, "10:00", "11:00", seeds=2) == []


def test_blended_agents_are_moved_to_one_of_their_queues() -> None:
    text = HOUR.replace("callers: {count: 10", "callers: {count: 2").replace(
        "writers: {count: %d, skills: {chat: 3}}", "blended: {count: %d, skills: {chat: 3, hotline: 3, gas: 1}}"
    )
    text = text.replace("per_hour: 20,", "per_hour: 200,").replace("per_hour: 220,", "per_hour: 60,")
    scenario = read_scenario(text % 10, "hour")
    found = proposals(scenario, {"hotline": 0.8, "chat": 0.0}, {}, "10:00", "11:00", seeds=3)
    move = found[0].move
    assert (move.group, move.away, move.to) == ("blended", ("chat",), ("hotline",))
    assert move.skills == {"hotline": 3, "gas": 1}
    assert found[0].after["hotline"].level > found[0].before["hotline"].level
    assert found[0].after["chat"].level < found[0].before["chat"].level


def test_a_move_takes_agents_from_now_on_and_gives_them_back() -> None:
    move = Move("writers", 4, {"hotline": 2}, ("chat",), ("hotline",), "10:30")
    groups = moved(hour(), move, "10:00").groups
    assert {name: (g.count, g.start, g.end) for name, g in groups.items() if name.startswith("writers")} == {
        "writers": (8, "00:00", "48:00"),
        "writers, before": (4, "00:00", "10:00"),
        "writers, moved": (4, "10:00", "10:30"),
        "writers, back": (4, "10:30", "48:00"),
    }
    assert groups["writers, moved"].skills == {"hotline": 2}
    assert groups["writers, back"].skills == {"chat": 3}


def test_no_more_moves_are_tried_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Move] = []

    def note(scenario: Scenario, move: Move, now: str) -> Scenario:
        tried.append(move)
        return scenario

    monkeypatch.setattr("tandem.sim.dispatch.moved", note)
    found = proposals(hour(100), TARGETS, HELD | {"callers": {"chat": 1}}, "10:00", "11:00", seeds=2)
    assert found == [], "what changes nothing is not proposed"
    assert 3 < len(tried) <= MOST_TRIED
    assert max(move.agents for move in tried) <= 100


@pytest.mark.parametrize(
    ("away", "language", "says"),
    [
        (
            ("chat",),
            "en",
            "move 6 of blended from chat to hotline until 11:15: "
            "hotline: service level 71% -> 82%, mean wait 40 s -> 22 s; "
            "chat: service level 90% -> 85%, mean wait 9 s -> 31 s",
        ),
        ((), "en", "let 6 of blended take hotline too until 11:15: "),
        (
            ("chat",),
            "zh-CN",
            "将blended的6名坐席从chat调到hotline,至11:15:hotline:服务水平71% -> 82%,平均等待40秒 -> 22秒",
        ),
        ((), "zh-CN", "让blended的6名坐席同时接hotline,至11:15:"),
    ],
)
def test_proposals_are_told_in_words(away: tuple[str, ...], language: str, says: str) -> None:
    move = Move("blended", 6, {}, away, ("hotline",), "11:15")
    before = {"hotline": Effect(0.71, 40.0), "chat": Effect(0.9, 9.0), "mail": Effect(1.0, None)}
    after = {"hotline": Effect(0.82, 22.0), "chat": Effect(0.85, 31.0), "mail": Effect(1.0, None)}
    text = in_words(Proposal(move, 9.0, before, after), "zh-CN" if language == "zh-CN" else "en")
    assert text.startswith(says)
    assert "mail" not in text
