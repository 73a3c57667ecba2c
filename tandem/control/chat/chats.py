"""Chats: the flow as a conversation in writing, from its beginning to its end."""

import unicodedata
from collections.abc import Callable
from typing import Any

from tandem.acd import events as acd
from tandem.control import commands, customers, events, records, ways
from tandem.control.callback import callbacks
from tandem.control.chat.chat import Chat, Message, Notice, Sender
from tandem.control.chat.talk import File
from tandem.control.context import Context
from tandem.control.page import reading
from tandem.control.publishing import publishing
from tandem.control.publishing.versions import flow_of, forget_unused_version
from tandem.control.routing import route
from tandem.control.voice import calls, wishes
from tandem.control.voice.caller import recognise
from tandem.ivr import commands as ivr
from tandem.ivr import events as ivr_events
from tandem.ivr import face
from tandem.ivr.node import written
from tandem.ivr.session import Session
from tandem.ivr.shown import Choice, Field, Shown, offers_of
from tandem.ivr.values import harmless

IDLE, AWAY, OVER = "chat-idle", "chat-away", "chat-over"
"""Kinds of timers: nothing was answered; nobody is connected; it has ended a while ago."""
AWAY_SECONDS = 120.0
"""How long a customer may be without a connection until they have left."""
KEPT_SECONDS = 600.0
"""How long a chat can be read after its end."""
MOST_KEPT = 200
"""Messages that can be read again; all of them are recorded."""
LONGEST = 2000
"""Characters of a message."""
KEPT_CONTROLS = "\n\u200d"
"""New lines, and what joins emoji."""
WALKING = ("flow", "queued")
"""States in which the flow goes on; while an agent is there it rests."""


def began(context: Context, event: events.ChatBegan, now: float) -> None:
    """What a customer says of themselves is not proven: it brings no tier and nothing that puts them ahead."""
    state = context.state
    flow = calls.flow_for(context, event.line, event.number or event.chat)
    if flow is None or event.chat in state.chats:
        return
    known = recognise(state.settings, "", event.line, flow.languages)
    number, name = harmless(event.number), harmless(event.name)
    unknown = callbacks.variables(context, "")
    variables = known.variables | unknown | {"caller.number": number, "caller.name": name}
    session = Session.begin(flow, variables, event.language, face="chat")
    chat = Chat(
        subject=event.chat,
        contact=event.chat,
        timeline=event.chat,
        flow=flow.name,
        version=flow.version,
        face=face.Face(session),
        caller=number,
        caller_name=name,
        dialled=event.line,
        tier=known.tier,
        entered_at=now,
    )
    state.chats[chat.id] = chat
    context.note(chat, now, "entered", f"{number or 'number withheld'} wrote to {event.line}, flow {flow.name}")
    context.tell(records.chat(context, chat))
    customers.seek(context, chat.id, "phone", number)
    tell(context, chat, ivr_events.Started(), now)
    _show(context, chat)


def said(context: Context, event: events.ChatSaid, now: float) -> None:
    """Take the customer's next message; one that was taken before, or comes before its turn, is passed over."""
    chat = context.state.chats.get(event.chat)
    if chat is None:
        return
    if chat.state != "ended" and event.number == chat.heard + 1:
        chat.heard = event.number
        text = readable(event.text)
        say(context, chat, now, "customer", text, file=event.file)
        if chat.talk:
            chat.talk.customer_wrote(now)
        if event.file is None:  # a file answers nothing that a flow asks
            tell(context, chat, _meant(context, chat, text, now), now)
        await_customer(context, chat, now)
    _show(context, chat)


def readable(text: str) -> str:
    """A stranger's text as it may be shown: without what controls a screen or turns the direction of writing."""
    kept = (c for c in text if c in KEPT_CONTROLS or not unicodedata.category(c).startswith("C"))
    return "".join(kept)[:LONGEST]


def _meant(context: Context, chat: Chat, text: str, now: float) -> ivr_events.Event:
    """What a message tells the session: that an offer of the queue is taken, else what was entered."""
    offers = offers_of(chat.session, flow_of(context, chat), context.place(chat, now))
    key = written(text)
    return ivr_events.Listened(key) if key in [offer.key for offer in offers] else ivr_events.Entered(text)


