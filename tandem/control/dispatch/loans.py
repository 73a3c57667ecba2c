"""Loans: a proposal is applied, ends by itself or is taken back, and after a quarter-hour is held against the forecast.

A loan lies over the settings as the router has them, never in them: settings that change meanwhile stay beneath it, and
with its end the agents are what the settings say.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tandem.acd import events as acd
from tandem.acd.agent import is_staffed, preference
from tandem.control import events
from tandem.control.board.today import Counts
from tandem.control.context import Context
from tandem.control.dispatch.loan import Loan, Measured, Proposal, under
from tandem.control.routing import route

ENDS, SHOWS = "loan", "loan_effect"
"""Kinds of the timers at which a loan ends, and is measured; the subject is its number."""
MEASURED_AFTER = 900.0
KEPT = 20
"""Loans that are over and still shown, the newest."""


def applied(context: Context, event: events.ProposalApplied, now: float) -> None:
    """Lend who is there and not lent yet, the least engaged first."""
    proposal, number = event.proposal, str(event.proposal.number)
    if number in context.state.loans:
        return
    agents = _free(context, proposal)
    if proposal.until <= now or not agents:
        context.alarm("proposal not applied", proposal.group, "its time is over" if agents else "nobody is there")
        return
    counts = {change.queue: replace(_counts(context, change.queue)) for change in proposal.changes}
    context.state.loans[number] = Loan(proposal, agents, event.by, now, counts)
    context.timers.set(f"{ENDS} {number}", proposal.until)
    context.timers.set(f"{SHOWS} {number}", now + MEASURED_AFTER)
    context.count("loans")
    in_force(context, now)


def taken_back(context: Context, event: events.LoanTakenBack, now: float) -> None:
    """End a loan before its time; one that was too short to show an effect has none."""
    loan = context.state.loans.get(str(event.number))
    if loan is not None and loan.ended is None:
        context.timers.clear(f"{ENDS} {event.number}")
        context.timers.clear(f"{SHOWS} {event.number}")
        _end(context, str(event.number), replace(loan, taken_back_by=event.by), now)


def over(context: Context, number: str, now: float) -> None:
    """A loan's time is over."""
    loan = context.state.loans[number]
    if context.timers.due.get(f"{SHOWS} {number}") is not None:  # it was shorter than that
        context.timers.clear(f"{SHOWS} {number}")
        loan = _measured(context, loan, now)
    _end(context, number, loan, now)


def shows(context: Context, number: str, now: float) -> None:
    """What came of a loan up to now."""
    context.state.loans[number] = _measured(context, context.state.loans[number], now)


def in_force(context: Context, now: float) -> None:
    """Let the router work by the settings with the loans that run over them."""
    settings = under(context.state.settings.acd, context.state.loans.values())
    route(context, acd.SettingsChanged(settings), now)


def _end(context: Context, number: str, loan: Loan, now: float) -> None:
    loans = context.state.loans
    loans[number] = replace(loan, ended=now)
    done = sorted((one for one in loans if loans[one].ended is not None), key=lambda one: loans[one].ended or 0.0)
    for old in done[:-KEPT]:
        del loans[old]
    in_force(context, now)


def _free(context: Context, proposal: Proposal) -> tuple[str, ...]:
    """Whom the proposal may take, as many as it asks for."""
    lent = {name for loan in context.state.loans.values() if loan.ended is None for name in loan.agents}
    known = context.router.snapshot().agents
    agents = [known[name] for name in proposal.members if name in known and name not in lent]
    there = sorted(filter(is_staffed, agents), key=preference)
    return tuple(agent.name for agent in there[: proposal.agents])


def _counts(context: Context, queue: str) -> Counts:
    return context.state.today.queues.get(queue) or Counts()


def _measured(context: Context, loan: Loan, now: float) -> Loan:
    """The loan with what was counted since it began; since midnight, where that came later."""
    new_day = context.state.today.began > loan.began
    found = []
    for queue, then in loan.counts.items():
        before, after = Counts() if new_day else then, _counts(context, queue)
        offered, answered = after.offered - before.offered, after.answered - before.answered
        in_target, waited = after.answered_in_target - before.answered_in_target, after.wait_answered
        level = max(in_target, 0) / offered if offered > 0 else None
        wait = max(waited - before.wait_answered, 0.0) / answered if answered > 0 else None
        found.append(Measured(queue, now, max(offered, 0), level, wait))
    return replace(loan, measured=tuple(found))


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.ProposalApplied: applied,
    events.LoanTakenBack: taken_back,
}
