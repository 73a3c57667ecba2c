"""Events in, commands out: a router whose state is encoded, decoded and restored before every event."""

from typing import TypeVar

import msgspec

from tandem.acd.agent import Agent
from tandem.acd.commands import Command, Offer, RaiseAlarm, WithdrawOffer
from tandem.acd.contact import Contact
from tandem.acd.events import (
    AgentSignedIn,
    ContactConnected,
    ContactQueued,
    DeviceFound,
    Event,
    OfferAnswered,
    OfferRinging,
    SettingsChanged,
    TimePassed,
)
from tandem.acd.router import Router
from tandem.acd.settings import AgentSettings, QueueSettings, Settings
from tandem.acd.state import State
from tandem.acd.why import Decision

START = 1_000_000.0  # not on a quarter-hour: it begins 100 s after one

C = TypeVar("C", bound=Command)


def settings(queues: dict[str, dict[str, int]], agents: dict[str, dict[str, int]], **every_queue: float) -> Settings:
    """Settings in short: queue to needs, agent to skills; `every_queue` sets any other field of the queues."""
    return Settings(
        queues={
            name: msgspec.convert({"name": name, "needs": n, **every_queue}, QueueSettings)
            for name, n in queues.items()
        },
        agents={name: AgentSettings(name, skills, f"PJSIP/{name}") for name, skills in agents.items()},
    )


class Playbook:
    """A router under test. `tell` returns what is to be done; the records of that step are in `records`."""

    def __init__(self, chosen: Settings, *ready: str) -> None:
        self.now = START
        self.state = State()
        self.records: list[Command] = []
        self.decisions: list[Decision] = []
        self.tell(SettingsChanged(chosen))
        for name in ready:
            self.make_ready(name)

    @property
    def router(self) -> Router:
        decoded = msgspec.json.decode(msgspec.json.encode(self.state), type=State)
        router = Router.restore(decoded)
        router.observer = self.decisions.append
        return router

    def tell(self, *happened: Event) -> list[Command]:
        """Hand in the events; returns the Offer, WithdrawOffer and RaiseAlarm commands, keeps the records."""
        commands: list[Command] = []
        for event in happened:
            router = self.router
            commands += router.handle(event, self.now)
            self.state = router.snapshot()
        deeds: list[Command] = [
            command for command in commands if isinstance(command, Offer | WithdrawOffer | RaiseAlarm)
        ]
        self.records = [command for command in commands if command not in deeds]
        return deeds

    def after(self, seconds: float, *happened: Event) -> list[Command]:
        """Let time pass, say so, then hand in the events."""
        self.now += seconds
        return self.tell(TimePassed(), *happened)

    def make_ready(self, name: str) -> list[Command]:
        """The agent's phone is there and they sign in, one second after whatever came before."""
        return self.after(1, DeviceFound(name), AgentSignedIn(name))

    def talk(self, contact: str, queue: str = "help") -> Offer:
        """Queue a contact that is offered at once, answered and connected; returns the offer."""
        [offer] = self.tell(ContactQueued(contact, queue))
        assert isinstance(offer, Offer)
        self.tell(OfferRinging(offer.offer), OfferAnswered(offer.offer), ContactConnected(offer.offer))
        return offer

    def agent(self, name: str) -> Agent:
        return self.state.agents[name]

    def contact(self, name: str) -> Contact:
        return self.state.contacts[name]

    def recorded(self, kind: type[C]) -> list[C]:
        """The records of one kind from the last step."""
        return [record for record in self.records if isinstance(record, kind)]


def offered_to(commands: list[Command]) -> list[tuple[str, str]]:
    """Contact and agent of every offer."""
    return [(command.contact, command.agent) for command in commands if isinstance(command, Offer)]
