"""Follows the plane for boards: an event only marks what it may have touched; what is different is found out later, for
many events at once. All of it follows from the state, and nothing of it is in the state."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import msgspec

from tandem.acd.board import agent_figures
from tandem.acd.contact import UNANSWERED
from tandem.acd.contact import Contact as Routed
from tandem.acd.intervals import Interval
from tandem.acd.waiting import Place
from tandem.control.board.shown import AgentShown, CentreShown, Changes, Estimate, OnTalk, QueueShown, Recent, Shown
from tandem.control.board.today import Counts
from tandem.control.commands import Command
from tandem.control.context import Context
from tandem.control.events import Event, SettingsLoaded

ESTIMATES_AT_ONCE = 40
"""Of so many queues the estimate is made anew each time: it looks at every line in which somebody waits."""
_NAMES = ("agent", "call", "contact", "chat", "mail", "callback")


class Board:
    """What boards were told last, and what may be different by now. `changed` is called when there may be something."""

    def __init__(self, context: Context, changed: Callable[[], None]) -> None:
        self._context = context
        self._changed = changed
        self._queues: dict[str, QueueShown] = {}
        self._agents: dict[str, AgentShown] = {}
        self._centre: CentreShown | None = None
        self._estimates: dict[str, Estimate | None] = {}
        self._next_estimate = 0
        self._begin()

    def saw(self, event: Event, done: Iterable[Command]) -> None:
        """An event gave these commands: note whom and what they are about. Costs nothing that grows with the centre."""
        if isinstance(event, SettingsLoaded):
            self._begin()
        self._mark(event)
        for command in done:
            self._mark(command)
        self._changed()

    def changes(self, now: float) -> Changes:
        """What is different from what was told last, at `now` (epoch seconds); from then on it was told."""
        self._look_again()
        self._touched_agents.update(name for name, agent in self._agents.items() if _may_differ(agent, now))
        self._estimate(now)
        state = self._context.router.snapshot()
        queues = {name: self._queue(name) for name in sorted(state.queues())}
        agents = {name: _agent(self._context, name) for name in sorted(self._touched_agents & state.agents.keys())}
        gone = tuple(sorted(self._agents.keys() & self._touched_agents - state.agents.keys()))
        centre = _centre(self._context)
        changes = Changes(
            tuple(queue for name, queue in queues.items() if queue != self._queues.get(name)),
            tuple(agent for name, agent in agents.items() if agent != self._agents.get(name)),
            tuple(sorted(self._queues.keys() - queues.keys())),
            gone,
            centre if centre != self._centre else None,
        )
        self._touched_agents.clear()
        self._queues, self._centre = queues, centre
        self._agents |= agents
        for name in gone:
            del self._agents[name]
        return changes

    def look(self) -> Shown:
        """All that boards were told, together."""
        return Shown(tuple(self._queues.values()), tuple(self._agents.values()), self._centre or _centre(self._context))

    # --- what was touched ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Look at everything, once."""
        router, state = self._context.router.snapshot(), self._context.state
        self._waiting: dict[str, dict[str, float]] = {}
        self._in_talk: dict[str, int] = {}
        self._holder: dict[str, str] = {}
        self._callbacks: dict[str, str] = {}
        self._pending: dict[str, int] = {}
        self._where: dict[str, tuple[str, bool]] = {}
        self._served: dict[str, bool] = {}
        self._judged_at = router.judged_at
        self._touched_agents = {*router.agents, *self._agents}
        self._touched_contacts = set(router.contacts)
        self._touched_callbacks = set(state.callbacks)

    def _mark(self, told: Event | Command) -> None:
        for name in _names_in(type(told)):
            value = getattr(told, name)
            if not value:
                continue
            if name == "agent":
                self._touched_agents.add(value)
            elif name == "callback":
                self._touched_callbacks.add(value)
            else:
                self._touched_contacts.add(value)

    def _look_again(self) -> None:
        """Take contacts and callbacks that were touched out of where they were, and put them where they are."""
        for name in self._touched_callbacks:
            self._look_at_callback(name)
        routed = self._context.router.snapshot().contacts
        for name in self._touched_contacts:
            self._forget(name)
            if (contact := routed.get(name)) is not None:
                self._remember(contact)
        self._touched_contacts.clear()
        self._touched_callbacks.clear()

    def _forget(self, name: str) -> None:
        if (agent := self._holder.pop(name, "")) != "":
            self._touched_agents.add(agent)
        queue, waited = self._where.pop(name, ("", False))
        if waited:
            del self._waiting[queue][name]
        elif queue:
            self._in_talk[queue] -= 1

    def _remember(self, contact: Routed) -> None:
        if contact.agent:
            self._holder[contact.id] = contact.agent
            self._touched_agents.add(contact.agent)
        queue, waits = contact.queue, contact.state in UNANSWERED
        if waits and contact.on_line:
            self._waiting.setdefault(queue, {})[contact.id] = contact.enqueued_at
            self._where[contact.id] = queue, True
        elif not waits:
            self._in_talk[queue] = self._in_talk.get(queue, 0) + 1
            self._where[contact.id] = queue, False

    def _look_at_callback(self, name: str) -> None:
        if queue := self._callbacks.pop(name, ""):
            self._pending[queue] -= 1
        if (callback := self._context.state.callbacks.get(name)) is not None:
            self._callbacks[name] = callback.queue
            self._pending[callback.queue] = self._pending.get(callback.queue, 0) + 1
            self._touched_contacts.add(callback.contact)

    # --- what is shown ---------------------------------------------------------------------------------------------

    def _estimate(self, now: float) -> None:
        """Make the next few estimates anew."""
        names = sorted(self._context.router.snapshot().queues())
        self._estimates = {name: self._estimates.get(name) for name in names}
        for turn in range(min(ESTIMATES_AT_ONCE, len(names))):
            name = names[(self._next_estimate + turn) % len(names)]
            place = self._context.router.newcomer(name, now)
            self._estimates[name] = _estimate(place) if place else None
        self._next_estimate = (self._next_estimate + ESTIMATES_AT_ONCE) % max(len(names), 1)

    def _queue(self, name: str) -> QueueShown:
        router, waiting = self._context.router, self._waiting.get(name)
        settings, state = router.snapshot().queue(name), router.snapshot()
        ready, at_work = router.staffing(name)
        return QueueShown(
            queue=name,
            channel=settings.channel,
            target=settings.service_level_seconds,
            waiting=len(waiting) if waiting else 0,
            oldest=min(waiting.values()) if waiting else None,
            in_talk=self._in_talk.get(name, 0),
            callbacks=self._pending.get(name, 0),
            ready=ready,
            at_work=at_work,
            served=at_work > 0 or self._is_served(name),
            estimate=self._estimates.get(name),
            recent=tuple(map(_recent, state.intervals.get(name, ())[-2:])),
            today=msgspec.structs.replace(self._context.state.today.queues.get(name) or Counts()),
        )

    def _is_served(self, name: str) -> bool:
        """Whether somebody ever could; it changes with the settings, and when certificates expire."""
        judged_at = self._context.router.snapshot().judged_at
        if judged_at != self._judged_at:
            self._served, self._judged_at = {}, judged_at
        if name not in self._served:
            self._served[name] = self._context.router.can_ever_serve(name)
        return self._served[name]


