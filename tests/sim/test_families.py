"""How the models are built."""

from collections import Counter

from tandem.sim.families.erlang import busiest
from tandem.sim.families.skills import agent_of
from tandem.sim.model import steady


def test_the_agents_of_wallace_and_whitt_share_their_further_skills_evenly() -> None:
    crowd = [agent_of(team, number, 2) for team in range(6) for number in range(15)]
    second = Counter((max(a.skills, key=a.skills.__getitem__), min(a.skills, key=a.skills.__getitem__)) for a in crowd)
    assert len(crowd) == len({agent.name for agent in crowd})
    assert set(second.values()) == {3}
    assert len(second) == 30


def test_an_agent_with_six_skills_has_each_type_at_a_level_of_its_own() -> None:
    agent = agent_of(4, 7, 6)
    assert agent.skills["4"] == 6
    assert sorted(agent.skills) == list("012345")
    assert sorted(agent.skills.values()) == [1, 2, 3, 4, 5, 6]


def test_a_busier_system_is_watched_for_longer_and_a_light_one_for_as_long_as_was_asked() -> None:
    assert steady(1000, 10.0, 0.5, 1.0).length == 100
    assert steady(1000, 10.0, 0.99, 1.0).length > steady(1000, 10.0, 0.9, 1.0).length > 100
    assert steady(1000, 10.0, 0.5, 0.01).since >= 300


def test_a_queue_with_few_places_never_counts_as_busy() -> None:
    assert busiest(0) == 0
    assert busiest(9) == 0.9
