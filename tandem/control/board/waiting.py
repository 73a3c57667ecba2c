"""Those who wait in a queue now, one by one, with all that supervisors may do about them."""

import msgspec

from tandem.acd.contact import Contact
from tandem.acd.words import Language as Language
from tandem.acd.words import step_in_words
from tandem.control.context import Context
from tandem.control.desktop.desks import contact_shown

MOST_ROWS = 200
"""The first in line; more nobody looks through."""


class Waits(msgspec.Struct, frozen=True):
    """Somebody who waits since `since` (epoch seconds: their age).

    `state`: `waiting`, or `offered` and `connecting`, to `agent`. `priority` is the contact's own class. Before
    `sticky_until` they wait for the agent `sticky` alone (empty: for nobody). `steps` of the queue's plan are in force.
    """

    contact: str
    channel: str
    number: str
    name: str
    tier: str
    language: str
    since: float
    state: str
    agent: str
    priority: int
    sticky: str
    sticky_until: float
    steps: tuple[int, ...]


class PlanStep(msgspec.Struct, frozen=True):
    """A step of a queue's plan, in words. One with a condition concerns the whole queue: no contact is put there."""

    step: int
    words: str
    conditional: bool


class InLine(msgspec.Struct, frozen=True):
    """Who waits in a queue: `total`, and of these the first in line."""

    queue: str
    total: int
    contacts: tuple[Waits, ...]
    plan: tuple[PlanStep, ...]


def in_line(context: Context, queue: str, language: Language, now: float) -> InLine | None:
    """Who waits in a queue at `now` (epoch seconds), in the order in which they are served; None: there is no queue."""
    router = context.router
    known = router.snapshot().queues().get(queue)
    if known is None:
        return None
    steps = tuple(
        PlanStep(number, step_in_words(step, language), step.when is not None) for number, step in enumerate(known.plan)
    )
    waiting = router.in_line(queue, now)
    return InLine(queue, len(waiting), tuple(_shown(context, contact) for contact in waiting[:MOST_ROWS]), steps)


def _shown(context: Context, contact: Contact) -> Waits:
    router, known = context.router.snapshot(), contact_shown(context, contact)
    in_force = router.steps_for(contact)
    return Waits(
        contact=contact.id,
        channel=known.channel,
        number=known.number,
        name=known.customer.name if known.customer and known.customer.name else known.name,
        tier=contact.tier,
        language=known.language,
        since=contact.enqueued_at,
        state=contact.state,
        agent=contact.agent,
        priority=contact.priority,
        sticky=contact.sticky,
        sticky_until=contact.sticky_until,
        steps=tuple(number for number, step in enumerate(router.queue(contact.queue).plan) if step in in_force),
    )
