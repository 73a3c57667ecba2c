"""Calls that agents make: verbs over REST and over a desktop's WebSocket."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from tandem.control.events import AgentCalled, Event, NumberDialled
from tandem.cti.verbs import Around, Verb

Name = Annotated[str, msgspec.Meta(max_length=64)]


class Dial(Verb, frozen=True):
    """Call somebody outside for a queue; it is a contact like any other."""

    number: Name = ""
    queue: Name = ""

    def event(self, around: Around) -> Event:
        return around.fitting(NumberDialled(around.agent, self.number, self.queue))


class Call(Verb, frozen=True):
    """Call another agent."""

    colleague: Name = ""

    def event(self, around: Around) -> Event:
        return around.fitting(AgentCalled(around.agent, self.colleague))


DIALLING: Mapping[str, type[Verb]] = {"dial": Dial, "call": Call}
