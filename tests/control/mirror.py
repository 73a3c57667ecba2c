"""What a desktop makes of what it is told: the snapshot, and every event after it."""

from msgspec.structs import replace

from tandem.control.commands import TellDesktop
from tandem.control.desktop import told
from tandem.control.desktop.shown import Desk, OnDesk

CHANGES = (told.ContactConnected, told.ContactHeld, told.ContactRetrieved, told.ContactChanged)


def mirrored(desk: Desk, news: TellDesktop) -> Desk:
    """The desk after an event; a gap in the numbers is an error."""
    assert news.number == desk.number + 1, f"event {news.number} came after {desk.number}"
    contacts = {on_desk.contact.contact: on_desk for on_desk in desk.contacts}
    agent, event = desk.agent, news.told
    if isinstance(event, told.AgentChanged):
        agent = event.agent
    elif isinstance(event, told.ContactOffered):
        contacts[event.contact.contact] = OnDesk(event.contact, event.story, event.messages)
    elif isinstance(event, told.ContactEnded):
        del contacts[event.contact]
    elif isinstance(event, told.ContactStepped):
        before = contacts[event.contact]
        contacts[event.contact] = replace(before, story=(*before.story, event.step)[-60:])
    elif isinstance(event, told.ContactSaid):
        before = contacts[event.contact]
        contacts[event.contact] = replace(before, messages=(*before.messages, event.message)[-200:])
    else:
        assert isinstance(event, CHANGES)
        contacts[event.contact.contact] = replace(contacts[event.contact.contact], contact=event.contact)
    return Desk(news.number, agent, tuple(contacts[name] for name in sorted(contacts)))
