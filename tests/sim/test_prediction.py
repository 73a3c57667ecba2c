"""How good the router's own estimate of the wait is, when it has to learn handling times by itself."""

from math import sqrt
from random import Random

from tandem.acd.commands import RecordWait
from tandem.acd.settings import QueueSettings
from tandem.acd.waiting import Place, estimated_wait
from tandem.sim.arrivals import poisson
from tandem.sim.model import centre, exponential, staff
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
