"""A day of calls as events, made by walking each call through a plane: what the core and the journal are timed on."""

import heapq
import random
from collections.abc import Callable
from itertools import count

from bench.flows import read
from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control import commands, events
from tandem.control.plane import Plane
from tandem.control.settings import Settings

BEGIN = 1_750_000_000.0
TALK = 180.0
LOAD = 0.9
Moment = tuple[float, events.Event]


def settings(agents: int) -> Settings:
    """One queue, `bench`, and so many agents who can serve it; number 4008 leads to flow `bench`."""
    names = [f"{1001 + number}" for number in range(agents)]
    staff = {name: AgentSettings(name, {"bench": 3}, f"PJSIP/{name}") for name in names}
    queues = {"bench": QueueSettings("bench", {"bench": 1}, wrap_up_seconds=0.0)}
    return Settings(lines={"4008": "bench"}, acd=AcdSettings(queues, staff))


def opening(agents: int) -> list[Moment]:
    """What comes before the first call: settings, the flow, the switch, agents at their phones."""
    names = settings(agents).acd.agents
    first = [events.SettingsLoaded(settings(agents)), events.FlowPublished(read("bench"))]
    found = [events.DeviceFound(f"PJSIP/{name}") for name in names]
    switch = events.SwitchFound("bench", BEGIN, (), ())
    return [(BEGIN, event) for event in [*first, switch, *found, *map(events.AgentSignedIn, names)]]


def entry(number: int) -> events.CallEntered:
    """The `number`-th call comes in."""
    return events.CallEntered(f"1750000000.{number}", f"PJSIP/trunk-{number:08x}", f"139{number:08d}", "", "4008")


def day(calls: int, agents: int) -> list[Moment]:
    """All events of `calls` calls with times (epoch seconds): menu, key, queue, ring, answer, talk, end.

    Calls come by chance (Poisson) and talks are of random length (exponential, 180 s in the mean), so that 90 % of the
    agents' time is taken: some callers wait. The same `calls` and `agents` give the same day.
    """
    return _Day(calls, agents).live()


class _Day:
    def __init__(self, calls: int, agents: int) -> None:
        self._plane = Plane()
        self._dice = random.Random(calls)
        self._due: list[tuple[float, int, events.Event]] = []
        self._number = count()
        self._past: list[Moment] = []
        for moment in opening(agents):
            self._happen(*moment)
        at = BEGIN
        for number in range(calls):
            at += self._dice.expovariate(agents * LOAD / TALK)
            self._plan(at, entry(number))

    def live(self) -> list[Moment]:
        while self._due:
            at, _, event = heapq.heappop(self._due)
            while (wakeup := self._plane.next_wakeup()) is not None and wakeup <= at:
                self._happen(wakeup, events.TimePassed())
            self._happen(at, event)
        return self._past

    def _happen(self, at: float, event: events.Event) -> None:
        self._past.append((at, event))
        for command in self._plane.handle(event, at):
            if react := _REACTIONS.get(type(command)):
                react(self, at, command)

    def _plan(self, at: float, event: events.Event) -> None:
        heapq.heappush(self._due, (at, next(self._number), event))

    def _listen(self, at: float, command: commands.Listen) -> None:
        """In the menu the caller presses 3; in the queue they hear the music to its end."""
        if command.music is None:
            self._plan(at + 4.0, events.Listened(command.call, command.step, "3"))
        else:
            self._plan(at + command.wait, events.Listened(command.call, command.step, None))

    def _ring(self, at: float, command: commands.RingAgent) -> None:
        self._plan(at + 0.1, events.LegRinging(command.leg))
        self._plan(at + 3.0, events.LegAnswered(command.leg))
        self._plan(at + 3.1, events.Bridged(command.call, command.leg))
        end = at + 3.1 + self._dice.expovariate(1 / TALK)
        back = events.CallEntered(command.call, command.channel, command.caller, "", "4008", command.leg)
        self._plan(end, events.LegEnded(command.leg, 16))
        self._plan(end + 0.1, back)

    def _hang_up(self, at: float, command: commands.HangUpCall) -> None:
        self._plan(at + 0.1, events.CallEnded(command.call, 16))


_REACTIONS: dict[type[commands.Command], Callable[..., None]] = {
    commands.Listen: _Day._listen,
    commands.RingAgent: _Day._ring,
    commands.HangUpCall: _Day._hang_up,
}
