"""The quarter-hour dispatch: which agents to move where until when, each move tried by the simulator before it is told.

The hour is a scenario: the queues as they are set, the groups with the skills that they work with now, and the contacts
that the forecast expects. It begins some time before the moves, so that the queues are as they would be.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from msgspec.structs import replace

from tandem.acd.matching import meets
from tandem.acd.plan import need_in
from tandem.acd.settings import AgentSettings
from tandem.sim.diary import MEAN_WAIT, Figures
from tandem.sim.report import CONFIDENCE
from tandem.sim.scenario import Clock, Group, Scenario, seconds_of
from tandem.sim.staffing import LEVEL
from tandem.sim.statistics import estimate
from tandem.sim.trial import trial

Language = Literal["en", "zh-CN"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")
SEEDS = 4
MOST_TRIED = 12
"""Moves that are simulated at most: each costs `SEEDS` hours of the centre."""

LEAST_SHARE = 20
"""Of a group, a lot is at least one part of so many: fewer agents would hardly be noticed."""
LOTS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "move": "move {agents} of {group} from {away} to {to} until {until}: {effect}",
        "add": "let {agents} of {group} take {to} too until {until}: {effect}",
        "queue": "{queue}: service level {level:.0%} -> {new_level:.0%}, mean wait {wait:.0f} s -> {new_wait:.0f} s",
        "join": ", ",
        "end": "; ",
    },
    "zh-CN": {
        "move": "将{group}的{agents}名坐席从{away}调到{to},至{until}:{effect}",
        "add": "让{group}的{agents}名坐席同时接{to},至{until}:{effect}",
        "queue": "{queue}:服务水平{level:.0%} -> {new_level:.0%},平均等待{wait:.0f}秒 -> {new_wait:.0f}秒",
        "join": "、",
        "end": ";",
    },
}


class Move(NamedTuple):
    """So many agents of `group` work with `skills` until then: they leave the queues `away`, and take `to`."""

    group: str
    agents: int
    skills: Mapping[str, int]
    away: tuple[str, ...]
    to: tuple[str, ...]
    until: Clock


class Effect(NamedTuple):
    """What a queue shows: `LEVEL`, and the mean wait of the answered in seconds (None where nobody was); each with half
    of its 95 % interval."""

    level: float
    wait: float | None
    level_within: float = 0.0
    wait_within: float = 0.0


class Proposal(NamedTuple):
    """A move, and by queue what it changes. `gain` is how many contacts more are answered up to the targets, give or
    take `gain_within`."""

    move: Move
    gain: float
    before: dict[str, Effect]
    after: dict[str, Effect]
    gain_within: float = 0.0


def proposals(
    hour: Scenario,
    targets: Mapping[str, float],
    held_back: Mapping[str, Mapping[str, int]],
    now: Clock,
    until: Clock,
    seeds: int = SEEDS,
    groups: Collection[str] | None = None,
    most: int = MOST_TRIED,
) -> list[Proposal]:
    """The moves that surely help (by the 95 % interval over the seeds, two at least), the best first.

    At most `most` are tried, for the queue that is furthest below its target first. `hour` begins before `now`, and is
    measured from then on. `targets`: by queue, one with contacts, the share to be answered in time. `held_back`: by
    group, skills that its agents have but do not work with now. `groups`: those of whom agents can be moved; None for
    all.
    """
    before = _Tried(hour, targets, seeds)
    gaps = {queue: target - before.effects[queue].level for queue, target in targets.items()}
    short = sorted((queue for queue, gap in gaps.items() if gap > 0), key=lambda queue: -gaps[queue])
    found = []
    for move in _some(hour, short, held_back, until, hour.groups if groups is None else groups)[:most]:
        after = _Tried(moved(hour, move, now), targets, seeds)
        gain = estimate([old - new for old, new in zip(before.missing, after.missing, strict=True)], CONFIDENCE)
        if gain.mean > gain.half_width:
            found.append(Proposal(move, gain.mean, before.effects, after.effects, gain.half_width))
    return sorted(found, key=lambda proposal: (-proposal.gain, proposal.move.agents))


def moved(hour: Scenario, move: Move, now: Clock) -> Scenario:
    """The hour with the move in force from `now` on, until its end."""
    own = hour.groups[move.group]
    there = replace(own, count=move.agents)
    parts = {
        f"{move.group}, before": replace(there, end=now),
        f"{move.group}, moved": replace(there, skills=dict(move.skills), start=now, end=move.until),
        f"{move.group}, back": replace(there, start=move.until),
    }
    known = {name: part for name, part in parts.items() if seconds_of(part.start) < seconds_of(part.end)}
    return replace(hour, groups=hour.groups | {move.group: replace(own, count=own.count - move.agents)} | known)


def in_words(proposal: Proposal, language: Language = "en") -> str:
    """`move 6 of blended from chat to hotline until 11:15: hotline: service level 71% -> 82%, ...`."""
    texts, move = _TEXTS[language], proposal.move
    effect = texts["end"].join(
        texts["queue"].format(
            queue=queue, level=old.level, new_level=new.level, wait=old.wait or 0.0, new_wait=new.wait or 0.0
        )
        for queue, old in proposal.before.items()
        if (new := proposal.after[queue]) != old
    )
    return texts["move" if move.away else "add"].format(
        agents=move.agents,
        group=move.group,
        away=texts["join"].join(move.away),
        to=texts["join"].join(move.to),
        until=move.until,
        effect=effect,
    )


# --- which moves there are ---------------------------------------------------------------------------------------


def _some(
    hour: Scenario,
    short: Iterable[str],
    held_back: Mapping[str, Mapping[str, int]],
    until: Clock,
    groups: Collection[str],
) -> list[Move]:
    """Every kind of move to a queue that is short in turn, with ever larger lots, until they are enough."""
    kinds = [kind for queue in short for kind in _kinds(hour, queue, held_back, until) if kind.group in groups]
    counts = {move.group: hour.groups[move.group].count for move in kinds}
    return [
        move._replace(agents=lot)
        for lot in LOTS
        for move in kinds
        if counts[move.group] <= lot * LEAST_SHARE and lot <= counts[move.group]
    ]


def _kinds(hour: Scenario, queue: str, held_back: Mapping[str, Mapping[str, int]], until: Clock) -> Iterator[Move]:
    """Who could take more of `queue`: those who take other work beside it, and whose skill for it is held back."""
    for name, group in hour.groups.items():
        served = _served(hour, group.skills, group)
        if queue in served and (skills := _only(hour, queue, group)) != group.skills:
            left = tuple(sorted(served - _served(hour, skills, group)))
            yield Move(name, 1, skills, left, (queue,), until)
        more = {**group.skills, **held_back.get(name, {})}
        if queue not in served and queue in (taken := _served(hour, more, group)):
            yield Move(name, 1, more, (), tuple(sorted(taken - served)), until)


def _only(hour: Scenario, queue: str, group: Group) -> dict[str, int]:
    """The group's skills without those that are of no use for `queue`, but for other queues."""
    skills = dict(group.skills)
    for name in group.skills:
        fewer = {skill: level for skill, level in skills.items() if skill != name}
        served = _served(hour, fewer, group)
        if queue in served and served < _served(hour, skills, group):
            skills = fewer
    return skills


