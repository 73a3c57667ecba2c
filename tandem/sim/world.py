"""Virtual time: callers, agents and talks around the production router, event by event."""

from collections.abc import Callable, Container
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, TypeVar

from tandem.acd import commands, events
from tandem.acd.router import Router
from tandem.acd.settings import Settings
from tandem.sim.arrivals import Caller, Callers
from tandem.sim.talks import SlowDown, Talk, Talks

Handling = Callable[[Caller, str], float]
Phone = Callable[[str], float]
C = TypeVar("C", bound=commands.Command)


class World:
    """A contact centre. Every agent is at work from time 0, but for those `away`, whose signing in has to be told.

    `handling(caller, agent)` is how long a talk lasts that begins now. `lines`: at most so many contacts are in the
    centre at once, in talk or not; the others hear busy and are counted in `turned_away`. `phone(agent)` is how long a
    phone rings, from now, before the agent picks up; inf: nobody does; without it all do at once. `on_wait`, where one
    is set, is told the id of every contact that has to wait, and when. `slow_down(agent, contacts)` is how many times
    as long talks take while so many go on at once.

    `waiting`: by contact, who they are. `leave` is told whose patience has ended, and sees to it;
    `book` who comes only to be called back, and `dial` the offer of a contact without a line whose agent picked up.
    Those in `returned` were in talk before, and an agent who left work gave them back.
    """

    def __init__(
        self,
        settings: Settings,
        handling: Handling,
        lines: float = inf,
        phone: Phone | None = None,
        away: Container[str] = (),
        slow_down: SlowDown | None = None,
    ) -> None:
        self.router = Router()
        self.now = 0.0
        self.turned_away = 0
        self.on_wait: Callable[[str, float], None] | None = None
        self.waiting: dict[str, Caller] = {}
        self.returned: dict[str, float] = {}
        queues = settings.queues.values()
        self._resting = {queue.name for queue in queues if settings.channel(queue.channel).interruptible}
        self._in_talk: dict[str, Caller] = {}
        self._talks: Talks | None = None
        if slow_down or self._resting:
            self._talks = Talks(lambda at, planned: self.plan(at, self._perhaps_over, planned), slow_down or _alike)
        self.leave: Callable[[str], None] = self._abandon
        self.book: Callable[[Caller], None] | None = None
        self.dial: Callable[[commands.Offer], None] | None = None
        self._handling = handling
        self._lines = lines
        self._phone = phone
        self._endless: set[str] = set()
        self._due: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._on: dict[type[commands.Command], tuple[Callable[[Any, float], None], ...]] = {
            commands.Offer: (self._ring,),
            commands.RecordWait: (self._end_wait,),
            commands.InterruptContact: (lambda command, _: self._rest(command.contact, rests=True),),
            commands.ResumeContact: (lambda command, _: self._rest(command.contact, rests=False),),
            commands.TakeBackContact: (self._take_back,),
        }
        self._number = count(1)
        self._names = map(str, count(1))
        self.tell(events.SettingsChanged(settings))
        for name in settings.agents:
            self.tell(events.DeviceFound(name))
            if name not in away:
                self.tell(events.AgentSignedIn(name))

    def expect(self, callers: Callers) -> None:
        """Let these callers come, each when it is time."""
        caller = next(callers, None)
        if caller:
            self.plan(caller.at, self._next_of, (caller, callers))

    def watch(self, kind: type[C], saw: Callable[[C, float], None]) -> None:
        """From now on `saw` is told every command of this kind, and when, just before it is carried out."""
        self._on[kind] = (saw, *self._on.get(kind, ()))

    def queue(self, caller: Caller, name: str = "") -> None:
        """Let this caller come now, as a contact of that name or of a new one."""
        name = name or next(self._names)
        self.waiting[name] = caller
        self.tell(
            events.ContactQueued(
                name,
                caller.queue,
                caller.priority,
                caller.boost,
                caller.since,
                caller.dial_seconds,
                tier=caller.tier,
                can_rest=caller.dial_seconds is None and caller.queue in self._resting,
            )
        )
        if name in self.waiting:
            self._begin_to_wait(name, caller)

    def is_out(self, offer: commands.Offer) -> bool:
        """Whether the offer still stands."""
        contact = self.router.snapshot().contacts.get(offer.contact)
        return contact is not None and contact.offer == offer.offer

    def work_off(self, queue: str) -> None:
        """Keep a contact waiting in `queue` at every moment, as a list of people to be called that never ends."""
        self._endless.add(queue)
        self.queue(Caller(self.now, queue))

    def plan(self, at: float, do: Callable[[Any], None], what: object) -> None:
        """Do this with `what` at that time."""
        heappush(self._due, (at, next(self._number), do, what))

    def tell(self, event: events.Event) -> None:
        """Tell the router, and do what it wants done."""
        on, now = self._on, self.now
        for command in self.router.handle(event, now):
            kind = type(command)
            if kind in on:
                for do in on[kind]:
                    do(command, now)

    def run(self, until: float) -> None:
        """Let time pass up to `until`."""
        due, next_wakeup = self._due, self.router.next_wakeup
        while True:
            first = due[0][0] if due else inf
            wakeup = next_wakeup()
            if wakeup is not None and wakeup <= first and wakeup <= until:
                self.now = wakeup
                self.tell(events.TimePassed())
            elif first <= until:
                self.now, _, do, what = heappop(due)
                do(what)
            else:
                break
        self.now = until

    # --- what happens ------------------------------------------------------------------------------------------

    def _next_of(self, coming: tuple[Caller, Callers]) -> None:
        caller, callers = coming
        self.expect(callers)
        if self.book and not caller.patience and caller.leaves == "called_back":
            self.book(caller)
        elif len(self.router.snapshot().contacts) < self._lines:
            self.queue(caller)
        else:
            self.turned_away += 1

    def _begin_to_wait(self, contact: str, caller: Caller) -> None:
        if self.on_wait:
            self.on_wait(contact, self.now)
        if caller.patience < inf:
            self.plan(self.now + caller.patience, self._give_up, contact)

    def _give_up(self, contact: str) -> None:
        if contact in self.waiting:
            self.leave(contact)

    def _abandon(self, contact: str) -> None:
        self.tell(events.ContactLeft(contact, self.waiting[contact].leaves))

    def _ring(self, offer: commands.Offer, now: float) -> None:
        seconds = self._phone(offer.agent) if self._phone else 0.0
        if not seconds:
            self._picked_up(offer)
            return
        self.tell(events.OfferRinging(offer.offer))
        if seconds < inf:
            self.plan(now + seconds, self._picked_up, offer)
        else:
            self.plan(now + offer.ring_seconds, self.tell, events.OfferFailed(offer.offer, "no_answer"))

    def _picked_up(self, offer: commands.Offer) -> None:
        if self.dial and self.is_out(offer) and self.waiting[offer.contact].dial_seconds is not None:
            self.dial(offer)
        else:
            self.tell(events.ContactConnected(offer.offer))

    def moved(self, wait: commands.RecordWait) -> bool:
        """Whether this wait ended because the plan moved the contact to another queue, where it goes on."""
        return wait.outcome == "overflowed_out" and wait.contact in self.router.snapshot().contacts

    def _end_wait(self, wait: commands.RecordWait, now: float) -> None:
        if self.moved(wait):
            return
        caller = self.waiting.pop(wait.contact)
        if wait.agent is not None:
            self._begin_talk(wait.contact, caller, wait.agent, now)
        if wait.queue in self._endless:
            self.plan(now, self.queue, Caller(now, wait.queue))

    def _begin_talk(self, contact: str, caller: Caller, agent: str, now: float) -> None:
        left = self.returned.pop(contact, None) if self.returned else None
        seconds = self._handling(caller, agent) if left is None else left
        if self._talks is None:
            self.plan(now + seconds, self.tell, events.ContactFinished(contact))
            return
        self._in_talk[contact] = caller
        self._talks.begin(contact, agent, seconds, now)

    def _perhaps_over(self, planned: tuple[Talk, int]) -> None:
        if self._talks and self._talks.is_over(*planned, self.now):
            del self._in_talk[planned[0].contact]
            self.tell(events.ContactFinished(planned[0].contact))

    def _rest(self, contact: str, rests: bool) -> None:
        if self._talks:
            self._talks.rest(contact, rests, self.now)

    def _take_back(self, command: commands.TakeBackContact, now: float) -> None:
        if self._talks:
            self.returned[command.contact] = self._talks.end(command.contact, now)
            self.waiting[command.contact] = self._in_talk.pop(command.contact)


def _alike(_agent: str, _contacts: int) -> float:
    """Nobody is slower with more."""
    return 1.0
