"""What was recorded of a day that is told as a scenario: its own figures, to stand beside those of a trial."""

from collections.abc import Iterable

from tandem.sim.diary import ALL, Figures, Stay, figures
from tandem.sim.scenario import Recorded, Scenario

UNKNOWN = frozenset({"called back", "callbacks not reached", "callbacks kept", "attempts to call back"})
"""A scenario says who took a callback, not what came of it."""


def figures_of(scenario: Scenario) -> dict[str, Figures]:
    """By queue and of all. Empty where it isn't known of every contact how it ended."""
    known = {name: contacts.recorded for name, contacts in scenario.contacts.items()}
    if not all(known.values()) or not all(_has_ended(one) for recorded in known.values() for one in recorded):
        return {}
    stays = {name: _stay(scenario.queues[name].service_level_seconds, recorded) for name, recorded in known.items()}
    found = {name: figures([stay]) for name, stay in stays.items()} | {ALL: figures(list(stays.values()))}
    return {scope: {name: value for name, value in own.items() if name not in UNKNOWN} for scope, own in found.items()}


def _has_ended(one: Recorded) -> bool:
    return one.served_itself or one.patience is not None or one.talk is not None


def _stay(target: float, recorded: Iterable[Recorded]) -> Stay:
    stay = Stay(target)
    for one in recorded:
        stay.contacts += 1
        if one.served_itself:
            stay.self_served += 1
        elif one.patience is None:
            stay.answered.append(one.since_before + one.endured)
        elif one.leaves == "abandoned":
            stay.abandoned.append(one.since_before + one.patience)
        elif one.leaves == "called_back":
            stay.taken["callback"] += 1
        else:
            stay.others += 1
    return stay
