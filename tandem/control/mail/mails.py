"""The life of a mail: into its queue, onto an agent's desk, interrupted and resumed, done."""

from collections.abc import Callable
from typing import Any

from tandem.acd import commands as acd
from tandem.acd import events as acd_events
from tandem.control import commands, customers, events, records
from tandem.control.chat.channels import CHANNELS, Channel
from tandem.control.context import Context
from tandem.control.identities import sender_of
from tandem.control.mail.mail import Mail, MailShown
from tandem.control.routing import FROM_ROUTER, route

OFFER, OVER = "mail-offer", "mail-over"
"""Kinds of timers: nobody has accepted; it has ended a while ago."""
KEPT_SECONDS = 86400.0
"""How long a mail is known after its end: whoever tells of it again within that time adds no other."""


def came(context: Context, event: events.MailCame, now: float) -> None:
    """Put it in its queue, unless it was told of before, or nobody could ever serve it there."""
    if event.mail in context.state.mails:
        return
    if not context.router.can_ever_serve(event.queue):
        context.alarm("queue nobody can serve", event.queue, f"mail {event.mail} was to wait there")
        return
    mail = Mail(event.mail, event.queue, event.subject, event.sender, event.reference, now)
    context.state.mails[mail.id] = mail
    context.note(mail, now, "queued", mail.queue)
    context.tell(records.mail(context, mail))
    customers.seek(context, mail.id, "email", sender_of(mail.sender))
    queued = acd_events.ContactQueued(
        mail.id,
        mail.queue,
        event.priority,
        sticky=event.sticky,
        sticky_seconds=event.sticky_seconds,
        can_rest=True,
    )
    route(context, queued, now)


def withdrawn(context: Context, event: events.MailWithdrawn, now: float) -> None:
    """It was answered elsewhere."""
    mail = context.state.mails.get(event.mail)
    if mail is not None and mail.state != "ended":
        _end(context, mail, "withdrawn", now)


def accepted(context: Context, event: events.MailAccepted, now: float) -> None:
    """An offer that was withdrawn is not accepted any more."""
    mail = _offered(context, event.mail, event.offer)
    if mail is None:
        return
    context.timers.clear(f"{OFFER} {mail.id}")
    offer, mail.offer, mail.since = mail.offer, 0, now
    mail.move("connect")
    context.note(mail, now, "connected", mail.agent)
    route(context, acd_events.OfferAnswered(offer), now)
    route(context, acd_events.ContactConnected(offer), now)
    _show(context, mail)


def declined(context: Context, event: events.MailDeclined, now: float) -> None:
    if mail := _offered(context, event.mail, event.offer):
        _fail(context, mail, "declined", now)


def closed(context: Context, event: events.MailClosed, now: float) -> None:
    """The agent is through with it."""
    mail = context.state.mails.get(event.mail)
    if mail is not None and mail.agent == event.agent and not mail.offer and mail.state != "queued":
        _end(context, mail, "served", now)


def not_accepted(context: Context, mail_id: str, now: float) -> None:
    """The agent did not see it, or did not want to."""
    _fail(context, context.state.mails[mail_id], "no_answer", now)


def over(context: Context, mail_id: str, _now: float) -> None:
    """Nobody tells of it any more."""
    del context.state.mails[mail_id]


def desk(context: Context, agent: str) -> list[MailShown]:
    """The mails that the agent is offered, or has."""
    known = context.state.mails
    mails = sorted((known[name] for name in context.on_desk(agent) if name in known), key=lambda mail: mail.came_at)
    return [
        MailShown(mail.id, mail.offer, mail.state, mail.queue, mail.subject, mail.sender, mail.reference, mail.came_at)
        for mail in mails
        if mail.agent == agent
    ]


# --- from the router ---------------------------------------------------------------------------------------------


def _offer(context: Context, command: acd.Offer, now: float) -> None:
    """Show it on the agent's screen, which stands for the ring."""
    mail = context.state.mails[command.contact]
    mail.offer, mail.agent = command.offer, command.agent
    context.note(mail, now, "offered", command.agent)
    context.timers.set(f"{OFFER} {mail.id}", now + command.ring_seconds)
    _show(context, mail)
    route(context, acd_events.OfferRinging(command.offer), now)


def _withdraw(context: Context, command: acd.WithdrawOffer, _now: float) -> None:
    mail = context.state.mails[command.contact]
    if mail.offer == command.offer:
        _leave_desk(context, mail)


def _interrupted(context: Context, command: acd.InterruptContact, now: float) -> None:
    """Its agent has begun with what can't wait."""
    mail = context.state.mails[command.contact]
    _count(mail, now)
    mail.move("interrupt")
    context.note(mail, now, "interrupted", mail.agent)
    _show(context, mail)


def _resumed(context: Context, command: acd.ResumeContact, now: float) -> None:
    """Its agent has room for it again."""
    mail = context.state.mails[command.contact]
    mail.since = now
    mail.move("resume")
    context.note(mail, now, "resumed", mail.agent)
    _show(context, mail)


def _taken_back(context: Context, command: acd.TakeBackContact, now: float) -> None:
    """Its agent has left work: it waits again."""
    mail = context.state.mails[command.contact]
    _count(mail, now)
    mail.move("return")
    context.note(mail, now, "back in its queue", mail.agent)
    _leave_desk(context, mail)


# --- what all have in common -------------------------------------------------------------------------------------


def _offered(context: Context, mail_id: str, offer: int) -> Mail | None:
    mail = context.state.mails.get(mail_id)
    return mail if mail is not None and offer and mail.offer == offer else None


def _fail(context: Context, mail: Mail, reason: str, now: float) -> None:
    offer = mail.offer
    _leave_desk(context, mail)
    route(context, acd_events.OfferFailed(offer, reason), now)


def _leave_desk(context: Context, mail: Mail) -> None:
    context.timers.clear(f"{OFFER} {mail.id}")
    _show(context, mail)
    mail.offer, mail.agent = 0, ""


def _end(context: Context, mail: Mail, outcome: str, now: float) -> None:
    _count(mail, now)
    waits = mail.state == "queued"
    mail.move("end")
    mail.outcome = outcome
    context.note(mail, now, "ended", outcome)
    context.tell(records.mail(context, mail, now))
    customers.forget(context, mail.id)
    context.timers.set(f"{OVER} {mail.id}", now + KEPT_SECONDS)
    _leave_desk(context, mail)
    ended = acd_events.ContactLeft(mail.id, "self_served") if waits else acd_events.ContactFinished(mail.id)
    route(context, ended, now)


def _count(mail: Mail, now: float) -> None:
    """The time that the agent was at it ends, or pauses."""
    if mail.state == "connected":
        mail.talk_seconds += now - mail.since


def _show(context: Context, mail: Mail) -> None:
    context.tell(commands.ShowMail(mail.id, mail.agent))


CHANNELS["mail"] = Channel(_offer, _withdraw)
FROM_ROUTER |= {
    acd.InterruptContact: _interrupted,
    acd.ResumeContact: _resumed,
    acd.TakeBackContact: _taken_back,
}

HANDLERS: dict[type[events.Event], Callable[[Context, Any, float], None]] = {
    events.MailCame: came,
    events.MailWithdrawn: withdrawn,
    events.MailAccepted: accepted,
    events.MailDeclined: declined,
    events.MailClosed: closed,
}
