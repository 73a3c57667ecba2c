"""Which agent a customer talked with last, by number and queue: for flows that want the same one again."""

import msgspec

from tandem.control.chat.chat import Chat
from tandem.control.context import Context
from tandem.control.destinations import plain_number
from tandem.control.state import LastTalk
from tandem.control.voice.call import Call
from tandem.ivr.commands import LAST, Sticky

DAY = 86400.0
MOST = 100_000
"""Numbers that are remembered; past that, those not heard of for the longest are forgotten."""
TIMER = "last-agents"


class Wanted(msgspec.Struct, frozen=True):
    """The agent whom a contact waits for before anyone else is asked, and for how many seconds; empty: nobody."""

    agent: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f", first {self.agent} for {self.seconds:g} s" if self.agent else ""


def remember(context: Context, call: Call, agent: str, now: float) -> None:
    """A call has come to its talk with the agent, in the queue where it stands."""
    number, standing = plain_number(call.caller), context.router.standing(call.id)
    if number is None or standing is None:
        return
    known = context.state.last_agents
    since = now - _kept(context)
    talks = {queue: talk for queue, talk in known.pop(number, {}).items() if talk.at > since}
    known[number] = talks | {standing[0]: LastTalk(agent, now)}
    forget(context, "", now)


def wanted(context: Context, sticky: Sticky | None, number: str, queue: str, now: float) -> Wanted:
    """Whom a customer of this number is to wait for in a queue, as its flow asks."""
    if sticky is None:
        return Wanted()
    agent = sticky.agent if sticky.agent != LAST else _last(context, number, queue, now - sticky.within_days * DAY)
    if agent not in context.state.settings.acd.agents:
        return Wanted()
    return Wanted(agent, sticky.seconds)


def caller_of(contact: Call | Chat) -> str:
    """The number that a contact is known by; what somebody writes of themselves is not proven."""
    return contact.caller if isinstance(contact, Call) else ""


def forget(context: Context, _subject: str, now: float) -> None:
    """Forget whoever had no talk for as long as is kept. The dict is in the order of the newest talks."""
    known, kept = context.state.last_agents, _kept(context)
    while known:
        number, talks = next(iter(known.items()))
        ends = max(talk.at for talk in talks.values()) + kept
        if ends > now and len(known) <= MOST:
            context.timers.set(f"{TIMER} ", ends)
            return
        del known[number]
    context.timers.clear(f"{TIMER} ")


def _last(context: Context, number: str, queue: str, since: float) -> str:
    talk = context.state.last_agents.get(plain_number(number) or "", {}).get(queue)
    return talk.agent if talk is not None and talk.at >= since else ""


def _kept(context: Context) -> float:
    return context.state.settings.last_agent_days * DAY
