"""How good the router's own estimate of the wait is, when it has to learn everything by itself."""

from math import sqrt
from pathlib import Path
from random import Random

from tandem.acd.commands import RecordWait
from tandem.acd.settings import QueueSettings
from tandem.acd.waiting import Place, estimated_wait
from tandem.sim.arrivals import poisson
from tandem.sim.model import centre, exponential, staff
from tandem.sim.prediction import Foretold, foretold, lines_of, score, scores
from tandem.sim.reading import read_scenario
from tandem.sim.world import World

AGENTS, RATE = 20, 0.96 * 20 / 180.0
"""Handling of 180 s in the mean; nobody tells the router, which expects 100 s at first."""


def test_the_estimate_is_near_the_exact_formula_and_its_range_covers_six_of_ten() -> None:
    dice = Random(7)
    world = World(
        centre([QueueSettings("q", expected_handling_seconds=100.0)], staff(AGENTS)), exponential(dice, 1 / 180)
    )
    world.expect(poisson(dice, RATE, "q"))
    told: dict[str, tuple[float, Place]] = {}
    seen: list[tuple[float, Place]] = []

    def asked(contact: str, now: float) -> None:
        place = world.router.place(contact, now)
        assert place is not None
        told[contact] = now, place

    def ended(wait: RecordWait, now: float) -> None:
        if wait.contact in told:
            since, place = told.pop(wait.contact)
            seen.append((now - since, place))

    world.on_wait = asked
    world.watch(RecordWait, ended)
    world.run(20_000)
    seen.clear()
    world.run(400_000)
    error = sqrt(sum((wait - place.estimated_wait) ** 2 for wait, place in seen) / len(seen))
    exact = sqrt(sum((wait - estimated_wait(p.position, 180.0, AGENTS)) ** 2 for wait, p in seen) / len(seen))
    covered = sum(place.earliest <= wait <= place.latest for wait, place in seen) / len(seen)
    assert error < 1.03 * exact
    assert 0.58 <= covered <= 0.62


MULTI_SKILL = Path("tandem/sim/scenarios/multi_skill.yaml")


def test_with_several_skills_it_errs_at_most_three_quarters_as_much_as_the_last_wait() -> None:
    found = scores(foretold(read_scenario(MULTI_SKILL.read_text(), str(MULTI_SKILL)), days=2, learning=3))
    everyone = found["all"]
    assert everyone.waits > 4000
    assert everyone.router <= 0.75 * min(everyone.last, everyone.head)
    assert everyone.router < everyone.length
    assert 0.57 <= everyone.covered <= 0.63
    assert abs(everyone.bias) < 0.1 * everyone.mean
    for queue in ("billing", "orders", "service", "technical"):
        assert found[queue].router <= 0.75 * found[queue].last
        assert 0.54 <= found[queue].covered <= 0.66
    for position in ("position 1 to 1", "position 2 to 3", "position 4 to 7", "position 8 to 15"):
        assert found[position].router <= 0.75 * found[position].last
        assert 0.54 <= found[position].covered <= 0.66


def told(waited: float, mean: float, last: float = 0.0) -> Foretold:
    return Foretold(waited, Place("q", 1, mean, 0.0, mean / 2, mean * 2), last, 0.0, 0.0)


def test_a_score_is_made_of_the_errors() -> None:
    found = score([told(10.0, 13.0, 10.0), told(30.0, 26.0, 20.0), told(90.0, 40.0, 90.0)])
    assert (found.waits, found.last, found.covered) == (3, sqrt(100 / 3), 2 / 3)
    assert found.router == sqrt((9 + 16 + 2500) / 3)
    assert found.bias == -17
    assert lines_of({"all": found})[1].split()[:3] == ["all", "3", "43.3"]
