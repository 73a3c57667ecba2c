"""Facts for the store: rows, written whole and by key."""

import msgspec

from tandem.acd import commands as acd
from tandem.control import commands
from tandem.control.callback.callback import Callback
from tandem.control.chat.chat import Chat
from tandem.control.chat.talk import Talk
from tandem.control.context import Context
from tandem.control.identities import identity, sender_of
from tandem.control.mail.mail import Mail
from tandem.control.voice.call import Call, Leg, Transfer
from tandem.control.voice.dial import Dial
from tandem.ivr import commands as ivr


def contact(
    context: Context, call: Call, ended_at: float | None = None, outcome: str = "", cause: int = 0
) -> commands.RecordContact:
    """The row of a call; written at its start (no end, no outcome) and at its end."""
    return commands.RecordContact(
        call=call.id,
        caller=call.caller,
        dialled=call.dialled,
        flow=call.flow,
        version=call.version,
        language=call.session.language,
        tier=call.tier,
        started_at=call.entered_at,
        ended_at=ended_at,
        outcome=outcome,
        cause=cause,
        talk_seconds=call.talk_seconds,
        hold_seconds=call.hold_seconds,
        direction=call.direction,
        **_customer(context, call.id, "phone", call.caller),
    )


def not_reached(context: Context, dial: Dial, outcome: str, now: float) -> commands.RecordContact:
    """The row of a customer whom an agent dialled and did not reach."""
    return commands.RecordContact(
        call=dial.id,
        caller=dial.number,
        dialled=dial.caller_id,
        flow="",
        version="",
        language="",
        tier="",
        started_at=dial.asked_at,
        ended_at=now,
        outcome=outcome,
        cause=0,
        talk_seconds=0.0,
        hold_seconds=0.0,
        direction="outbound",
        **_customer(context, dial.id, "phone", dial.number),
    )


def callback(
    row: Callback, ended_at: float | None = None, outcome: str = "", reached: str = "", agent: str = ""
) -> commands.RecordCallback:
    """The row of a callback; written when it is booked, whenever it changes, and at its end."""
    return commands.RecordCallback(
        callback=row.id,
        number=row.number,
        queue=row.queue,
        call=row.call,
        booked_at=row.booked_at,
        enqueued_at=row.enqueued_at,
        not_before=row.not_before,
        expires_at=row.expires_at,
        dials=row.dials,
        ended_at=ended_at,
        outcome=outcome,
        agent=agent,
        reached=reached,
    )


def callback_attempt(row: Callback, outcome: str, agent: str, now: float) -> commands.RecordCallbackAttempt:
    """The row of a callback's attempt at hand, at its end."""
    return commands.RecordCallbackAttempt(row.id, row.attempt, agent, row.dialled_at, now, outcome)


def chat(context: Context, chat: Chat, ended_at: float | None = None, outcome: str = "") -> commands.RecordContact:
    """The row of a chat; written at its start (no end, no outcome) and at its end."""
    return commands.RecordContact(
        call=chat.id,
        caller=chat.caller,
        dialled=chat.dialled,
        flow=chat.flow,
        version=chat.version,
        language=chat.session.language,
        tier=chat.tier,
        started_at=chat.entered_at,
        ended_at=ended_at,
        outcome=outcome,
        cause=0,
        talk_seconds=chat.talk_seconds,
        hold_seconds=0.0,
        channel="chat",
        **_customer(context, chat.id, "phone", chat.caller),
    )


def talk(chat: str, ended: Talk, now: float) -> commands.RecordChatTalk:
    """The row of a talk in a chat, at its end."""
    return commands.RecordChatTalk(
        call=chat,
        number=ended.number,
        queue=ended.queue,
        agent=ended.agent,
        enqueued_at=ended.enqueued_at,
        connected_at=ended.connected_at,
        ended_at=now,
        first_response_at=ended.first_response_at,
        customer_messages=ended.customer_messages,
        agent_messages=ended.agent_messages,
        responses=ended.responses,
        response_seconds=ended.response_seconds,
    )


def mail(context: Context, mail: Mail, ended_at: float | None = None) -> commands.RecordContact:
    """The row of a mail; written when it comes (no end, no outcome) and at its end."""
    return commands.RecordContact(
        call=mail.id,
        caller=mail.sender,
        dialled=mail.queue,
        flow="",
        version="",
        language="",
        tier="",
        started_at=mail.came_at,
        ended_at=ended_at,
        outcome=mail.outcome,
        cause=0,
        talk_seconds=mail.talk_seconds,
        hold_seconds=0.0,
        channel="mail",
        **_customer(context, mail.id, "email", sender_of(mail.sender)),
    )


def _customer(context: Context, contact: str, kind: str, value: str) -> dict[str, str]:
    """Who it is, and by what they are known."""
    known = context.state.customers.get(contact)
    by = identity(kind, value, context.state.settings.dial_plan.country)
    return {"identity": by or "", "customer": known.customer if known else ""}


def leg(ended: Leg, now: float, outcome: str) -> commands.RecordLeg:
    """The row of an agent's channel, at its end."""
    return commands.RecordLeg(
        leg=ended.id,
        call=ended.party or ended.call,
        agent=ended.agent,
        device=ended.device,
        ringing_at=ended.ringing_at,
        answered_at=ended.answered_at,
        bridged_at=ended.bridged_at,
        ended_at=now,
        hold_seconds=ended.hold_seconds,
        outcome=outcome,
    )


def transfer(call: Call, ended: Transfer, now: float, outcome: str) -> commands.RecordLeg:
    """The row of a talk with somebody outside, at its end."""
    return commands.RecordLeg(
        leg=f"transfer-{call.id}-{ended.number}",
        call=call.id,
        agent="",
        device=ended.to,
        ringing_at=ended.asked_at,
        answered_at=ended.answered_at,
        bridged_at=ended.answered_at,
        ended_at=now,
        hold_seconds=0.0,
        outcome=outcome,
    )


def offer(command: acd.RecordOffer, now: float) -> commands.RecordOffer:
    """The row of an offer, at its end."""
    return commands.RecordOffer(
        offer=command.offer,
        call=command.contact,
        agent=command.agent,
        queue=command.queue,
        offered_at=command.offered_at,
        ended_at=now,
        outcome=command.outcome,
    )


def form(contact: str, command: ivr.RecordForm, now: float) -> commands.RecordForm:
    """The row of a form, as it stands now."""
    content = msgspec.json.encode(command.values).decode()
    return commands.RecordForm(contact, command.form, content, command.submitted, now)


def from_router(command: acd.Command, now: float) -> commands.Command:
    """The row for one of the router's own records."""
    match command:
        case acd.RecordAgentState(agent=agent, state=state, reason=reason, since=since):
            return commands.RecordActivity(agent, state, reason, since, now)
        case acd.RecordWrapUpExtended(agent=agent, seconds=seconds):
            return commands.RecordAgentOrder(agent, now, "wrap_up_extended", seconds=seconds)
        case acd.RecordWait():
            estimated, earliest, latest = command.estimate or (None, None, None)
            return commands.RecordWait(
                call=command.contact,
                queue=command.queue,
                enqueued_at=command.arrived_at,
                left_at=now,
                outcome=command.outcome,
                agent=command.agent,
                since=command.enqueued_at,
                priority=command.priority,
                boost=command.boost,
                estimated=estimated,
                earliest=earliest,
                latest=latest,
            )
        case acd.RecordInterval():
            return commands.RecordInterval(**{name: getattr(command, name) for name in command.__struct_fields__})
    raise TypeError(f"not a record: {command!r}")
