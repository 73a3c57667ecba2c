"""A day of a scenario, told by hand and held against exact values."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sim.diary import Diary, Figures
from tandem.sim.reading import ScenarioError, read_change, read_scenario
from tandem.sim.report import lines_of, rehearse
from tandem.sim.scenario import Scenario
from tandem.sim.trial import trial

BASE = read_scenario(
    """
queues: {q: {wrap_up_seconds: 0}}
groups: {g: {count: 1}}
contacts: {q: {handling: {law: fixed, mean: 60}}}
end: "01:00"
""",
    "base",
)


def changed(text: str) -> Scenario:
    return read_change(text, "change", BASE)


def day(text: str) -> Diary:
    return trial(changed(text), 1)


def of_queue(text: str) -> Figures:
    return day(text).queues()["q"]


def come(*recorded: str, more: str = "") -> str:
    return f"contacts: {{q: {{recorded: [{', '.join(f'{{{one}}}' for one in recorded)}]{more}}}}}\n"


def test_every_formula_of_the_service_level_by_hand() -> None:
    # Waits 0 and 50 are answered, one at 25 (target 20) and one at 5 give up.
    found = of_queue(come("at: 0", "at: 10", "at: 20, patience: 25", "at: 30, patience: 5"))
    assert found["offered"] == 4
    assert found["service level: answered in target / offered"] == 1 / 4
    assert found["service level: answered in target / (offered - abandoned in target)"] == 1 / 3
    assert found["service level: (answered + abandoned) in target / offered"] == 2 / 4
    assert found["service level: answered in target / answered"] == 1 / 2
    assert found["abandonment"] == 2 / 4
    assert found["mean wait of the answered"] == 25
    assert found["mean wait of the abandoned"] == 15
    assert (found["wait, 50 %"], found["wait, 99 %"]) == (50, 50)
    assert found["spread of waits"] == 1


def test_what_is_not_defined_is_left_out() -> None:
    found = of_queue("name: nobody comes")
    assert found["offered"] == 0
    assert "abandonment" not in found
    assert "mean wait of the answered" not in found


def test_contacts_before_the_measured_part_are_not_counted_but_served() -> None:
    text = come("at: 0", "at: 890, talk: 100", "at: 910") + 'measure_from: "00:15"'
    assert of_queue(text)["offered"] == 1
    assert of_queue(text)["mean wait of the answered"] == 80
    assert day(text).groups()["g"]["occupancy"] == pytest.approx(150 / 2700)


def test_who_gave_up_comes_again() -> None:
    text = come("at: 0, talk: 100", "at: 1, patience: 9", more=", redial: {probability: 1, after: 50}")
    found = of_queue(text)
    # The second gives up at 10, 69, 128 (after 9 s each): at 60 and 119 again, and the agent is free from 100 on.
    assert (found["contacts"], found["redials"], found["offered"], found["abandoned"]) == (2, 2, 4, 2)


def test_self_service_takes_its_share_before_the_queue() -> None:
    found = of_queue("contacts: {q: {per_hour: 4000, self_service: 0.75, patience: {law: fixed, mean: 1}}}")
    assert found["self-served"] == pytest.approx(0.75, abs=0.03)
    assert found["offered"] == pytest.approx(found["contacts"] * (1 - found["self-served"]))


def test_a_callback_keeps_the_place_and_waits_for_ever() -> None:
    plan = "queues: {q: {plan: [{after: 30, offer: callback}]}}\n"
    text = plan + come("at: 0, talk: 500", "at: 5, patience: 40", more=", callback: 1")
    found = of_queue(text)
    assert (found["callbacks taken"], found["callbacks kept"], found["abandoned"]) == (1, 1, 0)
    assert found["mean wait for the callback"] == 495
    assert of_queue(text.replace("callback: 1", "callback: 0"))["abandoned"] == 1


def test_shifts_and_breaks_keep_agents_from_contacts() -> None:
    shift = 'groups: {g: {start: "00:10", end: "00:40", breaks: [{at: "00:20", lasts: 300}]}}\n'
    found = of_queue(shift + come("at: 0", "at: 1230", "at: 2395", "at: 2410", more=""))
    assert found["mean wait of the answered"] == (600 + 270 + 0) / 3
    assert found["still waiting"] == 1


def test_the_breaks_of_a_group_are_spread() -> None:
    text = 'groups: {g: {count: 2, breaks: [{at: "00:10", lasts: 300, spread: 600}]}}\n'
    # One pauses from 600 to 900, the other from 900 to 1200: somebody is always there.
    assert of_queue(text + come("at: 700", "at: 1000"))["mean wait of the answered"] == 0
    assert day(text + come("at: 700")).groups()["g"]["agent hours"] == pytest.approx((7200 - 600) / 3600)


def test_who_does_not_pick_up_is_paused_and_comes_back() -> None:
    text = "queues: {q: {ring_seconds: 15, misses_before_pause: 1}}\ngroups: {g: {no_answer: 1, returns_after: 100}}\n"
    found = of_queue(text + come("at: 0"))
    assert found["still waiting"] == 1
    paused = day(text + come("at: 0, patience: 500")).groups()["g"]
    assert paused["agent hours"] < 1


def test_a_ringing_phone_is_part_of_the_wait() -> None:
    assert of_queue("groups: {g: {answer_after: 4}}\n" + come("at: 10"))["mean wait of the answered"] == 4


def test_handling_is_by_group_and_queue() -> None:
    assert of_queue("groups: {g: {handling_factor: 2}}\n" + come("at: 0", "at: 1"))["wait, 99 %"] == 119
    law = "groups: {g: {handling_factor: 2, handling: {q: {law: fixed, mean: 10}}}}\n"
    assert of_queue(law + come("at: 0", "at: 1"))["wait, 99 %"] == 9


def test_a_tier_gets_its_head_start() -> None:
    text = "queues: {q: {head_starts: {gold: 90}}}\n" + come("at: 0", "at: 1", "at: 2, tier: gold")
    waits = of_queue(text)
    assert waits["mean wait of the answered"] == (0 + 58 + 119) / 3
    assert of_queue("contacts: {q: {per_hour: 50, tiers: {gold: 0.5}}}")["offered"] > 20


def test_the_tiers_have_their_shares() -> None:
    gold = "queues: {q: {head_starts: {gold: 3000}}}\ncontacts: {q: {per_hour: 70, tiers: {gold: %s}}}"
    spreads = [of_queue(gold % share)["spread of waits"] for share in (0, 0.3, 1)]
    assert spreads[0] == spreads[2] < spreads[1]


def test_arrivals_by_quarter_hour_follow_the_counts() -> None:
    found = of_queue("contacts: {q: {by_quarter_hour: [0, 0, 400, 0], patience: {law: fixed, mean: 1}}}")
    assert found["contacts"] == pytest.approx(400, abs=80)


BUSY = """
queues: {q: {plan: [{after: 40, offer: callback}]}}
groups: {g: {count: %d, no_answer: 0.2, answer_after: 2, end: "00:50"}}
contacts: {q: {per_hour: %d, patience: {law: exponential, mean: 60}, callback: 0.4, self_service: 0.2,
           redial: {probability: 0.5, after: 30}}}
