"""What those see who look at chats: the customer, and the agent at their desk."""

import msgspec

from tandem.control.chat.chat import Chat, Message
from tandem.control.context import Context


class ChatShown(msgspec.Struct, frozen=True):
    """A chat as its customer sees it. `heard`: the number of the last message that was taken from them; `position`:
    their place in a queue, from 1; `outcome` is empty until it has ended; `agent` is in talk with them."""

    chat: str
    state: str
    language: str
    heard: int
    messages: tuple[Message, ...]
    position: int | None
    outcome: str
    agent: str = ""


class DeskShown(msgspec.Struct, frozen=True):
    """A chat as its agent sees it: offered under the number `offer`, or in talk where that is 0.

    `heard`: the number of the last message that was taken from the agent. `name` and `number` are what the customer
    says of themselves.
    """

    chat: str
    offer: int
    name: str
    number: str
    line: str
    language: str
    heard: int
    forms: dict[str, dict[str, str]]
    messages: tuple[Message, ...]


def look(context: Context, chat: Chat, now: float) -> ChatShown:
    """What the customer sees at `now` (epoch seconds)."""
    place = context.place(chat, now)
    return ChatShown(
        chat=chat.id,
        state=chat.state,
        language=chat.session.language,
        heard=chat.heard,
        messages=tuple(chat.messages),
        position=place.position if place else None,
        outcome=chat.outcome,
        agent=chat.talk.agent if chat.talk else "",
    )


def desk(context: Context, agent: str) -> list[DeskShown]:
    """The chats that the agent is offered, or is in."""
    known = context.state.chats
    chats = sorted((known[name] for name in context.on_desk(agent) if name in known), key=lambda chat: chat.entered_at)
    return [
        DeskShown(
            chat=chat.id,
            offer=chat.offer,
            name=chat.caller_name,
            number=chat.caller,
            line=chat.dialled,
            language=chat.session.language,
            heard=chat.agent_heard,
            forms=chat.forms,
            messages=tuple(chat.messages),
        )
        for chat in chats
        if chat.agent == agent
    ]
