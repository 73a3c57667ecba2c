"""One day of a scenario, with one seed, through the production router."""

from collections.abc import Callable, Iterator
from math import fsum, inf
from random import Random

from msgspec.structs import replace

from tandem.acd import events
from tandem.acd.agent import PAUSED, RING_NO_ANSWER
from tandem.acd.commands import OfferToContact, RecordAgentState, RecordWait
from tandem.sim.arrivals import QUARTER_SECONDS, Caller, Callers, by_quarter_hour, together
from tandem.sim.callbacks import Callbacks
from tandem.sim.diary import Diary
from tandem.sim.scenario import HOUR_SECONDS, Contacts, Recorded, Scenario, seconds_of
from tandem.sim.ways import Ways
from tandem.sim.world import World


def trial(scenario: Scenario, seed: int) -> Diary:
    """What happened; the same scenario and seed give the same."""
    return Trial(scenario, seed).run()


class Trial:
    """One day, whose `world` may be watched more closely before it runs.

    Every purpose has dice of its own, so that a change of one thing leaves the luck in all others as it was.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._talks = {name: c.handling.drawn_with(self._dice("talk", name)) for name, c in scenario.contacts.items()}
        self._group_of: dict[str, str] = {}
        for name in scenario.groups:
            self._group_of |= dict.fromkeys((agent.name for agent in scenario.agents_of(name)), name)
        self._own_talks = {
            (queue, name): law.drawn_with(self._dice("talk", name, queue))
            for name, group in scenario.groups.items()
            for queue, law in group.handling.items()
        }
        self._luck = self._dice("luck")
        self._diary = Diary(scenario, self._group_of)
        rings = any(group.answer_after or group.no_answer for group in scenario.groups.values())
        settings = scenario.settings()
        self.world = World(
            settings,
            self._handling,
            phone=self._phone if rings else None,
            away=settings.agents.keys(),
            slow_down=self._slow_down if any(group.slow_down for group in scenario.groups.values()) else None,
        )
        self.world.watch(RecordWait, self._ended)
        self.world.watch(RecordAgentState, self._left_state)
        self.world.watch(OfferToContact, self._offered)
        self._callbacks = Callbacks(scenario, self.world, self._diary, self._dice("callbacks"))
        self._ways = Ways(scenario, self.world, self._diary, self._callbacks, self._luck)

    def run(self) -> Diary:
        """Let the day pass."""
        scenario, world = self._scenario, self.world
        for name in scenario.groups:
            self._roster(name)
        sources = [self._callers(queue, contacts) for queue, contacts in scenario.contacts.items()]
        world.expect(together(*sources))
        world.run(scenario.ends)
        self._diary.close(world.router.snapshot(), scenario.ends)
        world.run(scenario.ends + scenario.run_on)
        self._diary.still_waiting(caller for caller in world.waiting.values() if caller.dial_seconds is None)
        self._diary.still_waiting(booking.caller for booking in self._callbacks.waiting)
        return self._diary

    def _dice(self, *purpose: str) -> Random:
        return Random(" ".join((str(self._seed), *purpose)))  # noqa: S311 - not for secrets

    # --- contacts ----------------------------------------------------------------------------------------------

    def _callers(self, queue: str, contacts: Contacts) -> Callers:
        coming, dice = self._dice("arrivals", queue), self._dice("callers", queue)
        patience = contacts.patience.drawn_with(dice)
        tiers = _tiers(contacts, dice)
        for one in _arrivals(self._scenario, contacts, coming):
            if one.served_itself or (contacts.self_service and dice.random() < contacts.self_service):
                self._diary.served_itself(queue, one.at, one.tier)
                continue
            drawn, tier = patience() + one.endured, one.tier or tiers()
            stays = drawn if one.leaves else inf
            self._diary.arrived(queue, one.at, tier)
            yield Caller(
                one.at,
                queue,
                stays if one.patience is None else one.patience,
                one.priority,
                one.boost,
                tier,
                one.talk,
                one.leaves if one.patience is not None else "abandoned",
                one.at - one.since_before if one.since_before else None,
            )

    def _ended(self, wait: RecordWait, now: float) -> None:
        if self.world.moved(wait) or wait.contact in self.world.returned:  # it was answered before
            return
        caller = self.world.waiting[wait.contact]
        self._diary.ended(caller, wait, now)
        if wait.outcome == "abandoned":
            self._perhaps_again(caller, now)
        elif wait.outcome == "reached":
            self._callbacks.reached(wait.contact)

    def _left_state(self, record: RecordAgentState, now: float) -> None:
        self._diary.left_state(record, now)
        if record.new_state == PAUSED and record.new_reason == RING_NO_ANSWER:
            back = now + self._scenario.groups[self._group_of[record.agent]].returns_after
            self.world.plan(back, self._return, record.agent)

    def _offered(self, invitation: OfferToContact, now: float) -> None:
        self.world.plan(now, self._ways.invite, invitation)

    def _perhaps_again(self, caller: Caller, now: float) -> None:
        redial = self._scenario.contacts[caller.queue].redial
        at = now + redial.after if redial else inf
        if redial and at < self._scenario.ends and self._luck.random() < redial.probability:
            self._diary.arrived(caller.queue, at, caller.tier, again=True)
            self.world.expect(iter([replace(caller, at=at, since=None)]))

    # --- agents ------------------------------------------------------------------------------------------------

    def _handling(self, caller: Caller, agent: str) -> float:
        group = self._group_of[agent]
        if own := self._own_talks.get((caller.queue, group)):
            return own()
        usual = self._talks[caller.queue]() if caller.talk is None else caller.talk
        return usual * self._scenario.groups[group].handling_factor

    def _slow_down(self, agent: str, contacts: int) -> float:
        factors = self._scenario.groups[self._group_of[agent]].slow_down
        return factors[min(contacts, len(factors)) - 1] if factors else 1.0

    def _phone(self, agent: str) -> float:
        group = self._scenario.groups[self._group_of[agent]]
        missed = group.no_answer and self._luck.random() < group.no_answer
        return inf if missed else group.answer_after

    def _roster(self, name: str) -> None:
        """Shifts and breaks of a group."""
        group, tell, plan = self._scenario.groups[name], self.world.tell, self.world.plan
        for number, agent in enumerate(agent.name for agent in self._scenario.agents_of(name)):
            plan(seconds_of(group.start), tell, events.AgentSignedIn(agent))
            for pause in group.breaks:
                begins = seconds_of(pause.at) + pause.spread * number / group.count
                plan(begins, tell, events.AgentPaused(agent, pause.reason))
                plan(begins + pause.lasts, tell, events.AgentWentReady(agent))
            plan(seconds_of(group.end), tell, events.AgentSignedOut(agent))

    def _return(self, name: str) -> None:
        """Ready again after a pause for missed offers, unless it has become another pause."""
        if self.world.router.snapshot().agents[name].pause_reason == RING_NO_ANSWER:
            self.world.tell(events.AgentWentReady(name))


def _arrivals(scenario: Scenario, contacts: Contacts, dice: Random) -> Iterator[Recorded]:
    """When they come, in order, and what is known of each of them."""
    begins, ends = scenario.begins, scenario.ends
    if contacts.recorded:
        come = sorted(contacts.recorded, key=lambda contact: contact.at)
        yield from (contact for contact in come if begins <= contact.at < ends)
        return
    quarter = contacts.per_hour * QUARTER_SECONDS / HOUR_SECONDS
    counts = contacts.by_quarter_hour or [quarter] * (int((ends - begins) // QUARTER_SECONDS) + 1)
    for one in by_quarter_hour(dice, counts, begins, Recorded):
        if one.at >= ends:
            return
        yield one


def _tiers(contacts: Contacts, dice: Random) -> Callable[[], str]:
    """Draws the tier of a customer."""
    names, shares = list(contacts.tiers), list(contacts.tiers.values())
    if not names:
        return lambda: ""
    names, shares = [*names, ""], [*shares, max(1.0 - fsum(shares), 0.0)]
    return lambda: dice.choices(names, shares)[0]
