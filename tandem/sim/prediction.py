"""How well the router foretells waits, held against what happened, beside what the field tells callers.

Scored are those who had to wait and were answered; how long those who gave up would have waited is not known. The
predictors beside it are of Ibrahim and Whitt (2009): `last` tells the wait of the one of the queue who was answered
last of those who had to wait (last to enter service), `head` how long the first in the queue has waited (head of the
line), `length` the position times handling by agents at work.
"""

from collections.abc import Callable, Iterable, Sequence
from math import inf, sqrt
from typing import NamedTuple

from tandem.acd.commands import RecordWait
from tandem.acd.state import State
from tandem.acd.waiting import Place, estimated_wait
from tandem.sim.scenario import Scenario
from tandem.sim.tally import mean
from tandem.sim.trial import Trial
from tandem.sim.world import World

POSITIONS = ((1, 1), (2, 3), (4, 7), (8, 15), (16, 31), (32, inf))


class Foretold(NamedTuple):
    """One wait (seconds), the router's word on it when it began, and that of the others."""

    waited: float
    place: Place
    last: float
    head: float
    length: float


class Witness:
    """Asks the router about everyone who begins to wait in `world`, from `since` on, and sees what comes of it."""

    def __init__(self, world: World, since: float) -> None:
        self.seen: list[Foretold] = []
        self._world = world
        self._since = since
        self._last: dict[str, float] = {}
        self._began: dict[str, dict[str, float]] = {}
        self._told: dict[str, Foretold] = {}
        world.watch(RecordWait, self._saw)
        world.on_wait = self._asked

    def _asked(self, contact: str, now: float) -> None:
        place = self._world.router.place(contact, now)
        assert place is not None
        began = self._began.setdefault(place.queue, {})
        first = next(iter(began.values()), now)
        began[contact] = now
        if now >= self._since:
            length = self._by_length(place)
            self._told[contact] = Foretold(now, place, self._last.get(place.queue, 0.0), now - first, length)

    def _by_length(self, place: Place) -> float:
        state = self._world.router.snapshot()
        return estimated_wait(place.position, state.handling_of(place.queue), self._world.router.capacity(place.queue))

    def _saw(self, command: RecordWait, now: float) -> None:
        if self._began.get(command.queue, {}).pop(command.contact, None) is None:
            return
        told = self._told.pop(command.contact, None)
        if command.outcome == "answered":
            self._last[command.queue] = now - command.arrived_at
            if told:
                self.seen.append(told._replace(waited=now - told.waited))


def foretold(scenario: Scenario, days: int, learning: int = 0) -> list[Foretold]:
    """Everyone of so many days, one after the other, who waited from `measure_from` on, and was answered.

    What the router learns on a day it knows on the next; what it said on the first days, the `learning` ones, is left
    out. Seeds are 1, 2, ...
    """
    seen: list[Foretold] = []
    taught: State | None = None
    for seed in range(1, days + learning + 1):
        day = Trial(scenario, seed)
        state = day.world.router.snapshot()
        if taught:
            state.handling, state.handled = taught.handling, taught.handled
            state.patience, state.experience = taught.patience, taught.experience
            for experience in (one for tiers in state.experience.values() for one in tiers.values()):
                experience.asked_at, experience.last_wait = None, 0.0
        taught = state
        witness = Witness(day.world, scenario.measured_since)
        day.run()
        seen += witness.seen if seed > learning else []
    return seen


def rmse(errors: Iterable[float]) -> float:
    """The root of the mean of the squares."""
    return sqrt(mean(error**2 for error in errors))


def covered(seen: Sequence[Foretold]) -> float:
    """The share of the waits that lay in the range told."""
    return mean(wait.place.earliest <= wait.waited <= wait.place.latest for wait in seen)


class Score(NamedTuple):
    """Of so many waits: their mean, and the root mean squared errors of the router and of the other predictors
    (seconds); `bias` is by how much the router said too much; `covered` as above."""

    waits: int
    mean: float
    bias: float
    router: float
    last: float
    head: float
    length: float
    covered: float


def score(seen: Sequence[Foretold]) -> Score:
    """How good the predictions of these waits were."""

    def error(told: Callable[[Foretold], float]) -> float:
        return rmse(told(wait) - wait.waited for wait in seen)

    return Score(
        len(seen),
        mean(wait.waited for wait in seen),
        mean(wait.place.estimated_wait - wait.waited for wait in seen),
        error(lambda wait: wait.place.estimated_wait),
        error(lambda wait: wait.last),
        error(lambda wait: wait.head),
        error(lambda wait: wait.length),
        covered(seen),
    )


def scores(seen: Sequence[Foretold]) -> dict[str, Score]:
    """Of all, by queue, and by the position at which the wait began."""
    by_queue = {queue: [w for w in seen if w.place.queue == queue] for queue in sorted({w.place.queue for w in seen})}
    by_position = {_named(*ends): [w for w in seen if ends[0] <= w.place.position <= ends[1]] for ends in POSITIONS}
    return {name: score(waits) for name, waits in ({"all": seen} | by_queue | by_position).items() if waits}


def _named(low: int, high: float) -> str:
    return f"position {low} to {high}" if high < inf else f"position {low} and more"


def lines_of(found: dict[str, Score]) -> list[str]:
    """The scores as text, in columns."""
    titles = ("waits", "mean s", "bias s", "router", "last", "head", "length", "router/last", "covered")
    lines = [f"{'root mean squared errors, seconds':34}" + "".join(f"{title:>12}" for title in titles)]
    for name, one in found.items():
        numbers = (one.mean, one.bias, one.router, one.last, one.head, one.length)
        ratio = f"{one.router / one.last:.3f}" if one.last else "-"
        row = "".join(f"{number:12.1f}" for number in numbers)
        lines.append(f"{name:34}{one.waits:12}{row}{ratio:>12}{one.covered:12.1%}")
    return lines
