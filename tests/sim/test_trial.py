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


def test_who_is_called_back_is_on_the_line_and_never_put_back_even_where_work_can_wait() -> None:
    text = "queues: {q: {channel: mail}}\ngroups: {g: {breaks: [{at: '00:01', lasts: 60}]}}\n"
    found = of_queue(text + come("at: 0, patience: 0, talk: 100, leaves: called_back"))
    assert (found["called back"], found["attempts to call back"]) == (1, 1)


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


def test_whom_the_plan_moves_waits_on_in_the_other_queue_and_counts_for_the_first() -> None:
    text = """
queues: {q: {needs: {a: 1}, plan: [{after: 20, move: other}]}, other: {needs: {b: 1}, wrap_up_seconds: 0}}
groups: {g: {skills: {a: 1}}, h: {count: 1, skills: {b: 1}}}
"""
    found = day(text + come("at: 0, talk: 500", "at: 10"))
    assert found.queues()["q"]["answered"] == 2
    assert found.queues()["q"]["mean wait of the answered"] == 10
    assert found.queues()["q"]["otherwise ended"] == 0
    assert found.agents()["h 0"]["contacts"] == 1


CALLS_BACK = """
queues: {q: {callback: {ring_seconds: 25, tries: %d, no_answer: {minutes: 10, tries: 2}, busy: {minutes: 1, tries: 3}}}}
"""
BOOKED = "at: 0, patience: 0, leaves: called_back, talk: 60"


def test_a_customer_who_does_not_answer_is_tried_again_by_the_rule() -> None:
    text = CALLS_BACK % 5 + come("at: 0, talk: 100", BOOKED, more=", callback_attempts: {no_answer: 1}")
    found = day(text).queues()["q"]
    assert (found["callbacks taken"], found["attempts to call back"], found["callbacks not reached"]) == (1, 2, 1)
    assert found["callbacks kept"] == 0
    assert found["offered"] == 2
    # The agent talked for 100 s and waited twice for 25 s until nobody answered.
    assert day(text).groups()["g"]["occupancy"] == pytest.approx(150 / 3600)


def test_a_line_that_is_busy_costs_the_agent_no_time_and_its_own_rule_counts() -> None:
    text = CALLS_BACK % 5 + come(BOOKED, more=", callback_attempts: {busy: 1}")
    assert day(text).queues()["q"]["attempts to call back"] == 3
    assert day(text).groups()["g"]["occupancy"] == 0
    assert day(text.replace("tries: 5", "tries: 2")).queues()["q"]["attempts to call back"] == 2


def test_a_callback_that_is_reached_waits_until_its_customer_answers() -> None:
    text = come("at: 0, talk: 100", BOOKED.replace("at: 0", "at: 10"), more=", callback_answer_after: 8")
    found = day(text).queues()["q"]
    assert (found["callbacks kept"], found["mean wait for the callback"], found["answered"]) == (1, 98, 1)
    assert found["offered"] == 2


def test_a_callback_that_expires_is_over() -> None:
    text = CALLS_BACK % 5 + come("at: 0, talk: 3000", BOOKED.replace("at: 0", "at: 10"))
    assert day(text).queues()["q"]["callbacks kept"] == 1
    early = day(text.replace("ring_seconds: 25", "ring_seconds: 25, expire_hours: 0.5")).queues()["q"]
    assert (early["callbacks not reached"], early["attempts to call back"], early["still waiting"]) == (1, 0, 0)


def test_a_callback_that_sleeps_at_the_end_still_waits() -> None:
    text = CALLS_BACK % 5 + come(BOOKED.replace("at: 0", "at: 3590"), more=", callback_attempts: {no_answer: 1}")
    found = of_queue(text.replace("minutes: 10", "minutes: 90"))
    assert (found["still waiting"], found["callbacks not reached"]) == (1, 0)


