"""What a board shows. Clocks run in the browser: there are moments (epoch seconds) here, not durations."""

import msgspec

from tandem.acd.board import ContactFigures
from tandem.control.board.board_settings import BoardSettings
from tandem.control.board.today import Alarm, Counts
from tandem.control.dispatch.loan import Loan
from tandem.control.voice.monitor import Mode


class Recent(msgspec.Struct, frozen=True):
    """Of those who came to a queue in the quarter-hour from `start`.

    The service level now is that of this quarter-hour and the one before:
    answered in target / (answered + abandoned after target), as the conditions of plans have it.
    """

    start: float
    offered: int
    answered: int
    abandoned: int
    answered_in_target: int
    abandoned_in_target: int


class Estimate(msgspec.Struct, frozen=True):
    """What a newcomer would be told of their wait: seconds; the mean, 20th and 80th percentile."""

    mean: float
    earliest: float
    latest: float


class QueueShown(msgspec.Struct, frozen=True):
    """A queue. `target`: seconds of its service level. `oldest`: the age of who waits longest, None for nobody.

    `callbacks` are booked and not yet reached. Of the agents who can serve a newcomer `ready` have room, `at_work` are
    there. `served`: somebody in the settings could ever serve it. `estimate` is None where nobody would have to wait,
    or nobody is at work.
    """

    queue: str
    channel: str
    target: float
    waiting: int
    oldest: float | None
    in_talk: int
    callbacks: int
    ready: int
    at_work: int
    served: bool
    estimate: Estimate | None
    recent: tuple[Recent, ...]
    today: Counts


class OnTalk(msgspec.Struct, frozen=True):
    """A supervisor on an agent's talk.

    `state`: `asked` (the phone `device` rings), `joined`, or `waiting` for the agent's voice, which was cut off.
    `since`: in this mode, 0 while it rings.
    """

    by: str
    mode: Mode
    state: str
    since: float
    device: str


class AgentShown(msgspec.Struct, frozen=True):
    """An agent. `since`: in this state; `until`: when it ends by itself; `wants`: what comes next, or is there.

    `units` of attention (of 100) are in use. `monitors` are on their talk.
    """

    agent: str
    name: str
    team: str
    state: str
    reason: str
    since: float
    wants: str
    until: float | None
    units: int
    contacts: tuple[ContactFigures, ...]
    monitors: tuple[OnTalk, ...] = ()


class CentreShown(msgspec.Struct, frozen=True):
    """What concerns no single queue. `counted`: alarms, faults and repairs of today, by kind. See Today.

    `loans` of the dispatch: those that run and the newest that are over."""

    switch_up: bool
    began: float
    until: float
    outcomes: dict[str, dict[str, int]]
    links: dict[str, int]
    counted: dict[str, int]
    alarms: tuple[Alarm, ...]
    thresholds: BoardSettings
    loans: tuple[Loan, ...] = ()


class Changes(msgspec.Struct, frozen=True):
    """What is different: rows that are new or changed, the names of those that are gone, the centre if that changed."""

    queues: tuple[QueueShown, ...] = ()
    agents: tuple[AgentShown, ...] = ()
    gone_queues: tuple[str, ...] = ()
    gone_agents: tuple[str, ...] = ()
    centre: CentreShown | None = None


class Shown(msgspec.Struct, frozen=True):
    """All that a board shows."""

    queues: tuple[QueueShown, ...]
    agents: tuple[AgentShown, ...]
    centre: CentreShown
