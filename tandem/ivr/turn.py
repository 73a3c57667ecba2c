"""One event's handling: what a node may see and do."""

from typing import TYPE_CHECKING

from tandem.ivr.commands import Command, HangUp, Listen, RecordFault, Utterance
from tandem.ivr.events import Place
from tandem.ivr.speech import speak, write
from tandem.ivr.values import Value

if TYPE_CHECKING:
    from tandem.ivr.flow import Flow
    from tandem.ivr.session import Here, Session

Next = str | None
"""The node to go to; None: wait for an event."""


class Turn:
    """Collects the commands of one event. Methods that end a node's part return what the node returns."""

    def __init__(self, session: "Session", flow: "Flow", now: float) -> None:
        self.session = session
        self.flow = flow
        self.now = now
        self.commands: list[Command] = []

    @property
    def here(self) -> "Here":
        """What the node at hand keeps until it is left."""
        return self.session.here

    def send(self, command: Command) -> None:
        """Have it done."""
        self.commands.append(command)

    def fault(self, reason: str) -> None:
        """Record that the flow had to go round something broken."""
        self.send(RecordFault(self.session.node, reason))

    def listen(self, *texts: str | None, keys: str = "", wait: float = 0.0, music: str | None = None) -> Next:
        """Say the texts (None is passed over), then wait `wait` seconds for one of `keys`."""
        say = [utterance for text in texts if text for utterance in self._speak(text)]
        self.session.listen = Listen(tuple(say), keys, wait, music)
        return self.repeat()

    def repeat(self) -> Next:
        """Say again what was said last, and wait again."""
        self.send(self.session.listen)
        return None

    def message(self, text: str) -> str:
        """A text to be read."""
        message, faults = write(self.flow, text, self.session.language, self.session.variables)
        self._faults(faults)
        return message

    def variable(self, name: str) -> Value | None:
        """A variable's value. Without one the flow is at fault."""
        if name == "language":
            return self.session.language
        if name not in self.session.variables:
            self.fault(f"variable {name} is not set")
        return self.session.variables.get(name)

    def set(self, name: str, value: Value) -> None:
        """Give a variable a value; `language` changes the language of all that follows."""
        if name != "language":
            self.session.variables[name] = value
        elif value in self.flow.languages:
            self.session.language = str(value)
        else:
            self.fault(f"the flow has no language {value}")

    def set_place(self, place: Place) -> None:
        """Let texts speak of the contact's place in the queue."""
        self.set("position", place.position)
        self.set("estimated_wait", place.estimated_wait)

    def close(self, text: str | None) -> Next:
        """End the flow, after a last text if there is one."""
        if text is None:
            self.session.ended = True
            self.send(HangUp())
            return None
        self.session.closing = True
        return self.listen(text)

    def apologise(self) -> Next:
        """End the flow when it can't go on."""
        return self.close(self.flow.apology)

    def _speak(self, text: str) -> list[Utterance]:
        utterances, faults = speak(self.flow, text, self.session.language, self.session.variables)
        self._faults(faults)
        return utterances

    def _faults(self, reasons: list[str]) -> None:
        for reason in reasons:
            self.fault(reason)
