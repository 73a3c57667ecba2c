"""What desktops are told.

The events of one agent's desk are numbered from 1, without a gap, over every restart: whoever has the snapshot with a
number and all events after it has what the desk shows.
"""

import msgspec

from tandem.control.chat.chat import Message
from tandem.control.desktop.shown import AgentShown, ContactShown
from tandem.control.story import Step


class Told(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """Base of all that desktops are told; `event` names the type on the wire."""


class AgentChanged(Told, frozen=True):
    """The agent is in another state, or wants another."""

    agent: AgentShown


class ContactOffered(Told, frozen=True):
    """A contact is new on the desk: the screen pop, at the moment the phone rings, with the path so far."""

    contact: ContactShown
    story: tuple[Step, ...] = ()
    messages: tuple[Message, ...] = ()


class ContactConnected(Told, frozen=True):
    """The agent is in conversation with it."""

    contact: ContactShown


class ContactHeld(Told, frozen=True):
    """It was put on hold."""

    contact: ContactShown


class ContactRetrieved(Told, frozen=True):
    """It was taken back from hold."""

    contact: ContactShown


class ContactChanged(Told, frozen=True):
    """Something else of it is different: a form was filled in, a link opened."""

    contact: ContactShown


class ContactStepped(Told, frozen=True):
    """Something happened in it."""

    contact: str
    step: Step


class ContactSaid(Told, frozen=True):
    """Something was written in it."""

    contact: str
    message: Message


class ContactEnded(Told, frozen=True):
    """It is off the desk. `outcome`: how its offer ended (`no_answer`, `declined`, `withdrawn`, ...), or `ended`."""

    contact: str
    outcome: str