"""


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6), st.integers(0, 600), st.integers(1, 1000))
def test_what_was_offered_is_what_became_of_it(agents: int, per_hour: int, seed: int) -> None:
    found = trial(changed(BUSY % (agents, per_hour)), seed).queues()["q"]
    ends = ("answered", "abandoned", "called back", "otherwise ended", "still waiting")
    assert found["offered"] == sum(found[name] for name in ends)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    seen: list[Callable[[], dict[str, Figures]]] = [trial(changed(BUSY % (3, 200)), seed).queues for seed in (1, 1, 2)]
    assert seen[0]() == seen[1]() != seen[2]()


def test_reports_stand_side_by_side() -> None:
    reports = [rehearse(changed(BUSY % (agents, 200) + f"name: with {agents}"), 3) for agents in (3, 4)]
    text = "\n".join(lines_of(*reports))
    assert "with 3" in text
    assert "with 4" in text
    level = reports[0].queues["q"]["service level: answered in target / offered"]
    assert (
        0 < level.half_width < level.mean < reports[1].queues["q"]["service level: answered in target / offered"].mean
    )


def test_a_wait_as_long_as_the_target_is_in_target() -> None:
    found = of_queue(come("at: 0", "at: 40"))
    assert found["service level: answered in target / offered"] == 1


def test_what_was_endured_comes_before_the_patience_that_is_drawn() -> None:
    text = come("at: 0, talk: 500", "at: 10, endured: 300", more=", patience: {law: fixed, mean: 20}")
    assert of_queue(text)["mean wait of the abandoned"] == 320


def test_nobody_comes_again_after_the_end() -> None:
    text = come("at: 3500, talk: 100", "at: 3501, patience: 9", more=", redial: {probability: 1, after: 100}")
    assert of_queue(text)["redials"] == 0


def test_a_group_serves_several_chats_at_once_at_its_own_pace() -> None:
    chats = "queues: {q: {channel: chat}}\ngroups: {g: {slow_down: [1, 2]}}\nchannels: {chat: {cost: 50}}\n"
    found = of_queue(chats + come("at: 0", "at: 30", "at: 31"))
    # The first is over at 90 (see test_world), and only then the third begins.
    assert found["wait, 99 %"] == 59
    assert of_queue(chats.replace("2]", "1]") + come("at: 0", "at: 30", "at: 31"))["wait, 99 %"] == 29
    dearer = chats.replace("slow_down: [1, 2]", "costs: {chat: 100}")
    assert of_queue(dearer + come("at: 0", "at: 30", "at: 31"))["wait, 99 %"] == 89


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("queues: {q: {channel: fax}}", "queues.q.channel: there is no channel 'fax'"),
        ("groups: {g: {costs: {fax: 3}}}", "groups.g.costs.fax: there is no such channel"),
        ("groups: {g: {costs: {chat: 0}}}", "costs.chat: 0 is no cost"),
        ("channels: {chat: {cost: 101}}", "101 is no cost"),
        ("channels: {chat: {price: 1}}", "is not known here"),
    ],
)
def test_a_channel_that_cannot_be_is_told(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(told)):
        changed(text)
