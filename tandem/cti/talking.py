"""What an agent can do about a talk on the phone."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from tandem.control.events import (
    AgentConsulted,
    AgentHeld,
    AgentHungUp,
    AgentMuted,
    AgentPausedRecording,
    AgentPressed,
    AgentRetrieved,
    AgentTransferred,
    ConferenceBegan,
    ConsultationCancelled,
    ConsultationCompleted,
    ConsultationSwapped,
    Event,
    Target,
)
from tandem.cti.verbs import Around, Name, Verb


class HangUp(Verb, frozen=True):
    """End one's part in the talk: a caller goes on in the flow, or to the colleague who was asked about them."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentHungUp(around.agent, self.contact))


class Hold(Verb, frozen=True):
    """Let the caller hear music."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentHeld(around.agent, self.contact))


class Retrieve(Verb, frozen=True):
    """Take the caller back from hold."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentRetrieved(around.agent, self.contact))


class Mute(Verb, frozen=True):
    """Let nobody hear the agent."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentMuted(around.agent, self.contact, muted=True))


class Unmute(Verb, frozen=True):
    """Let the agent be heard again."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentMuted(around.agent, self.contact, muted=False))


class PauseRecording(Verb, frozen=True):
    """Leave what is said out of the recording, such as the number of a card."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentPausedRecording(around.agent, self.contact, paused=True))


class ResumeRecording(Verb, frozen=True):
    """Record what is said again."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(AgentPausedRecording(around.agent, self.contact, paused=False))


class Dtmf(Verb, frozen=True):
    """Send keys to whom the agent talks with."""

    contact: str
    digits: str = ""

    def event(self, around: Around) -> Event:
        return around.fitting(AgentPressed(around.agent, self.contact, self.digits))


class _To(Verb, frozen=True):
    """Somewhere a caller can be sent, or somebody who can be asked: one of `to_agent`, `queue` and `number`. The `note`
    stands in the contact's story."""

    contact: str
    to_agent: Name = ""
    queue: Name = ""
    number: Name = ""
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""

    @property
    def to(self) -> Target:
        """Where to."""
        return Target(self.to_agent, self.queue, self.number)


class Transfer(_To, frozen=True):
    """Send the caller on."""

    def event(self, around: Around) -> Event:
        return around.fitting(AgentTransferred(around.agent, self.contact, self.to, self.note.strip()))


class Consult(_To, frozen=True):
    """Ask somebody, while the caller hears music."""

    def event(self, around: Around) -> Event:
        return around.fitting(AgentConsulted(around.agent, self.contact, self.to, self.note.strip()))


class Complete(Verb, frozen=True):
    """Leave the caller to whom was consulted."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(ConsultationCompleted(around.agent, self.contact))


class Cancel(Verb, frozen=True):
    """Need the colleague no more, and take the caller back."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(ConsultationCancelled(around.agent, self.contact))


class Swap(Verb, frozen=True):
    """Talk with the other one of caller and colleague."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(ConsultationSwapped(around.agent, self.contact))


class Conference(Verb, frozen=True):
    """Talk with caller and colleague together."""

    contact: str

    def event(self, around: Around) -> Event:
        return around.fitting(ConferenceBegan(around.agent, self.contact))


TALKS: Mapping[str, type[Verb]] = {
    "hang-up": HangUp,
    "hold": Hold,
    "retrieve": Retrieve,
    "mute": Mute,
    "unmute": Unmute,
    "pause-recording": PauseRecording,
    "resume-recording": ResumeRecording,
    "dtmf": Dtmf,
    "transfer": Transfer,
    "consult": Consult,
    "complete": Complete,
    "cancel": Cancel,
    "swap": Swap,
    "conference": Conference,
}
