"""Talks that last longer while others go on beside them, and rest while they are interrupted."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

SlowDown = Callable[[str, int], float]
"""(agent, contacts at once) -> how many times as long each of them takes as one alone."""


@dataclass(slots=True)
class Talk:
    """One conversation: `left` seconds of it as if it were alone, at the moment `since`, at `pace` times that time.

    `planned` counts its plans: only the newest counts.
    """

    contact: str
    agent: str
    left: float
    since: float
    pace: float = 1.0
    planned: int = 0
    rests: bool = False


class Talks:
    """Every talk under way. `plan(at, talk, number)` has `is_over` asked at that time; times are the world's."""

    def __init__(self, plan: Callable[[float, tuple[Talk, int]], None], slow_down: SlowDown) -> None:
        self._plan = plan
        self._slow_down = slow_down
        self._talks: dict[str, Talk] = {}
        self._of: defaultdict[str, list[Talk]] = defaultdict(list)

    def begin(self, contact: str, agent: str, seconds: float, now: float) -> None:
        """A talk begins that would take so long alone."""
        self._talks[contact] = talk = Talk(contact, agent, seconds, now)
        self._of[agent].append(talk)
        self._replan(agent, now)

    def is_over(self, talk: Talk, number: int, now: float) -> bool:
        """Whether this plan of the talk still stood; then it has ended."""
        if talk.planned != number or self._talks.get(talk.contact) is not talk:
            return False
        self.end(talk.contact, now)
        return True

    def end(self, contact: str, now: float) -> float:
        """The talk is over, or taken away from its agent; how many seconds of it were left."""
        talk = self._talks.pop(contact)
        self._of[talk.agent].remove(talk)
        self._replan(talk.agent, now)
        return talk.left if talk.rests else max(talk.left - (now - talk.since) / talk.pace, 0.0)

    def rest(self, contact: str, rests: bool, now: float) -> None:
        """The talk is interrupted, or resumed."""
        talk = self._talks[contact]
        if rests:
            talk.left -= (now - talk.since) / talk.pace
            talk.planned += 1
        talk.rests, talk.since = rests, now
        self._replan(talk.agent, now)

    def _replan(self, agent: str, now: float) -> None:
        """All that go on with this agent do so at the pace of so many."""
        active = [talk for talk in self._of[agent] if not talk.rests]
        pace = self._slow_down(agent, len(active)) if active else 1.0
        for talk in active:
            talk.left -= (now - talk.since) / talk.pace
            talk.since, talk.pace = now, pace
            talk.planned += 1
            self._plan(now + talk.left * pace, (talk, talk.planned))
