"""A recorded day of a centre of our own as a scenario: who came, who was at work, and what can't be known.

What is recorded is taken over: when contacts came, for which queue, with what priority, boost and tier; who gave up,
who was served and how long they talked; when agents were at work and when they paused. What the records can't say is
estimated: the patience of those who were served (exponential, censored: sim/laws.py), the share of the offers that an
agent misses and how long they take to answer one, the wrap-up (the mean of what was seen in the queue), how attempts to
call back end. Numbers, names of customers and the ids of calls are left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf
from statistics import fmean

import msgspec
from msgspec.structs import asdict

from tandem.acd.agent import DEVICE, NOT_READY, PAUSED, RING_NO_ANSWER, SIGNED_OUT, WRAP_UP
from tandem.acd.settings import AgentSettings, Settings
from tandem.control.callback.callback import CALLBACK_PREFIX
from tandem.control.callback.callback_settings import CallbackSettings
from tandem.sim.laws import Law, lognormal_of, patience_of
from tandem.sim.scenario import (
    Attempts,
    Break,
    Channel,
    Contacts,
    Group,
    Leaving,
    Queue,
    Recorded,
    Scenario,
    as_kind,
    clock_of,
)

ANSWERED = "answered"
CALLED_BACK = "called_back"
REACHED = "reached"
MISSED = frozenset({"no_answer", "unreachable"})
WORK = "voicemail-"
"""Begins the names of contacts that no caller waits behind."""

_SAY_NOTHING = frozenset({"agent_gone", "cancelled", "rejoined", "expired", "lost"})
_LATEST = 48 * 3600.0

AT_ONCE = 1.0
"""Seconds between two records that still belong to one moment."""


class Contact(msgspec.Struct, frozen=True):
    """As control.commands.RecordContact, but for what tells who it was."""

    call: str
    flow: str
    tier: str
    started_at: float
    outcome: str
    talk_seconds: float


class Wait(msgspec.Struct, frozen=True):
    """As control.commands.RecordWait."""

    call: str
    queue: str
    enqueued_at: float
    left_at: float
    outcome: str
    agent: str | None
    since: float
    priority: int
    boost: float


class Leg(msgspec.Struct, frozen=True):
    """As control.commands.RecordLeg, of those who talked."""

    call: str
    agent: str
    bridged_at: float
    ended_at: float


class Offer(msgspec.Struct, frozen=True):
    """As control.commands.RecordOffer."""

    agent: str
    offered_at: float
    ended_at: float
    outcome: str


class Activity(msgspec.Struct, frozen=True):
    """As control.commands.RecordActivity."""

    agent: str
    since: float
    until: float
    state: str
    reason: str


class Callback(msgspec.Struct, frozen=True):
    """As control.commands.RecordCallback, but for the number."""

    callback: str
    queue: str
    call: str
    booked_at: float
    reached: str


class Attempt(msgspec.Struct, frozen=True):
    """As control.commands.RecordCallbackAttempt."""

    callback: str
    outcome: str


class Day(msgspec.Struct, frozen=True):
    """What was recorded of a day, each in the order in which it began. Times are epoch seconds."""

    contacts: tuple[Contact, ...]
    waits: tuple[Wait, ...]
    legs: tuple[Leg, ...]
    offers: tuple[Offer, ...]
    activities: tuple[Activity, ...]
    callbacks: tuple[Callback, ...]
    attempts: tuple[Attempt, ...]


def scenario_of(
    day: Day, settings: Settings, callbacks: dict[str, CallbackSettings], name: str, midnight: float, *, names: bool
) -> Scenario:
    """The day that begins at `midnight` (epoch seconds), under the settings that were in force.

    Each agent is a group of their own, of none where they were not at work: called as in the settings where `names` is
    set, else by a number. ValueError when nobody came for an agent.
    """
    found = _Contacts(day, settings, midnight)
    contacts = found.by_queue()
    if not contacts:
        raise ValueError("nobody waited for an agent on that day")
    wrap_ups = _wrap_ups(day, found)
    return Scenario(
        name=name,
        queues={
            queue: _queue(settings, callbacks, queue, wrap_ups.get(queue, []))
            for queue in _needed(settings, list(contacts))
        },
        groups={
            agent.name if names else f"agent {number}": _group(agent, day, midnight)
            for number, agent in enumerate(settings.agents.values(), 1)
        },
        contacts=contacts,
        longest_stay=settings.longest_stay,
        own_first=settings.own_first,
        order=settings.order,
        channels={name: as_kind(channel, Channel) for name, channel in settings.channels.items()},
    )


# --- queues ------------------------------------------------------------------------------------------------------


def _needed(settings: Settings, queues: list[str]) -> list[str]:
    """These and those that their plans move to."""
    for queue in queues:
        moves = (step.move for step in settings.queues[queue].plan)
        queues += [move for move in moves if move in settings.queues and move not in queues]
    return [queue for queue in settings.queues if queue in queues]


def _queue(settings: Settings, callbacks: dict[str, CallbackSettings], name: str, wrap_ups: list[float]) -> Queue:
    own = asdict(settings.queues[name])
    if wrap_ups:
        own["wrap_up_seconds"] = round(fmean(wrap_ups), 3)
    return Queue(**own, callback=callbacks.get(name, CallbackSettings()))


def _wrap_ups(day: Day, found: "_Contacts") -> dict[str, list[float]]:
    """By queue, how long the wrap-ups were that followed its talks."""
    begun = {(one.agent, round(one.since)): one for one in day.activities if one.state == WRAP_UP}
    seen: defaultdict[str, list[float]] = defaultdict(list)
    for wait in day.waits:
        if wait.agent and (talk := found.talk(wait)) is not None:
            ends = round(wait.left_at + talk)
            near = (begun.get((wait.agent, moment)) for moment in (ends, ends - 1, ends + 1))
            if stretch := next(filter(None, near), None):
                seen[wait.queue].append(stretch.until - stretch.since)
    return dict(seen)


# --- contacts ----------------------------------------------------------------------------------------------------


class _Contacts:
    """Those who came, by the queue that they came to first."""

    def __init__(self, day: Day, settings: Settings, midnight: float) -> None:
        self._day = day
        self._settings = settings
        self._midnight = midnight
        self._known = {contact.call: contact for contact in day.contacts}
        self._legs: defaultdict[str, list[Leg]] = defaultdict(list)
        for leg in day.legs:
            self._legs[leg.call].append(leg)
        self._served = Counter(wait.call for wait in day.waits if wait.outcome == ANSWERED)
        self._callbacks = {(callback.call, callback.queue): callback for callback in day.callbacks}

    def by_queue(self) -> dict[str, Contacts]:
        chains = self._chains()
        recorded: defaultdict[str, list[Recorded]] = defaultdict(list)
        for first, last in chains:
            if first.queue in self._settings.queues:
                recorded[first.queue].append(self._recorded(first, last))
        for queue, one in [*self._booked_elsewhere(), *self._who_served_themselves(chains)]:
            if queue in self._settings.queues:
                recorded[queue].append(one)
        return {queue: self._contacts(queue, recorded[queue]) for queue in self._settings.queues if queue in recorded}

    def talk(self, wait: Wait) -> float | None:
        """How long they talked at the end of this wait, seconds."""
        near = [leg for leg in self._legs[wait.call] if abs(leg.bridged_at - wait.left_at) <= AT_ONCE]
        if near:
            return near[0].ended_at - near[0].bridged_at
        known = self._known.get(wait.call)
        return known.talk_seconds / self._served[wait.call] if known and known.talk_seconds else None

    def _chains(self) -> list[tuple[Wait, Wait]]:
        """The first and the last wait of each who waited, where a plan moved them from the one queue to the other.

        The waits of callbacks are not among them: they go on for those who had booked them.
        """
        by_call: defaultdict[str, list[Wait]] = defaultdict(list)
        for wait in self._day.waits:
            if not wait.call.startswith(CALLBACK_PREFIX):
                by_call[wait.call].append(wait)
        chains = []
        for waits in by_call.values():
            first = waits[0]
            for before, after in pairwise(waits):
                if not self._moved(before, after):
                    chains.append((first, before))
                    first = after
            chains.append((first, waits[-1]))
        return sorted(chains, key=lambda chain: chain[0].enqueued_at)

    def _moved(self, before: Wait, after: Wait) -> bool:
        queue = self._settings.queues.get(before.queue)
        planned = queue is not None and any(step.move == after.queue for step in queue.plan)
        return planned and before.outcome == "overflowed_out" and before.left_at == after.enqueued_at

    def _recorded(self, first: Wait, last: Wait) -> Recorded:
        known = self._known.get(first.call)
        served = last.outcome == ANSWERED
        waited = last.left_at - first.enqueued_at
        talk = self._talk_of_callback(last) if last.outcome == CALLED_BACK else self.talk(last) if served else None
        return Recorded(
            at=_second(first.enqueued_at - self._midnight),
            patience=None if served else _second(waited),
            endured=_second(waited) if served else 0.0,
            talk=None if talk is None else _second(talk),
            tier=known.tier if known else "",
            priority=first.priority,
            boost=first.boost,
            leaves=_leaving(first, last.outcome),
            since_before=_second(first.enqueued_at - first.since),
        )

    def _talk_of_callback(self, wait: Wait) -> float | None:
        callback = self._callbacks.get((wait.call, wait.queue))
        legs = self._legs[callback.reached] if callback else []
        return legs[0].ended_at - legs[0].bridged_at if legs else None

    def _booked_elsewhere(self) -> Iterable[tuple[str, Recorded]]:
        """Callbacks that were asked for in the menu, or in writing: nobody waited before."""
        waited = {(wait.call, wait.queue) for wait in self._day.waits if wait.outcome == CALLED_BACK}
        for callback in self._day.callbacks:
            if (callback.call, callback.queue) not in waited:
                known, legs = self._known.get(callback.call), self._legs[callback.reached]
                talk = _second(legs[0].ended_at - legs[0].bridged_at) if legs else None
                tier, at = known.tier if known else "", _second(callback.booked_at - self._midnight)
                yield callback.queue, Recorded(at, patience=0.0, talk=talk, tier=tier, leaves="called_back")

    def _who_served_themselves(self, chains: Sequence[tuple[Wait, Wait]]) -> Iterable[tuple[str, Recorded]]:
        """Whom the flow served count for the queue that most of those wait in who come by the same flow."""
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for first, _ in chains:
            if known := self._known.get(first.call):
                counts[known.flow][first.queue] += 1
        for contact in self._day.contacts:
            if contact.outcome == "contained" and counts[contact.flow] and contact.started_at >= self._midnight:
                queue = counts[contact.flow].most_common(1)[0][0]
                at = _second(contact.started_at - self._midnight)
                yield queue, Recorded(at, tier=contact.tier, served_itself=True)

    def _contacts(self, queue: str, recorded: list[Recorded]) -> Contacts:
        talks = [one.talk for one in recorded if one.talk]
        handling = lognormal_of(talks) if talks else self._usual(queue)
        gave_up = sum(one.patience is not None and one.leaves == "abandoned" for one in recorded)
        people = [one for one in recorded if one.leaves]
        # A talk that the records do not tell is a usual one: what was answered must be known as such.
        complete = (
            msgspec.structs.replace(one, talk=_second(handling.mean))
            if one.patience is None and one.talk is None and not one.served_itself
            else one
            for one in recorded
        )
        return Contacts(
            handling=handling,
            patience=patience_of(gave_up, sum(one.patience or one.endured for one in people)),
            recorded=tuple(sorted(complete, key=lambda one: one.at)),
            callback_attempts=self._attempts(queue),
        )

    def _usual(self, queue: str) -> Law:
        return Law("fixed", self._settings.queues[queue].expected_handling_seconds)

    def _attempts(self, queue: str) -> Attempts:
        own = {callback.callback for callback in self._day.callbacks if callback.queue == queue}
        outcomes = (attempt.outcome for attempt in self._day.attempts if attempt.callback in own)
        ends = Counter(_rule(outcome) for outcome in outcomes if outcome not in _SAY_NOTHING)
        total = ends.total()
        return Attempts(**{rule: ends[rule] / total for rule in Attempts.__struct_fields__ if ends[rule]})


def _rule(outcome: str) -> str:
    """`reached`, or the retry rule that saw to the attempt."""
    return REACHED if outcome == REACHED else CallbackSettings.rule(outcome)


def _leaving(first: Wait, outcome: str) -> Leaving:
    if first.call.startswith(WORK):
        return ""
    return "abandoned" if outcome == ANSWERED else msgspec.convert(outcome, Leaving)


# --- agents ------------------------------------------------------------------------------------------------------


def _group(agent: AgentSettings, day: Day, midnight: float) -> Group:
    mine = [one for one in day.activities if one.agent == agent.name]
    there = [one for one in mine if one.state != SIGNED_OUT]
    skills = {name: level for name, level in agent.skills.items() if agent.certified_until.get(name, inf) > midnight}
    group = Group(0, skills, agent.team, agent.vendor, agent.attributes, costs=agent.costs)
    if not there:
        return group
    begins, ends = max(there[0].since - midnight, 0.0), min(there[-1].until - midnight, _LATEST)
    misses = [one.until - one.since for one in mine if one.state == PAUSED and one.reason == RING_NO_ANSWER]
    offers = [offer for offer in day.offers if offer.agent == agent.name]
    answered = [offer.ended_at - offer.offered_at for offer in offers if offer.outcome == ANSWERED]
    missed = sum(offer.outcome in MISSED for offer in offers)
    return msgspec.structs.replace(
        group,
        count=1,
        start=clock_of(begins),
        end=clock_of(max(ends, begins + AT_ONCE)),
        breaks=tuple(_breaks([one for one in mine if _is_away(one)], midnight, begins, ends)),
        no_answer=round(missed / (missed + len(answered)), 6) if missed else 0.0,
        answer_after=_second(fmean(answered)) if answered else 0.0,
        returns_after=_second(fmean(misses)) if misses else group.returns_after,
    )


def _is_away(one: Activity) -> bool:
    if one.state == PAUSED:
        return one.reason != RING_NO_ANSWER
    return one.state == SIGNED_OUT or (one.state == NOT_READY and one.reason == DEVICE)


def _breaks(away: Iterable[Activity], midnight: float, begins: float, ends: float) -> Iterable[Break]:
    """Between coming and going; one that follows upon another goes on with it, under its name."""
    since, until, reason = -inf, -inf, ""
    for one in [*away, Activity("", inf, inf, "", "")]:
        if one.since - midnight <= until:
            until = one.until - midnight
            continue
        if min(until, ends) > max(since, begins):
            since = max(since, begins)
            yield Break(clock_of(since), _second(min(until, ends) - since), reason=reason)
        since, until = one.since - midnight, one.until - midnight
        reason = "signed out" if one.state == SIGNED_OUT else one.reason or "pause"


def _second(seconds: float) -> float:
    """To the millisecond, and never below zero."""
    return max(round(seconds, 3), 0.0)