def _served(hour: Scenario, skills: Mapping[str, int], group: Group) -> set[str]:
    """The queues that agents with these skills take from the start."""
    agent = AgentSettings("", dict(skills), "", team=group.team, vendor=group.vendor, attributes=group.attributes)
    return {name for name, queue in hour.queues.items() if meets(agent, need_in(queue.needs, ()))}


# --- what they do ------------------------------------------------------------------------------------------------


class _Tried:
    """An hour with several seeds. `missing`: for each, how many contacts more would have to be answered in time for
    every queue to be at its target."""

    def __init__(self, hour: Scenario, targets: Mapping[str, float], seeds: int) -> None:
        days = [trial(hour, seed).queues() for seed in range(1, seeds + 1)]
        self.effects = {queue: _effect([day[queue] for day in days]) for queue in hour.contacts}
        self.missing = [
            sum(
                max(target - day[queue].get(LEVEL, 1.0), 0.0) * day[queue]["offered"]
                for queue, target in targets.items()
            )
            for day in days
        ]


def _effect(days: list[Figures]) -> Effect:
    """Everybody who came on these days together."""
    offered, answered = sum(day["offered"] for day in days), sum(day["answered"] for day in days)
    in_time = sum(day.get(LEVEL, 0.0) * day["offered"] for day in days)
    waited = sum(day.get(MEAN_WAIT, 0.0) * day["answered"] for day in days)
    return Effect(
        in_time / offered if offered else 1.0,
        waited / answered if answered else None,
        _within([day[LEVEL] for day in days if LEVEL in day]),
        _within([day[MEAN_WAIT] for day in days if MEAN_WAIT in day]),
    )


def _within(means: list[float]) -> float:
    """Half the interval for the mean of these."""
    return estimate(means, CONFIDENCE).half_width if len(means) > 1 else 0.0
