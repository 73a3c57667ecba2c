"""What becomes of those who wait in a queue: steps, by time waited and by condition.

A step widens who may serve (another need, a team, a vendor), raises the priority, offers the contact another way, or
moves it to another queue. What it says holds for everyone in the queue, those who came before it was written too.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from tandem.acd.needs import Needs, either, member_of, need_of
from tandem.expression import ExpressionError, Term
from tandem.said import said, said_by

Measure = Literal["estimated_wait", "service_level", "length", "agents_ready"]
Way = Literal["callback", "chat", "link", "voicemail"]

OF_AGENTS = frozenset({"agents_ready", "estimated_wait"})
"""The measures that change when agents come, go, or have room for more."""

_BAD_WHEN_LOW = frozenset({"service_level", "agents_ready"})


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Begins to hold when the measure of the queue reaches `on`, and ends when it is back at `off`.

    Without `off` it ends when the measure is not at `on` any more.
    `estimated_wait` (seconds, of one who would come now) and `length` (unanswered contacts) begin at `on` or more,
    `service_level` (0 to 1, of the present quarter-hour and the one before) and `agents_ready` at `on` or less. Agents
    whom only a step lets serve the queue are not counted. The estimate is that of waiting.estimated_wait: the one that
    callers are told looks at all lines, which costs too much after every event.
    """

    measure: Measure
    on: float
    off: float | None = None

    def __post_init__(self) -> None:
        off = self.on if self.off is None else self.off
        if (off < self.on) if self.is_low else (off > self.on):
            if self.is_low:
                raise ValueError(said("off must be at least {on:g}, which is on", on=self.on))
            raise ValueError(said("off must be at most {on:g}, which is on", on=self.on))

    def holds(self, value: float, held: bool) -> bool:
        """Whether it holds now that the measure has this value, when it `held` just before."""
        if held and self.off not in (None, self.on):
            return value < self.off if self.is_low else value > self.off
        return value <= self.on if self.is_low else value >= self.on

    @property
    def is_low(self) -> bool:
        """Whether it is little that begins it, not much."""
        return self.measure in _BAD_WHEN_LOW


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In force for a contact that has waited for `after` seconds (by its age), and while `when` holds.

    `needs` takes the place of the queue's own; `team` and `vendor` let others serve whatever their skills are;
    `priority` is added. `offer` and `move` (to a queue that the contact has not been in) are done once.
    """

    after: float = 0.0
    when: Condition | None = None
    needs: Needs | None = None
    team: str = ""
    vendor: str = ""
    priority: int = 0
    offer: Way | None = None
    move: str = ""

    def __post_init__(self) -> None:
        try:
            need_of(self.needs or {})
        except ExpressionError as error:
            raise ValueError(said("needs: {error}", error=said_by(error))) from error


Plan = tuple[Step, ...]


def need_in(needs: Needs, steps: Plan) -> Term:
    """What a queue that asks for `needs` asks for while these steps of its plan are in force."""
    own = [step.needs for step in steps if step.needs is not None]
    terms = [need_of(own[-1] if own else needs)]
    terms += [member_of("team", step.team) for step in steps if step.team]
    terms += [member_of("vendor", step.vendor) for step in steps if step.vendor]
    return either(terms)


def widest(needs: Needs, plan: Plan) -> Term:
    """Met by whoever may ever serve a queue that asks for `needs` and has this plan."""
    own = [need_of(step.needs) for step in plan if step.needs is not None]
    return either([need_in(needs, tuple(step for step in plan if step.needs is None)), *own])


PARTS = {
    "needs": "needs {}",
    "anybody": "anybody",
    "team": "team {}",
    "vendor": "vendor {}",
    "priority": "priority {:+}",
    "offer": "offer {}",
    "move": "move to {}",
    "nothing": "nothing",
}


def describe(step: Step, texts: Mapping[str, str] = PARTS) -> str:
    """What the step does, as a short text: `needs tv >= 1, team blended`; `texts` are the same in another language."""
    parts = {
        "needs": _short(step.needs) if isinstance(step.needs, dict) else step.needs,
        "anybody": step.needs is not None and not step.needs,
        "team": step.team,
        "vendor": step.vendor,
        "priority": step.priority,
        "offer": step.offer,
        "move": step.move,
    }
    return ", ".join(texts[name].format(value) for name, value in parts.items() if value) or texts["nothing"]


def _short(needs: dict[str, int]) -> str:
    return " and ".join(f"{skill} >= {level}" for skill, level in needs.items())