@cache
def _names_in(kind: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in _NAMES if name in kind.__struct_fields__)


def _estimate(place: Place) -> Estimate:
    """In whole seconds: a board need not hear of less."""
    return Estimate(round(place.estimated_wait), round(place.earliest), round(place.latest))


def _recent(row: Interval) -> Recent:
    return Recent(row.start, row.offered, row.answered, row.abandoned, row.answered_in_target, row.abandoned_in_target)


def _may_differ(agent: AgentShown, now: float) -> bool:
    """Whether an agent may be shown differently by now, although no event named them."""
    return bool(agent.monitors or (agent.until and agent.until <= now))


def _agent(context: Context, name: str) -> AgentShown:
    router = context.router.snapshot()
    figures = agent_figures(router, router.agents[name])
    settings = router.settings.agents.get(name)
    return AgentShown(
        agent=name,
        name=settings.display_name if settings else "",
        team=settings.team if settings else "",
        state=figures.state,
        reason=figures.reason,
        since=figures.since,
        wants=figures.wants,
        until=figures.until,
        units=figures.units,
        contacts=figures.contacts,
        monitors=tuple(
            OnTalk(monitor.by, monitor.mode, monitor.state, monitor.since, monitor.device)
            for monitor in context.state.monitors.values()
            if monitor.agent == name
        ),
    )


def _centre(context: Context) -> CentreShown:
    state, today = context.state, context.state.today
    return CentreShown(
        switch_up=state.switch_up,
        began=today.began,
        until=today.until,
        outcomes={channel: counts.copy() for channel, counts in today.outcomes.items()},
        links=today.links.copy(),
        counted=dict(_counted(state.counters, today.counted_before)),
        alarms=tuple(today.alarms),
        thresholds=state.settings.board,
        loans=tuple(state.loans.values()),
    )


def _counted(now: dict[str, int], before: dict[str, int]) -> Iterator[tuple[str, int]]:
    """What came since."""
    return ((kind, times - before.get(kind, 0)) for kind, times in now.items() if times > before.get(kind, 0))