def test_what_else_a_plan_offers_takes_people_out_of_the_queue() -> None:
    def told(way: str, share: str) -> Figures:
        plan = f"queues: {{q: {{plan: [{{after: 30, offer: {way}}}]}}}}\n"
        return of_queue(plan + come("at: 0, talk: 500", "at: 5, talk: 60", more=f", {share}"))

    link = told("link", "link: 1")
    assert (link["links taken"], link["otherwise ended"], link["answered"]) == (1, 1, 1)
    assert told("link", "link: 0")["answered"] == 2
    voicemail = told("voicemail", "voicemail: 1")
    assert (voicemail["voicemails left"], voicemail["voicemails heard"], voicemail["answered"]) == (1, 1, 1)
    assert voicemail["mean wait of a voicemail"] == 500 - 35
    assert voicemail["offered"] == voicemail["answered"] + voicemail["otherwise ended"]


def test_who_goes_on_in_a_chat_is_somebody_new_there() -> None:
    text = """
queues: {q: {needs: {a: 1}, plan: [{after: 30, offer: chat}]}, online: {needs: {b: 1}, wrap_up_seconds: 0}}
groups: {g: {skills: {a: 1}}, h: {count: 1, skills: {b: 1}}}
contacts:
  q: {recorded: [{at: 0, talk: 500}, {at: 5, tier: gold}], chat: {share: 1, queue: online}}
  online: {handling: {law: fixed, mean: 40}}
"""
    found = day(text)
    assert found.queues()["q"]["chats taken"] == 1
    assert found.queues()["online"]["answered"] == 1
    assert found.queues()["online"]["mean wait of the answered"] == 0
    assert found.agents()["h 0"]["contacts"] == 1


def test_tiers_stand_beside_each_other() -> None:
    text = "queues: {q: {head_starts: {gold: 90}}}\n" + come("at: 0", "at: 1", "at: 2, tier: gold")
    found = day(text).tiers()
    assert found["q, tier gold"]["mean wait of the answered"] == 58
    assert found["q, tier none"]["mean wait of the answered"] == 59.5
    assert found["q, tier gold"]["mean wait / that of the queue"] == pytest.approx(58 / 59)
    assert day(come("at: 0", "at: 1")).tiers() == {}


def test_every_agent_has_figures_of_their_own() -> None:
    found = day("groups: {g: {count: 3}}\n" + come("at: 0, talk: 1800", "at: 1, talk: 900")).agents()
    assert [own["occupancy"] for own in found.values()] == [0.5, 0.25, 0.0]
    assert [own["contacts"] for own in found.values()] == [1, 1, 0]
    assert found["g 0"]["hours"] == 1


def test_jains_index_by_hand() -> None:
    found = of_queue(come("at: 0", "at: 10"))  # waits 0 and 50
    assert found["Jain's index of waits"] == 50**2 / (2 * 50**2)
    shares = day("groups: {g: {count: 2}}\n" + come("at: 0, talk: 1800")).groups()["g"]
    assert shares["Jain's index of idle shares"] == pytest.approx(1.5**2 / (2 * 1.25))


def test_every_formula_that_leaves_others_out() -> None:
    plan = "queues: {q: {plan: [{after: 30, offer: link}]}}\n"
    found = of_queue(
        plan + come("at: 0, talk: 500", "at: 5", "at: 6, patience: 5", "at: 7, patience: 25", more=", link: 1")
    )
    assert found["offered"] == 4
    assert found["service level: answered in target / (answered + abandoned)"] == 1 / 3
    assert found["service level: (answered + abandoned) in target / (answered + abandoned)"] == 2 / 3


def test_what_never_leaves_is_served_whatever_the_patience() -> None:
    text = come("at: 0, talk: 500", "at: 1, leaves: ''", more=", patience: {law: fixed, mean: 9}")
    assert of_queue(text)["answered"] == 2


def test_another_outcome_than_giving_up_and_an_older_age() -> None:
    found = of_queue(come("at: 0, talk: 100", "at: 1, patience: 9, leaves: overflowed_out", "at: 50, since_before: 30"))
    assert (found["otherwise ended"], found["abandoned"]) == (1, 0)
    assert found["wait, 99 %"] == 80
