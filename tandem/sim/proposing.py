"""From the moves that surely help to proposals that the plane can apply."""

from msgspec.structs import replace

from tandem.control.dispatch.loan import Change, Figure, Proposal
from tandem.control.dispatch.loan import Effect as Expected
from tandem.control.dispatch.outlook import TARGET, Situation
from tandem.sim.dispatch import LANGUAGES, MOST_TRIED, Effect, in_words, proposals
from tandem.sim.dispatch import Proposal as Found
from tandem.sim.floor import Floor
from tandem.sim.quarters import Day
from tandem.sim.scenario import Scenario
from tandem.sim.statistics import Estimate

MOST_CONTACTS = 200_000
"""Simulated for one outlook, about; it bounds the seeds, of which there are FEWEST to MOST, and then the moves that are
tried, FEWEST_TRIED at least."""
FEWEST, MOST = 2, 10
FEWEST_TRIED = 2
MOST_PROPOSED = 5
NUMBERS = 100
"""Proposals of one second have numbers of their own."""


def proposed(situation: Situation, hour: Scenario, floor: Floor, day: Day, until: float) -> tuple[Proposal, ...]:
    """The best moves until then (epoch seconds), each with a number that no other proposal ever has."""
    targets = {queue: situation.targets.get(queue, TARGET) for queue in hour.contacts}
    now, clock = day.clock(situation.now), day.clock(until)[:5]
    comes = max(sum(sum(contacts.by_quarter_hour) for contacts in hour.contacts.values()), 1.0)
    seeds = max(FEWEST, min(MOST, int(MOST_CONTACTS / ((MOST_TRIED + 1) * comes))))
    most = max(FEWEST_TRIED, min(MOST_TRIED, int(MOST_CONTACTS / (seeds * comes)) - 1))
    found = proposals(hour, targets, floor.held_back, now, clock, seeds, tuple(floor.members), most)
    first = int(situation.now) * NUMBERS
    return tuple(_proposal(one, first + at, until, floor, hour) for at, one in enumerate(found[:MOST_PROPOSED]))


def _proposal(found: Found, number: int, until: float, floor: Floor, hour: Scenario) -> Proposal:
    move, own = found.move, hour.groups[found.move.group].skills
    changes = (
        Change(queue, _expected(before), _expected(found.after[queue]))
        for queue, before in found.before.items()
        if found.after[queue] != before
    )
    return Proposal(
        number=number,
        group=move.group,
        agents=move.agents,
        members=floor.members[move.group],
        gives={skill: level for skill, level in move.skills.items() if skill not in own},
        takes=tuple(skill for skill in own if skill not in move.skills),
        away=move.away,
        to=move.to,
        until=until,
        gain=_figure(Estimate(found.gain, found.gain_within)),
        changes=tuple(changes),
        words={language: in_words(found, language) for language in LANGUAGES},
    )


def _expected(effect: Effect) -> Expected:
    level = _figure(Estimate(effect.level, effect.level_within))
    bounded = replace(level, low=max(level.low, 0.0), high=min(level.high, 1.0))
    return Expected(bounded, None if effect.wait is None else _wait(Estimate(effect.wait, effect.wait_within)))


def _wait(wait: Estimate) -> Figure:
    found = _figure(wait)
    return replace(found, low=max(found.low, 0.0))


def _figure(found: Estimate) -> Figure:
    return Figure(found.mean, found.mean - found.half_width, found.mean + found.half_width)
