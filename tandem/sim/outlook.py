"""The rest of the day for an operator: forecast, staff and proposals, from how the floor is and what past days knew."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from math import ceil
from typing import NamedTuple

from msgspec.structs import asdict

from tandem.acd.matching import meets
from tandem.acd.plan import need_in
from tandem.acd.settings import ATTENTION, QueueSettings
from tandem.control.dispatch.outlook import TARGET, GroupOutlook, Outlook, Quarter, QueueOutlook, Situation
from tandem.sim.arrivals import QUARTER_SECONDS
from tandem.sim.floor import Floor, floor_of
from tandem.sim.forecast import FEW_DAYS, Forecast, forecast, staff_needed
from tandem.sim.laws import ENDLESS, Law, patience_of
from tandem.sim.proposing import proposed
from tandem.sim.quarters import QUARTERS, Day
from tandem.sim.scenario import Channel, Contacts, Queue, Scenario, as_kind, clock_of
from tandem.sim.staffing import OutOfReachError, least_staff

AHEAD = 5
"""Quarter-hours, this one among them, that moves are tried for."""
WEEKS = 8
MOST_DAYS = 28
"""Days before today that are looked at: the same days of the week, or all of the last four weeks."""
HIGHEST_TARGET = 0.99
"""No formula knows how many agents answer everybody in time."""
PATIENT = 3600.0
"""Seconds after which those give up of whom nobody ever did, for the formula."""
MOST_STAFFED = 2000
"""Contacts until the outlook's end past which no staff is sought by simulation: it would take too long."""
STAFF_SEEDS = 2


class Known(NamedTuple):
    """What the records know of a queue. `arrivals`: by the begin of a quarter-hour (epoch seconds); of the last days:
    the means of talk and wrap-up in seconds, None where there were none, how many gave up and how long all waited."""

    arrivals: Mapping[float, int]
    talk: float | None = None
    wrap_up: float | None = None
    gave_up: int = 0
    waited: float = 0.0


class _Load(NamedTuple):
    """A queue's day, and what its contacts are like."""

    counts: list[int]
    days: int
    found: Forecast
    talk: float
    wrap_up: float
    patience: Law

    def expected(self, quarter: int) -> float:
        """Contacts of a quarter-hour: what came, or what is to come."""
        over = len(self.counts)
        return float(self.counts[quarter]) if quarter < over else self.found.quarters[quarter - over].expected


def outlook(situation: Situation, known: Mapping[str, Known]) -> Outlook:
    """The forecast of every queue with a past, the staff it takes, and what to do about it until some quarters on."""
    day = Day(situation.now, situation.time_zone)
    queues = situation.acd.queues
    loads = {name: load for name in queues if (load := _load(queues[name], known.get(name), day)) is not None}
    floor = floor_of(situation, day)
    until = min(day.quarter + AHEAD, QUARTERS)
    hour = _hour(situation, day, until, loads, floor)
    return Outlook(
        made_at=situation.now,
        until=day.at(until),
        queues=tuple(_queue(situation, queues[name], load, day) for name, load in loads.items()),
        groups=_groups(situation, hour, floor),
        proposals=proposed(situation, hour, floor, day, day.at(until)) if hour else (),
        unknown=tuple(name for name in queues if name not in loads),
    )


# --- what comes --------------------------------------------------------------------------------------------------


def _load(queue: QueueSettings, known: Known | None, day: Day) -> _Load | None:
    if known is None:
        return None
    days: defaultdict[date, list[int]] = defaultdict(lambda: [0] * QUARTERS)
    for start, offered in known.arrivals.items():
        when, number = day.of(start)
        days[when][number] += offered
    today = days.pop(day.date, [0] * QUARTERS)[: day.quarter]
    past = _alike(days, day.date)
    if not past:
        return None
    talk = known.talk or max(queue.expected_handling_seconds - queue.wrap_up_seconds, 1.0)
    wrap_up = queue.wrap_up_seconds if known.wrap_up is None else known.wrap_up
    return _Load(today, len(past), forecast(past, today), talk, wrap_up, patience_of(known.gave_up, known.waited))


