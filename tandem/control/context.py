"""What every part of the plane works on: the state, the router, and the commands that will leave."""

from tandem.acd.router import Router
from tandem.control import commands
from tandem.control.callback.callback import Callback
from tandem.control.chat.chat import Chat
from tandem.control.mail.mail import Mail
from tandem.control.page.page import subject
from tandem.control.state import PlaneState
from tandem.control.story import MOST_STEPS, Step
from tandem.control.timers import Timers
from tandem.control.voice.call import Call
from tandem.control.work import Work
from tandem.ivr.events import Place


class Context:
    """One plane's state and the commands of the event in hand."""

    def __init__(self, state: PlaneState | None = None) -> None:
        self.router = Router() if state is None else Router.restore(state.router)
        self.state = state or PlaneState(router=self.router.snapshot())
        self.timers = Timers(self.state.timers)
        self.commands: list[commands.Command] = []

    def tell(self, command: commands.Command) -> None:
        """Have `command` carried out."""
        self.commands.append(command)

    def holder(self, contact: str) -> Call | Work | None:
        """The call or other work that is this contact."""
        return self.state.calls.get(contact) or self.state.work.get(contact)

    def on_desk(self, name: str) -> list[str]:
        """The contacts that an agent is offered, or is in."""
        agent = self.router.snapshot().agents.get(name)
        return sorted({*agent.contacts, *agent.interrupted, agent.offered} - {""}) if agent else []

    def note(self, call: Call | Work | Callback | Chat | Mail, now: float, what: str, detail: str = "") -> None:
        """Add a step to the timeline of a call, a chat, a mail, of other work or of a callback."""
        call.steps += 1
        if isinstance(call, Call | Chat):
            call.story = [*call.story[1 - MOST_STEPS :], Step(call.steps, now, what, detail)]
        self.tell(commands.RecordStep(call.id, call.steps, now, what, detail))

    def show_pages(self, call: Call) -> None:
        """Let those who look at a page of the call see what is new."""
        for link in call.links:
            if (page := subject(call.id, link)) in self.state.pages:
                self.tell(commands.ShowPage(page))

    def alarm(self, kind: str, subject: str, detail: str) -> None:
        """Count under `kind` and tell the operator."""
        self.count(kind)
        self.tell(commands.RaiseAlarm(kind, subject, detail))

    def repaired(self, what: str) -> None:
        """Count a difference between the switch and the state that was mended."""
        self.count("repairs")
        self.count(f"repairs: {what}")

    def count(self, kind: str) -> None:
        """Count something that an operator may want to see."""
        self.state.counters[kind] = self.state.counters.get(kind, 0) + 1

    def place(self, call: Call | Chat, now: float) -> Place | None:
        """Where the call stands in its queue, None when it does not wait."""
        if call.state != "queued" or (place := self.router.place(call.id, now)) is None:
            return None
        waited = now - place.enqueued_at
        return Place(place.position, place.estimated_wait, waited, place.earliest, place.latest)