def tell(context: Context, chat: Chat, event: ivr_events.Event, now: float) -> None:
    """Tell the chat's session, say what it says, and have done what it wants."""
    if chat.state not in WALKING:
        return
    if isinstance(event, ivr_events.Listened):
        event = ivr_events.Listened(event.key, context.place(chat, now))
    chat.face.said = []
    wanted = face.tell(chat.face, flow_of(context, chat), event, now)
    _speak(context, chat, event, now)
    for command in wanted:
        _FROM_FLOW[type(command)](context, chat, command, now)
    if chat.state in WALKING:
        reading.set_timer(context, chat)
        await_customer(context, chat, now)
    _show(context, chat)


def say(
    context: Context,
    chat: Chat,
    now: float,
    sender: Sender,
    text: str,
    *,
    choices: tuple[Choice, ...] = (),
    field: Field | None = None,
    notice: Notice | None = None,
    file: File | None = None,
) -> None:
    """Add a message, and record it."""
    chat.said += 1
    agent = chat.agent if sender == "agent" else ""
    message = Message(chat.said, now, sender, text, choices, field, notice, agent, file)
    chat.messages = [*chat.messages, message][-MOST_KEPT:]
    stored = (file.file, file.name, file.kind, file.size) if file else ()
    context.tell(commands.RecordMessage(chat.id, message.number, now, sender, text, notice or "", agent, *stored))


def _speak(context: Context, chat: Chat, event: ivr_events.Event, now: float) -> None:
    """What the session said since, then the question at hand if it is new, or was answered wrong."""
    for text in chat.face.said:
        say(context, chat, now, "bot", text)
    session = chat.session
    shown = chat.face.shown(flow_of(context, chat), now, context.place(chat, now))
    at = (session.steps, session.here.field)
    answered = isinstance(event, ivr_events.Listened | ivr_events.Entered | ivr_events.Offered)
    # A queue makes its offers whenever it says anything.
    due = answered or at != chat.asked if shown.question else answered and session.listen.say
    if shown.asks and due:
        _ask(context, chat, shown, now)
        chat.asked = at


def _ask(context: Context, chat: Chat, shown: Shown, now: float) -> None:
    """The question with its choices, each on a line with the number that means it."""
    field = shown.fields[0] if shown.fields else None
    numbered = [Choice(str(number), choice.label) for number, choice in enumerate(shown.choices, 1)]
    choices = tuple(numbered) if field else shown.choices
    lines = [shown.question, field.hint if field else ""]
    lines += [f"{choice.key}. {choice.label}" for choice in choices if choice.label != choice.key]
    say(context, chat, now, "bot", "\n".join(line for line in lines if line), choices=choices, field=field)


def _show(context: Context, chat: Chat) -> None:
    context.tell(commands.ShowChat(chat.id, chat.agent))


# --- what the flow wants -----------------------------------------------------------------------------------------


def _enqueue(context: Context, chat: Chat, command: ivr.Enqueue, now: float) -> None:
    if not wishes.enqueue(context, chat, command, now):
        tell(context, chat, ivr_events.QueueEnded("unavailable"), now)


def _leave_queue(context: Context, chat: Chat, command: ivr.LeaveQueue, now: float) -> None:
    wishes.leave_queue(context, chat, command.outcome, now)


def _send_link(context: Context, chat: Chat, command: ivr.SendLink, now: float) -> None:
    """A link without a flow of its own would show what is asked here."""
    tell(context, chat, ivr_events.LinkFailed(command.link, "a chat is its own page"), now)


def _request_callback(context: Context, chat: Chat, command: ivr.RequestCallback, now: float) -> None:
    answer = callbacks.book(context, chat, command, now)
    if isinstance(answer, ivr_events.CallbackBooked):
        chat.booked = True
        wishes.leave_queue(context, chat, "called_back", now)
    tell(context, chat, answer, now)


def _leave_callbacks_alone(context: Context, chat: Chat, _command: ivr.Command, now: float) -> None:
    """Anybody may write anybody's number: what stands under it is not theirs to cancel or put off."""
    context.note(chat, now, "callback left alone", "the number of a chat is not proven")


def _hang_up(context: Context, chat: Chat, _command: ivr.HangUp, now: float) -> None:
    chat.flow_ended = True
    end(context, chat, now)


def _record_fault(context: Context, chat: Chat, command: ivr.RecordFault, now: float) -> None:
    chat.faults += 1
    reading.FROM_FLOW[ivr.RecordFault](context, chat, command, now)


_FROM_FLOW: dict[type[ivr.Command], Callable[[Context, Any, Any, float], None]] = reading.FROM_FLOW | {
    ivr.Enqueue: _enqueue,
    ivr.LeaveQueue: _leave_queue,
    ivr.SendLink: _send_link,
    ivr.RequestCallback: _request_callback,
    ivr.CancelCallback: _leave_callbacks_alone,
    ivr.SnoozeCallback: _leave_callbacks_alone,
    ivr.HangUp: _hang_up,
    ivr.RecordOffer: ways.record,
    ivr.RecordFault: _record_fault,
}


