"""Other ways than to wait, which a queue's plan offers: made, taken or not, and where their links lead."""

from tandem.control.chat.chat import Chat
from tandem.control.context import Context
from tandem.control.settings import OfferSettings
from tandem.control.voice.call import Call
from tandem.ivr.commands import RecordOffer

TIMER = "way"
"""Kind of the timer with which a contact is told of an offer."""
_WORDS = {
    "made": "offered another way",
    "taken": "took another way",
    "not_taken": "did not take another way",
    "not_possible": "other way not possible",
}
NO_OFFERS = OfferSettings()


def settings_of(context: Context, queue: str) -> OfferSettings:
    """How the contacts of a queue are offered other ways."""
    return context.state.settings.offers.get(queue, NO_OFFERS)


def offer(context: Context, contact: str, queue: str, way: str, now: float) -> None:
    """Have a contact told that the plan of `queue` offers it another way.

    By a timer that falls due at once: its session may be in the middle of what led to this.
    """
    context.timers.set(f"{TIMER} {way} {contact} {queue}", now)


def record(context: Context, contact: Call | Chat, command: RecordOffer, now: float) -> None:
    """An offer was made to a contact that waits, or taken by it, or is not for it."""
    if command.outcome == "made":
        contact.ways = [*contact.ways, command.way]
    elif command.way in contact.ways:
        contact.ways.remove(command.way)
    _record(context, contact, command.way, command.outcome, now)


def wait_over(context: Context, contact: Call | Chat, now: float) -> None:
    """A contact waits no more: what it has not taken, it never will."""
    for way in contact.ways:
        _record(context, contact, way, "not_taken", now)
    contact.ways = []


def _record(context: Context, contact: Call | Chat, way: str, outcome: str, now: float) -> None:
    context.note(contact, now, _WORDS[outcome], way)
    context.count(f"other ways: {way} {outcome.replace('_', ' ')}")
