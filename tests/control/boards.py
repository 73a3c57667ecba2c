"""A board that follows what it is told."""

from tandem.control.board.board import ESTIMATES_AT_ONCE, Board
from tandem.control.board.shown import AgentShown, CentreShown, Changes, QueueShown
from tandem.control.plane import Plane


class Follower:
    """What a browser makes of the snapshot and of all changes after it."""

    def __init__(self, plane: Plane, now: float) -> None:
        self.woken = 0
        self.board: Board = plane.open_board(self._wake)
        self.board.changes(now)
        shown = self.board.look()
        self.queues: dict[str, QueueShown] = {queue.queue: queue for queue in shown.queues}
        self.agents: dict[str, AgentShown] = {agent.agent: agent for agent in shown.agents}
        self.centre: CentreShown = shown.centre

    def _wake(self) -> None:
        self.woken += 1

    def follow(self, now: float) -> Changes:
        """Take in what is different."""
        changes = self.board.changes(now)
        self.queues |= {queue.queue: queue for queue in changes.queues}
        self.agents |= {agent.agent: agent for agent in changes.agents}
        for queue in changes.gone_queues:
            del self.queues[queue]
        for agent in changes.gone_agents:
            del self.agents[agent]
        self.centre = changes.centre or self.centre
        return changes

    def check(self, plane: Plane, now: float) -> None:
        """It shows what one shows that is opened now, before the same plane."""
        self.follow(now)
        fresh = Board(plane.context, lambda: None)
        fresh.changes(now)
        shown = fresh.look()
        assert len(shown.queues) <= ESTIMATES_AT_ONCE
        assert self.queues == {queue.queue: queue for queue in shown.queues}
        assert self.agents == {agent.agent: agent for agent in shown.agents}
        assert self.centre == shown.centre
