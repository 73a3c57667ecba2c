"""All that must survive a restart, as plain data."""

from collections.abc import Sequence

import msgspec

from tandem.acd.agent import Agent
from tandem.acd.contact import UNANSWERED, Contact
from tandem.acd.experience import Experience
from tandem.acd.intervals import Interval
from tandem.acd.line import moments_of, put_in_stage, steps_in_force, waited_by
from tandem.acd.plan import Plan, Step
from tandem.acd.settings import QueueSettings, Settings
from tandem.acd.waiting import Patience


class State(msgspec.Struct):
    """The router's whole state, serialisable by msgspec.

    `retired`: queues no longer in the settings, as they were, for the contacts still in them. `handling`: seconds
    a contact of a queue occupies an agent, as observed in so many (`handled`) talks; `patience`: of its callers, as
    observed; `experience`: by queue and customer tier, what waits have taught about the next. `judged_at`: when it was
    last looked which certificates are valid. `holding`: by queue, the steps of its plan whose conditions hold.
    `stopped`: queues that keep agents free and wait until more are. `dropped_events`: events that came too late or
    named nothing known. `looks`: how many lines newcomers have allowed to look at since the last estimate that is to be
    learnt from (foresight.py).
    """

    settings: Settings = Settings()
    retired: dict[str, QueueSettings] = {}
    agents: dict[str, Agent] = {}
    contacts: dict[str, Contact] = {}
    intervals: dict[str, list[Interval]] = {}
    handling: dict[str, float] = {}
    handled: dict[str, int] = {}
    patience: dict[str, Patience] = {}
    experience: dict[str, dict[str, Experience]] = {}
    next_offer: int = 1
    switch_up: bool = True
    judged_at: float = 0.0
    holding: dict[str, list[int]] = {}
    stopped: list[str] = []
    dropped_events: int = 0
    looks: int = 0

    def queues(self) -> dict[str, QueueSettings]:
        """Every queue that may hold contacts, by name."""
        return {**self.retired, **self.settings.queues}

    def knows_queue(self, name: str) -> bool:
        """Whether it may hold contacts: in the settings, or retired. Makes no list of them, as each newcomer asks."""
        return name in self.settings.queues or name in self.retired

    def queue(self, name: str) -> QueueSettings:
        """The queue in force, or the retired one. KeyError when there never was one."""
        return self.settings.queues.get(name) or self.retired[name]

    def handling_of(self, queue: str) -> float:
        """How long (seconds) a contact of the queue occupies an agent, as far as is known."""
        known = self.handling.get(queue)
        return self.queue(queue).expected_handling_seconds if known is None else known

    def steps_for(self, contact: Contact) -> Plan:
        """The steps of the plan that are in force for a contact."""
        queue = self.queue(contact.queue)
        return steps_in_force(queue, waited_by(queue, contact.stage), self.holding.get(contact.queue, ()))

    def steps_held(self) -> list[tuple[str, int, Step]]:
        """The steps whose conditions hold, with their queues and their numbers in the plan."""
        held = [(queue, number) for queue, numbers in self.holding.items() for number in numbers]
        return [(queue, number, self.queue(queue).plan[number]) for queue, number in held]

    def change_settings(self, settings: Settings, now: float) -> None:
        """Take new settings; queues with contacts in them live on retired, new agents appear signed out."""
        occupied = {contact.queue for contact in self.contacts.values()}
        known = self.queues()
        self.retired = {name: known[name] for name in sorted(occupied - settings.queues.keys())}
        self.settings = settings
        self.judged_at = now
        queues = self.queues()
        held = {name: [known[name].plan[number] for number in numbers] for name, numbers in self.holding.items()}
        self.holding = {name: _numbers(steps, queues[name].plan) for name, steps in held.items() if name in queues}
        self.stopped = [name for name in self.stopped if name in queues and queues[name].stops]
        for name in settings.agents:
            self.agents.setdefault(name, Agent(name, since=now))
        for contact in self.contacts.values():
            if contact.sticky not in settings.agents and not contact.sticky_only:
                contact.sticky = ""
            if contact.state in UNANSWERED:
                put_in_stage(contact, moments_of(self.queue(contact.queue)), now)


def _numbers(steps: Sequence[Step], plan: Plan) -> list[int]:
    """Where the same steps stand in a plan; those that are not there are left out."""
    return [number for number, step in enumerate(plan) if step in steps]
