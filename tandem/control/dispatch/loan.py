"""A proposal of the dispatch, and the loan that it becomes: agents who work with other skills until a time."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from tandem.acd.settings import AgentSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control.board.today import Counts


class Figure(msgspec.Struct, frozen=True):
    """What is expected, and the 95 % interval of that mean."""

    mean: float
    low: float
    high: float


class Effect(msgspec.Struct, frozen=True):
    """What a queue shows until the loan's end: answered in target / offered (0 to 1), and the mean wait of the answered
    in seconds; None where nobody is."""

    level: Figure
    wait: Figure | None


class Change(msgspec.Struct, frozen=True):
    """What a queue is expected to show without a loan, and with it."""

    queue: str
    before: Effect
    after: Effect


class Proposal(msgspec.Struct, frozen=True):
    """Let `agents` of `group`, whose `members` were at work, leave the queues `away` and take `to` until then (epoch
    seconds): they work without the skills `takes`, and with those of `gives` that they do not work with already.

    `gain`: so many contacts more are answered up to the targets. `words`: the proposal by language.
    """

    number: int
    group: str
    agents: int
    members: tuple[str, ...]
    gives: dict[str, int]
    takes: tuple[str, ...]
    away: tuple[str, ...]
    to: tuple[str, ...]
    until: float
    gain: Figure
    changes: tuple[Change, ...]
    words: dict[str, str]


class Measured(msgspec.Struct, frozen=True):
    """What a queue showed from the loan's begin to `at`; figures as those of Effect, None where nobody came."""

    queue: str
    at: float
    offered: int
    level: float | None
    wait: float | None


class Loan(msgspec.Struct, frozen=True):
    """A proposal that `by` applied: `agents` are lent from `began` until `ended`, or the proposal's end.

    `taken_back_by` ended it early. `counts` are those of the queues concerned when it began; `measured` is what came of
    it, None until that is known.
    """

    proposal: Proposal
    agents: tuple[str, ...]
    by: str
    began: float
    counts: dict[str, Counts]
    ended: float | None = None
    taken_back_by: str = ""
    measured: tuple[Measured, ...] | None = None


def under(settings: AcdSettings, loans: Iterable[Loan]) -> AcdSettings:
    """The settings that the router works by while these loans run; what was set stays as it is."""
    agents = {
        name: lent(settings.agents[name], loan.proposal)
        for loan in loans
        if loan.ended is None
        for name in loan.agents
        if name in settings.agents
    }
    return replace(settings, agents=settings.agents | agents) if agents else settings


def lent(agent: AgentSettings, proposal: Proposal) -> AgentSettings:
    """The agent as they work during a loan."""
    kept = {skill: level for skill, level in agent.skills.items() if skill not in proposal.takes}
    return replace(agent, skills=proposal.gives | kept)
