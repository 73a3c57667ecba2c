"""How well the wait can be told from the queue's length, or from the waits of others (Ibrahim and Whitt 2009)."""

from collections.abc import Mapping
from math import sqrt
from random import Random
from typing import Any

import msgspec

from tandem.acd.commands import RecordWait
from tandem.acd.settings import QueueSettings
from tandem.acd.waiting import estimated_wait
from tandem.sim.arrivals import poisson
from tandem.sim.model import Figures, centre, exponential, staff, steady
from tandem.sim.tally import mean
from tandem.sim.world import World

QUEUE = "calls"


class Load(msgspec.Struct):
    """Agents, and the load of each; the mean service time is the unit of time."""

    s: int
    rho: float


def wait_prediction(params: Mapping[str, Any], dice: Random, contacts: int) -> Figures:
    """The root of the mean squared error of three predictions for those who have to wait, and ratios of squares."""
    model = msgspec.convert(params, Load)
    rate = model.s * model.rho
    span = steady(contacts, rate, model.rho, 1.0)
    world = World(centre([QueueSettings(QUEUE)], staff(model.s)), exponential(dice, 1.0))
    world.expect(poisson(dice, rate, QUEUE))
    predictor = _Predictor(world, model.s)
    world.run(span.since)
    predictor.errors.clear()
    world.run(span.until)
    squares = [mean(error**2 for error in errors) for errors in zip(*predictor.errors, strict=True)]
    by_length, by_last, by_head = squares
    return {
        "rmse_QL": sqrt(by_length),
        "rmse_LES": sqrt(by_last),
        "rmse_HOL": sqrt(by_head),
        "ratio_LES": by_last / by_length,
        "ratio_HOL": by_head / by_length,
    }


class _Predictor:
    """Predicts when somebody begins to wait, and is told how long it was in the end."""

    def __init__(self, world: World, agents: int) -> None:
        self.errors: list[tuple[float, ...]] = []
        self._world = world
        self._agents = agents
        self._predicted: dict[str, tuple[float, ...]] = {}
        self._began: dict[str, float] = {}
        self._last_wait = 0.0
        world.watch(RecordWait, self._saw)
        world.on_wait = self._predict

    def _predict(self, contact: str, now: float) -> None:
        place = self._world.router.place(contact)
        assert place is not None
        first = next(iter(self._began.values()), now)
        self._began[contact] = now
        self._predicted[contact] = estimated_wait(place.position, 1.0, self._agents), self._last_wait, now - first

    def _saw(self, wait: RecordWait, now: float) -> None:
        self._last_wait = now - wait.enqueued_at
        self._began.pop(wait.contact, None)
        if predicted := self._predicted.pop(wait.contact, None):
            self.errors.append(tuple(value - self._last_wait for value in predicted))
