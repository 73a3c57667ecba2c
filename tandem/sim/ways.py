"""What those who wait are offered instead, and what becomes of it: a callback, a link, a voicemail, a chat."""

from math import inf
from random import Random

from msgspec.structs import replace

from tandem.acd import events
from tandem.acd.commands import OfferToContact
from tandem.sim.arrivals import Caller
from tandem.sim.callbacks import Callbacks
from tandem.sim.diary import VOICEMAIL, Diary
from tandem.sim.scenario import Contacts, Scenario
from tandem.sim.world import World


class Ways:
    """Answers the plans' offers for those who wait; `luck` says who takes one."""

    def __init__(self, scenario: Scenario, world: World, diary: Diary, callbacks: Callbacks, luck: Random) -> None:
        self._scenario = scenario
        self._world = world
        self._diary = diary
        self._callbacks = callbacks
        self._luck = luck
        world.leave = self._leave

    def invite(self, invitation: OfferToContact) -> None:
        """Whoever waits may take what the plan of the queue offers."""
        contact = invitation.contact
        caller = self._world.waiting.get(contact)
        if caller is None or caller.leaves == VOICEMAIL:
            return
        if self._luck.random() >= _share(self._scenario.contacts[caller.queue], invitation.way):
            return
        if invitation.way == "callback":
            self._callbacks.take(contact)
            return
        self._diary.took(caller, invitation.way)
        self._world.tell(events.ContactLeft(contact, "self_served" if invitation.way == "link" else "overflowed_out"))
        if invitation.way == "voicemail":
            self._world.queue(replace(caller, patience=inf, leaves=VOICEMAIL, since=self._world.now))
        elif invitation.way == "chat":
            self._begin_chat(caller)

    def _begin_chat(self, caller: Caller) -> None:
        chat = self._scenario.contacts[caller.queue].chat
        assert chat is not None
        self._diary.arrived(chat.queue, self._world.now, caller.tier)
        self._world.queue(Caller(self._world.now, chat.queue, tier=caller.tier))

    def _leave(self, contact: str) -> None:
        """The patience of somebody who waits has ended."""
        caller = self._world.waiting[contact]
        if caller.leaves == "called_back":
            self._callbacks.take(contact)
        else:
            self._world.tell(events.ContactLeft(contact, caller.leaves))


def _share(contacts: Contacts, way: str) -> float:
    """Of those who are offered this way, how many take it."""
    if way == "chat":
        return contacts.chat.share if contacts.chat else 0.0
    shares = {"callback": contacts.callback, "link": contacts.link, "voicemail": contacts.voicemail}
    return shares[way]
