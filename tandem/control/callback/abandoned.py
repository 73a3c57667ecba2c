"""Callers who hung up while they waited: those who had waited for long are offered a callback with their age."""

from msgspec import structs

from tandem.acd.contact import Contact
from tandem.control import commands
from tandem.control.callback.bookings import DAY, find, lately, settings_of
from tandem.control.callback.callback import Callback
from tandem.control.callback.callbacks import book_now, callable_from, make, refusal
from tandem.control.context import Context
from tandem.control.destinations import plain_number
from tandem.control.page.page import Page
from tandem.control.state import Abandoned, OfferedBack
from tandem.control.voice.call import Call
from tandem.ivr.commands import RequestCallback
from tandem.ivr.events import CallbackBooked, CallbackRefused
from tandem.ivr.speech import write
from tandem.ivr.standard import ASK
from tandem.ivr.values import Value

SENDS, FORGETS = "abandoned", "offered-back"
"""Kinds of timers: a page's link is to be sent; a number's offers count no more."""


def prepare(context: Context, call: Call, now: float) -> Callback | None:
    """The callback that a caller who hangs up in their queue is to be offered; None: none."""
    contact = context.router.snapshot().contacts.get(call.id)
    rule = settings_of(context, contact.queue).abandoned if contact else None
    if call.callback or contact is None or rule is None or now - contact.enqueued_at < rule.after:
        return None
    number = plain_number(call.caller) or ""
    if reason := _hindrance(context, number, contact, rule.most_a_day, now):
        context.note(call, now, "no callback offered", reason.replace("_", " "))
        context.count(f"callbacks not offered: {reason.replace('_', ' ')}")
        return None
    waiting = call.session.waiting
    wanted = RequestCallback(
        contact.queue, number, contact.priority, contact.boost, sticky=waiting.sticky if waiting else None
    )
    return make(context, call, wanted, number, contact.enqueued_at, now)


def offer(context: Context, call: Call, callback: Callback, now: float) -> None:
    """Book it at once, or send a link to the page that asks, when the caller may be written to."""
    rule = settings_of(context, callback.queue).abandoned
    known = context.state.offered_back.setdefault(callback.number, OfferedBack())
    known.times = [*lately(known.times, now), now]
    context.timers.set(f"{FORGETS} {callback.number}", now + DAY)
    if rule is not None and rule.way == "callback":
        context.note(call, now, "callback booked", "hung up while waiting")
        book_now(context, callback, now)
        return
    begin = callable_from(context, callback, now)
    if begin is None or begin >= now + DAY:
        context.note(call, now, "no callback offered", "not in the hours")
        return
    page = _page(call, now)
    context.state.pages[page.subject] = page
    context.timers.set(f"page {page.subject}", page.expires_at)
    known.pages.append(page.subject)
    context.state.abandoned[page.subject] = Abandoned(callback, _link(call, page))
    context.note(call, now, "callback offered", "by a link")
    context.count("callbacks offered")
    context.timers.set(f"{SENDS} {page.subject}", begin)


def send(context: Context, subject: str, now: float) -> None:
    """The time has come to write to them; doing it twice does no harm."""
    if (offered := context.state.abandoned.get(subject)) is not None:
        link = offered.link
        context.tell(commands.RecordLink(link.call, link.link, link.purpose, "", "requested", now))
        context.tell(link)


def send_again(context: Context, now: float) -> None:
    """The process began again: what it had under way may be lost."""
    for subject, offered in context.state.abandoned.items():
        if not offered.settled and f"{SENDS} {subject}" not in context.timers.due:
            send(context, subject, now)


def settled(context: Context, subject: str) -> None:
    """What became of a link is known: it need not be sent again."""
    if (offered := context.state.abandoned.get(subject)) is not None:
        context.state.abandoned[subject] = structs.replace(offered, settled=True)


def accept(context: Context, subject: str, now: float) -> CallbackBooked | CallbackRefused | None:
    """Who reads page `subject` wants to be called back; None: the page offers no such thing."""
    page = context.state.pages.get(subject)
    if page is None or page.running != ASK.name:
        return None
    offered = context.state.abandoned.pop(subject, None)
    if offered is None:
        return CallbackRefused("too_many")
    callback = offered.callback
    if find(context, callback.number, callback.queue):
        return CallbackBooked(known=True)
    if reason := refusal(context, callback.number, callback.queue, now):
        return CallbackRefused(reason)
    book_now(context, callback, now)
    return CallbackBooked()


def called_again(context: Context, call: Call, now: float) -> None:
    """Who calls again needs no page any more."""
    known = context.state.offered_back.get(plain_number(call.caller) or "")
    for subject in known.pages if known else ():
        if withdraw(context, subject):
            context.note(call, now, "called again", "the offer of a callback is void")
            context.count("callbacks offered, called again")
    if known:
        known.pages = []


def withdraw(context: Context, subject: str) -> bool:
    """Nobody is to be called back by page `subject` any more; whether somebody was."""
    context.timers.clear(f"{SENDS} {subject}")
    return context.state.abandoned.pop(subject, None) is not None


def forget(context: Context, number: str, _now: float) -> None:
    """A day has passed since the last offer to this number; its pages are gone too."""
    del context.state.offered_back[number]


def _hindrance(context: Context, number: str, contact: Contact, most_a_day: int, now: float) -> str:
    known = context.state.offered_back.get(number, OfferedBack())
    open_ones = (
        context.state.abandoned[page].callback.queue for page in known.pages if page in context.state.abandoned
    )
    if find(context, number, contact.queue) or contact.queue in open_ones:
        return "booked_or_offered"
    if len(lately(known.times, now)) >= most_a_day:
        return "offered_today"
    return refusal(context, number, contact.queue, now)


def _page(call: Call, now: float) -> Page:
    number = call.session.links + 1
    language = call.session.language
    known: dict[str, Value] = {"caller.number": call.caller}
    return Page(call.id, number, ASK.name, language, call.flow, call.version, now + DAY, ASK.name, known)


def _link(call: Call, page: Page) -> commands.SendLink:
    return commands.SendLink(
        call=call.id,
        link=page.link,
        purpose=page.purpose,
        language=page.language,
        text=write(ASK, "message", page.language, {})[0],
        address=call.caller,
        channel=call.channel,
    )
