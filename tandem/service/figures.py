"""What `GET /metrics` shows, read from the running parts when it is asked for."""

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from tandem.cti.metrics import Metrics

if TYPE_CHECKING:
    from tandem.service.app import Controller


def figures(controller: "Controller") -> Metrics:
    """All figures of one controller."""
    metrics = Metrics()
    _plane(metrics, controller)
    _loop(metrics, controller)
    _edges(metrics, controller)
    return metrics


def _plane(metrics: Metrics, controller: "Controller") -> None:
    engine = controller.engine
    metrics.gauge("tandem_switch_up", "1 while the switch is reached", lambda: float(engine.plane.state.switch_up))
    metrics.gauge("tandem_calls", "Calls in progress", lambda: len(engine.plane.state.calls))
    metrics.gauge("tandem_agents", "Agents by state", lambda: _agents(controller), "state")
    metrics.gauge("tandem_waiting", "Contacts not yet in conversation", lambda: _waiting(controller), "queue")
    metrics.counter("tandem_counted", "Alarms, faults and repairs by kind", lambda: engine.plane.state.counters, "kind")


def _loop(metrics: Metrics, controller: "Controller") -> None:
    loop = controller.engine.figures
    metrics.counter("tandem_events", "Events handled", lambda: loop.events)
    metrics.gauge("tandem_events_waiting", "Events that wait for the loop", lambda: loop.waiting)
    metrics.counter("tandem_journal_commits", "Commits of the journal", lambda: loop.commits)
    metrics.counter("tandem_journal_commit_seconds", "Time spent in them", lambda: loop.commit_seconds)
    metrics.counter("tandem_replay_differing", "Entries whose replay differed from the run", lambda: loop.differing)
    metrics.gauge("tandem_records_lag", "Batches of records to be written", lambda: controller.writer.lag)
    metrics.counter("tandem_records_failures", "Record transactions tried again", lambda: controller.writer.failures)
    metrics.counter("tandem_records_refused", "Batches left to the next start", lambda: controller.writer.refused)


def _edges(metrics: Metrics, controller: "Controller") -> None:
    switch = controller.switch
    parts = {
        "ami": switch.ami.counters,
        "agi": switch.agi.counters,
        "switch": switch.counters,
        "conversation": switch.conversation_counters,
    }
    for name, counters in parts.items():
        metrics.counter(
            f"tandem_{name}", f"What the {name} part counted", partial(msgspec.to_builtins, counters), "kind"
        )
    metrics.counter("tandem_links", "Links by outcome", lambda: dict(controller.notifier.counts), "outcome")


def _agents(controller: "Controller") -> dict[str, float]:
    states: dict[str, float] = {}
    for agent in controller.engine.plane.state.router.agents.values():
        states[agent.state] = states.get(agent.state, 0) + 1
    return states


def _waiting(controller: "Controller") -> dict[str, float]:
    queues = dict.fromkeys(controller.engine.plane.state.settings.acd.queues, 0.0)
    for contact in controller.engine.plane.state.router.contacts.values():
        if contact.state in ("waiting", "offered", "connecting"):
            queues[contact.queue] = queues.get(contact.queue, 0) + 1
    return queues