# --- silence, absence, the end -----------------------------------------------------------------------------------


def await_customer(context: Context, chat: Chat, now: float) -> None:
    """Whoever owes an answer is reminded after a while; whoever waits for one is not."""
    asked = chat.face.shown(flow_of(context, chat), now).asks if chat.state == "flow" else False
    owes = asked or (chat.state == "connected" and chat.messages[-1].sender == "agent")
    chat.reminded = False
    if owes:
        context.timers.set(f"{IDLE} {chat.id}", now + context.state.settings.chats.remind_after)
    else:
        context.timers.clear(f"{IDLE} {chat.id}")


def idle(context: Context, chat_id: str, now: float) -> None:
    """Nothing was answered: remind them once, then end it."""
    chat = context.state.chats[chat_id]
    if chat.reminded:
        end(context, chat, now, "idle")
        return
    chat.reminded = True
    say(context, chat, now, "system", "", notice="remind")
    context.timers.set(f"{IDLE} {chat_id}", now + context.state.settings.chats.close_after)
    _show(context, chat)


def lost(context: Context, event: events.ChatLost, now: float) -> None:
    chat = context.state.chats.get(event.chat)
    if chat is not None and chat.state != "ended":
        context.timers.set(f"{AWAY} {chat.id}", now + AWAY_SECONDS)


def resumed(context: Context, event: events.ChatResumed, _now: float) -> None:
    context.timers.clear(f"{AWAY} {event.chat}")


def left(context: Context, event: events.ChatLeft, now: float) -> None:
    chat = context.state.chats.get(event.chat)
    if chat is not None:
        end(context, chat, now)


def away(context: Context, chat_id: str, now: float) -> None:
    """Nobody came back."""
    end(context, context.state.chats[chat_id], now)


def over(context: Context, chat_id: str, _now: float) -> None:
    """Nobody reads it any more."""
    chat = context.state.chats.pop(chat_id)
    _show(context, chat)


def restarted(context: Context, now: float) -> None:
    """The process began again: nobody is connected yet, and what was offered may not have been shown."""
    for chat in context.state.chats.values():
        if chat.state != "ended":
            context.timers.set(f"{AWAY} {chat.id}", now + AWAY_SECONDS)
        if chat.offer:
            context.tell(commands.OfferChat(chat.offer, chat.agent, chat.id, tuple(chat.messages)))


def end(context: Context, chat: Chat, now: float, notice: Notice | None = None) -> None:
    """It is over: the flow has ended, or the customer is gone."""
    if chat.state == "ended":
        return
    outcome = _outcome(chat)
    ways.wait_over(context, chat, now)
    if chat.state == "queued":
        route(context, acd.ContactLeft(chat.id, "abandoned"), now)
    elif chat.state == "connected":
        finish_talk(context, chat, now)
    if notice:
        say(context, chat, now, "system", "", notice=notice)
    chat.move("end")
    chat.outcome = outcome
    context.note(chat, now, "ended", outcome.replace("_", " "))
    context.tell(records.chat(context, chat, now, outcome))
    customers.forget(context, chat.id)
    reading.forget(context, chat)
    for kind in (IDLE, AWAY):
        context.timers.clear(f"{kind} {chat.id}")
    context.timers.set(f"{OVER} {chat.id}", now + KEPT_SECONDS)
    publishing.count_end(context, chat, outcome, now)
    forget_unused_version(context, chat.flow, chat.version)
    _show(context, chat)


def finish_talk(context: Context, chat: Chat, now: float) -> None:
    """The talk with the agent is over."""
    chat.served = True
    if chat.talk:
        chat.talk_seconds += now - chat.talk.connected_at
        context.tell(records.talk(chat.id, chat.talk, now))
        chat.talk = None
    context.note(chat, now, "talk ended", chat.agent)
    _show(context, chat)
    chat.agent = ""
    route(context, acd.ContactFinished(chat.id), now)


def _outcome(chat: Chat) -> str:
    """What it came to; the words are those of calls."""
    if chat.state == "queued":
        return "abandoned"
    if chat.served or chat.state == "connected":
        return "served"
    if chat.booked:
        return "called_back"
    return "contained" if chat.flow_ended else "left_menu"


HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.ChatBegan: began,
    events.ChatSaid: said,
    events.ChatLost: lost,
    events.ChatResumed: resumed,
    events.ChatLeft: left,
}
