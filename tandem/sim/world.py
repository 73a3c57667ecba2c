"""Virtual time: callers, agents and talks around the production router, event by event."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any

from tandem.acd import commands, events
from tandem.acd.router import Router
from tandem.acd.settings import Settings
from tandem.sim.arrivals import Caller, Callers

Handling = Callable[[str, str], float]
Watch = Callable[[commands.Command, float], None]


class World:
    """A contact centre whose every agent is at work from time 0.

    `handling(queue, agent)` is how long a talk lasts that begins now. `lines`: at most so many contacts are in the
    centre at once, in talk or not; the others hear busy and are counted in `turned_away`. `answer_after`: how long a
    phone rings before the agent picks up. `watch`, where one is set, is told every command of the router, and when;
    `on_wait` the id of every contact that has to wait, and when.
    """

    def __init__(
        self,
        settings: Settings,
        handling: Handling,
        lines: float = inf,
        answer_after: float = 0.0,
    ) -> None:
        self.router = Router()
        self.now = 0.0
        self.turned_away = 0
        self.watch: Watch | None = None
        self.on_wait: Callable[[str, float], None] | None = None
        self._handling = handling
        self._lines = lines
        self._answer_after = answer_after
        self._endless: set[str] = set()
        self._waiting: set[str] = set()
        self._due: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._number = count(1)
        self._names = map(str, count(1))
        self._tell(events.SettingsChanged(settings))
        for name in settings.agents:
            self._tell(events.DeviceFound(name))
            self._tell(events.AgentSignedIn(name))

    def expect(self, callers: Callers) -> None:
        """Let these callers come, each when it is time."""
        caller = next(callers, None)
        if caller:
            self._plan(caller.at, self._next_of, (caller, callers))

    def work_off(self, queue: str) -> None:
        """Keep a contact waiting in `queue` at every moment, as a list of people to be called that never ends."""
        self._endless.add(queue)
        self._queue(Caller(self.now, queue))

    def run(self, until: float) -> None:
        """Let time pass up to `until`."""
        while True:
            due = self._due[0][0] if self._due else inf
            wakeup = self.router.next_wakeup()
            if wakeup is not None and wakeup <= min(due, until):
                self.now = wakeup
                self._tell(events.TimePassed())
            elif due <= until:
                self.now, _, do, what = heappop(self._due)
                do(what)
            else:
                break
        self.now = until

    # --- what happens ------------------------------------------------------------------------------------------

    def _next_of(self, coming: tuple[Caller, Callers]) -> None:
        caller, callers = coming
        self.expect(callers)
        if len(self.router.snapshot().contacts) < self._lines:
            self._queue(caller)
        else:
            self.turned_away += 1

    def _queue(self, caller: Caller) -> None:
        name = next(self._names)
        self._waiting.add(name)
        self._tell(events.ContactQueued(name, caller.queue, caller.priority, caller.boost))
        if name in self._waiting:
            self._begin_to_wait(name, caller)

    def _begin_to_wait(self, contact: str, caller: Caller) -> None:
        if self.on_wait:
            self.on_wait(contact, self.now)
        if caller.patience < inf:
            self._plan(self.now + caller.patience, self._give_up, contact)

    def _give_up(self, contact: str) -> None:
        if contact in self._waiting:
            self._tell(events.ContactLeft(contact, "abandoned"))

    def _tell(self, event: events.Event) -> None:
        for command in self.router.handle(event, self.now):
            if self.watch:
                self.watch(command, self.now)
            if isinstance(command, commands.Offer):
                self._ring(command)
            elif isinstance(command, commands.RecordWait):
                self._end_wait(command)

    def _ring(self, offer: commands.Offer) -> None:
        answered = events.ContactConnected(offer.offer)
        if self._answer_after:
            self._tell(events.OfferRinging(offer.offer))
            self._plan(self.now + self._answer_after, self._tell, answered)
        else:
            self._tell(answered)

    def _end_wait(self, wait: commands.RecordWait) -> None:
        self._waiting.discard(wait.contact)
        if wait.agent is not None:
            ends = self.now + self._handling(wait.queue, wait.agent)
            self._plan(ends, self._tell, events.ContactFinished(wait.contact))
        if wait.queue in self._endless:
            self._plan(self.now, self._queue, Caller(self.now, wait.queue))

    def _plan(self, at: float, do: Callable[[Any], None], what: object) -> None:
        heappush(self._due, (at, next(self._number), do, what))
