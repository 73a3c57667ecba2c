"""The agent's side of chats: an offer on the screen, the talk, its end."""

from collections.abc import Callable
from typing import Any

from tandem.acd import commands as acd
from tandem.acd import events as acd_events
from tandem.control import commands, events, ways
from tandem.control.chat import chats
from tandem.control.chat.channels import CHANNELS, Channel
from tandem.control.chat.chat import Chat
from tandem.control.chat.talk import Talk
from tandem.control.context import Context
from tandem.control.routing import route
from tandem.ivr import events as ivr_events

TIMER = "chat-offer"
"""Kind of the timer after which nobody has accepted."""


def _offer(context: Context, command: acd.Offer, now: float) -> None:
    """Show it on the agent's screen, which stands for the ring."""
    chat = context.state.chats[command.contact]
    chat.offer, chat.agent = command.offer, command.agent
    context.note(chat, now, "offered", command.agent)
    context.timers.set(f"{TIMER} {chat.id}", now + command.ring_seconds)
    context.tell(commands.OfferChat(chat.offer, chat.agent, chat.id, tuple(chat.messages)))
    route(context, acd_events.OfferRinging(command.offer), now)


def _withdraw(context: Context, command: acd.WithdrawOffer, _now: float) -> None:
    chat = context.state.chats[command.contact]
    if chat.offer == command.offer:
        _take_back(context, chat)


def accepted(context: Context, event: events.AgentAccepted, now: float) -> None:
    """An offer that was withdrawn is not accepted any more."""
    chat = _offered(context, event.chat, event.offer)
    if chat is None:
        return
    agent, offer = chat.agent, chat.offer
    _take_back(context, chat)
    chat.agent, chat.agent_heard = agent, 0
    _begin_talk(context, chat, now)
    chat.move("connect")
    ways.wait_over(context, chat, now)
    context.note(chat, now, "connected", agent)
    chats.say(context, chat, now, "system", "", notice="joined")
    route(context, acd_events.OfferAnswered(offer), now)
    route(context, acd_events.ContactConnected(offer), now)
    chats.await_customer(context, chat, now)
    context.tell(commands.ShowChat(chat.id, agent))


def _begin_talk(context: Context, chat: Chat, now: float) -> None:
    routed = context.router.snapshot().contacts[chat.id]
    chat.talks += 1
    chat.talk = Talk(chat.talks, routed.queue, chat.agent, routed.enqueued_at, now)


def declined(context: Context, event: events.AgentDeclined, now: float) -> None:
    if chat := _offered(context, event.chat, event.offer):
        _fail(context, chat, "declined", now)


def not_accepted(context: Context, chat_id: str, now: float) -> None:
    """The agent did not see it, or did not want to."""
    _fail(context, context.state.chats[chat_id], "no_answer", now)


def said(context: Context, event: events.AgentSaid, now: float) -> None:
    """Take the next message of the agent in talk; one that was taken before, or comes before its turn, is passed
    over."""
    chat = _in_talk(context, event.chat, event.agent)
    if chat is None:
        return
    if event.number == chat.agent_heard + 1:
        chat.agent_heard = event.number
        chats.say(context, chat, now, "agent", chats.readable(event.text), file=event.file)
        if chat.talk:
            chat.talk.agent_wrote(now)
        chats.await_customer(context, chat, now)
    context.tell(commands.ShowChat(chat.id, chat.agent))


def closed(context: Context, event: events.AgentClosed, now: float) -> None:
    """The agent is through: the flow goes on after its queue node."""
    chat = _in_talk(context, event.chat, event.agent)
    if chat is None:
        return
    chats.say(context, chat, now, "system", "", notice="left")
    chats.finish_talk(context, chat, now)
    chat.move("return")
    chats.tell(context, chat, ivr_events.QueueEnded("served"), now)


def _offered(context: Context, chat_id: str, offer: int) -> Chat | None:
    chat = context.state.chats.get(chat_id)
    return chat if chat is not None and offer and chat.offer == offer else None


def _in_talk(context: Context, chat_id: str, agent: str) -> Chat | None:
    chat = context.state.chats.get(chat_id)
    return chat if chat is not None and chat.state == "connected" and chat.agent == agent else None


def _fail(context: Context, chat: Chat, reason: str, now: float) -> None:
    offer = chat.offer
    _take_back(context, chat)
    route(context, acd_events.OfferFailed(offer, reason), now)


def _take_back(context: Context, chat: Chat) -> None:
    """The offer is out no more."""
    context.timers.clear(f"{TIMER} {chat.id}")
    context.tell(commands.WithdrawChat(chat.offer, chat.agent, chat.id))
    chat.offer, chat.agent = 0, ""


CHANNELS["chat"] = Channel(_offer, _withdraw)

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.AgentAccepted: accepted,
    events.AgentDeclined: declined,
    events.AgentSaid: said,
    events.AgentClosed: closed,
}
