"""Callbacks under virtual time: who is called back waits without a line, and is dialled with an agent reserved.

The rules are those of control/callback: the age is kept, an attempt that reaches nobody frees the agent at once, the
next one comes when its retry rule says so, too many of them or the expiry end it. Hours and quiet hours are left out.
"""

from collections.abc import Callable
from itertools import count
from math import inf
from random import Random

from msgspec.structs import asdict, replace

from tandem.acd import events
from tandem.acd.commands import Offer
from tandem.acd.contact import CONNECTING
from tandem.acd.intervals import NOT_NOW
from tandem.sim.arrivals import Caller
from tandem.sim.diary import Diary
from tandem.sim.scenario import HOUR_SECONDS, Scenario
from tandem.sim.world import World

MINUTE_SECONDS = 60.0


class Booking:
    """One customer to be called back; `results` counts the attempts by the rule that saw to them."""

    def __init__(self, caller: Caller, expires_at: float) -> None:
        self.caller = caller
        self.expires_at = expires_at
        self.dials = 0
        self.results: dict[str, int] = {}


class Callbacks:
    """The callbacks of one day. `waiting` is who is neither reached nor given up, whether in the router or asleep."""

    def __init__(self, scenario: Scenario, world: World, diary: Diary, luck: Random) -> None:
        self.waiting: dict[Booking, None] = {}
        self._scenario = scenario
        self._world = world
        self._diary = diary
        self._luck = luck
        self._by_contact: dict[str, Booking] = {}
        self._numbers = count(1)
        world.dial, world.book = self._dial, self._book

    def take(self, contact: str) -> None:
        """Whoever waits as `contact` hangs up, and is called back at the place they have."""
        caller, age = self._world.waiting[contact], self._world.router.snapshot().contacts[contact].enqueued_at
        self._world.tell(events.ContactLeft(contact, "called_back"))
        self._book(replace(caller, since=age))

    def _book(self, caller: Caller) -> None:
        world, rules = self._world, self._scenario.queues[caller.queue].callback
        self._diary.took(caller, "callback")
        queued = replace(caller, patience=inf, dial_seconds=rules.ring_seconds)
        if caller.since is None:
            queued = replace(queued, since=world.now)
        booking = Booking(queued, world.now + rules.expire_hours * HOUR_SECONDS)
        self.waiting[booking] = None
        world.plan(booking.expires_at, self._expire, booking)
        self._enter(booking)

    def reached(self, contact: str) -> None:
        """The customer and an agent talk."""
        del self.waiting[self._by_contact.pop(contact)]

    def _enter(self, booking: Booking) -> None:
        if booking in self.waiting:
            contact = f"callback {next(self._numbers)}"
            self._by_contact[contact] = booking  # first: an agent may be there at once
            self._world.queue(booking.caller, contact)

    def _dial(self, offer: Offer) -> None:
        self._world.tell(events.OfferAnswered(offer.offer))
        booking = self._by_contact[offer.contact]
        booking.dials += 1
        self._diary.dialled(booking.caller)
        outcome, seconds = self._attempt(booking.caller)
        self._world.plan(self._world.now + seconds, self._end_attempt(offer, outcome), None)

    def _attempt(self, caller: Caller) -> tuple[str, float]:
        """How an attempt ends, and after how many seconds of ringing."""
        contacts, luck = self._scenario.contacts[caller.queue], self._luck.random()
        for outcome, share in asdict(contacts.callback_attempts).items():
            luck -= share
            if luck < 0:
                rings = {"no_answer": caller.dial_seconds or 0.0, "machine": contacts.callback_answer_after}
                return outcome, rings.get(outcome, 0.0)
        return "answered", min(contacts.callback_answer_after, caller.dial_seconds or 0.0)

    def _end_attempt(self, offer: Offer, outcome: str) -> Callable[[object], None]:
        def end(_: object) -> None:
            if not self._world.is_out(offer):
                return
            if outcome == "answered":
                self._world.tell(events.ContactConnected(offer.offer))
            else:
                self._leave(offer.contact)
                self._try_again(self._by_contact.pop(offer.contact), outcome)

        return end

    def _leave(self, contact: str) -> None:
        del self._world.waiting[contact]
        self._world.tell(events.ContactLeft(contact, NOT_NOW))

    def _try_again(self, booking: Booking, outcome: str) -> None:
        """As control/callback/callbacks.py does."""
        rules = self._scenario.queues[booking.caller.queue].callback
        rule = rules.rule(outcome)
        booking.results[rule] = booking.results.get(rule, 0) + 1
        tried = booking.results[rule] >= rules.retry(rule).tries or booking.dials >= rules.tries
        if tried or self._world.now >= booking.expires_at:
            self._give_up(booking)
        else:
            self._world.plan(self._world.now + rules.retry(rule).minutes * MINUTE_SECONDS, self._enter, booking)

    def _expire(self, booking: Booking) -> None:
        """An attempt under way is let come to its end."""
        if booking not in self.waiting:
            return
        contact = next((name for name, one in self._by_contact.items() if one is booking), None)
        state = self._world.router.snapshot().contacts[contact].state if contact else ""
        if state == CONNECTING:
            return
        if contact is not None:
            del self._by_contact[contact]
            self._leave(contact)
        self._give_up(booking)

    def _give_up(self, booking: Booking) -> None:
        del self.waiting[booking]
        self._diary.not_reached(booking.caller)