def _alike(days: Mapping[date, list[int]], today: date) -> list[list[int]]:
    """The same days of the week, where there are enough, else those of the last weeks; days off are none."""
    there = {when: counts for when, counts in days.items() if when < today and any(counts)}
    same = [counts for when, counts in there.items() if when.weekday() == today.weekday()]
    if len(same) >= FEW_DAYS:
        return same
    return [counts for when, counts in there.items() if (today - when).days <= MOST_DAYS]


def _queue(situation: Situation, queue: QueueSettings, load: _Load, day: Day) -> QueueOutlook:
    target, found = situation.targets.get(queue.name, TARGET), load.found
    over = [Quarter(day.at(number), came) for number, came in enumerate(load.counts)]
    ahead = [
        Quarter(
            day.at(one.number), None, one.expected, one.low, one.high, _needed(situation, queue, load, one.expected)
        )
        for one in found.quarters
    ]
    there = sum(
        meets(situation.acd.agents[name], need_in(queue.needs, ()), situation.now)
        for name in situation.at_work
        if name in situation.acd.agents
    )
    return QueueOutlook(
        queue.name,
        load.days,
        found.factor,
        found.ratio,
        found.weight,
        target,
        queue.service_level_seconds,
        there,
        tuple(over + ahead),
    )


def _needed(situation: Situation, queue: QueueSettings, load: _Load, expected: float) -> int:
    """By Erlang A, where one agent has room for several contacts of the channel at once."""
    target = min(situation.targets.get(queue.name, TARGET), HIGHEST_TARGET)
    patience = PATIENT if load.patience == ENDLESS else load.patience.mean
    places = staff_needed(expected, load.talk + load.wrap_up, patience, target, queue.service_level_seconds)
    return ceil(places / (ATTENTION // situation.acd.channel(queue.channel).cost))


# --- the next hour -----------------------------------------------------------------------------------------------


def _hour(situation: Situation, day: Day, until: int, loads: Mapping[str, _Load], floor: Floor) -> Scenario | None:
    """The quarter-hours up to `until`, and the one before, as a scenario; None when nobody comes or is there."""
    first, acd = max(day.quarter - 1, 0), situation.acd
    contacts = {
        name: Contacts(
            Law("exponential", load.talk),
            by_quarter_hour=tuple(load.expected(quarter) for quarter in range(first, until)),
            patience=load.patience,
        )
        for name, load in loads.items()
        if any(load.expected(quarter) for quarter in range(day.quarter, until))
    }
    if not contacts or not floor.groups:
        return None
    return Scenario(
        queues={name: _set_queue(queue, loads.get(name)) for name, queue in acd.queues.items()},
        groups=floor.groups,
        contacts=contacts,
        start=clock_of(first * QUARTER_SECONDS),
        end=clock_of(until * QUARTER_SECONDS),
        measure_from=clock_of(day.seconds),
        longest_stay=acd.longest_stay,
        own_first=acd.own_first,
        order=acd.order,
        channels={name: as_kind(channel, Channel) for name, channel in acd.channels.items()},
    )


def _set_queue(queue: QueueSettings, load: _Load | None) -> Queue:
    return Queue(**asdict(queue) | ({"wrap_up_seconds": load.wrap_up} if load else {}))


def _groups(situation: Situation, hour: Scenario | None, floor: Floor) -> tuple[GroupOutlook, ...]:
    there = {name: group.count for name, group in floor.groups.items() if name in floor.members}
    needed = _staff(situation, hour, floor) if hour else {}
    return tuple(GroupOutlook(name, count, needed.get(name)) for name, count in there.items())


def _staff(situation: Situation, hour: Scenario, floor: Floor) -> dict[str, int]:
    """What each group needs by simulation; empty where that can't be told, or not in time."""
    comes = sum(sum(contacts.by_quarter_hour) for contacts in hour.contacts.values())
    if comes > MOST_STAFFED or not _all_served(hour):
        return {}
    target = max(situation.targets.get(queue, TARGET) for queue in hour.contacts)
    try:
        found, _ = least_staff(hour, min(target, HIGHEST_TARGET), STAFF_SEEDS)
    except OutOfReachError:
        return {}
    return {name: group.count for name, group in found.groups.items() if name in floor.members}


def _all_served(hour: Scenario) -> bool:
    """Whether somebody takes the contacts of every queue."""
    settings = hour.settings()
    return all(
        any(meets(agent, need_in(settings.queues[queue].needs, ())) for agent in settings.agents.values())
        for queue in hour.contacts
    )
