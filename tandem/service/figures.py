"""What `GET /metrics` shows, read from the running parts when it is asked for."""

from collections import Counter
from functools import partial

import msgspec

from tandem.acd.contact import UNANSWERED
from tandem.control.chat.chat import CHAT
from tandem.cti.accounts import Accounts
from tandem.cti.board_protocol import Process
from tandem.cti.boards import Boards
from tandem.cti.desktops import Desktops
from tandem.cti.finder import Finder
from tandem.cti.lookups import Lookups
from tandem.cti.metrics import Metrics
from tandem.cti.notifications import Notifications
from tandem.cti.notifier import Notifier
from tandem.cti.phones import Phones
from tandem.cti.scan import Scan
from tandem.cti.webhooks import Webhooks
from tandem.service.chat_totals import ChatTotals
from tandem.service.dispatch import Dispatch
from tandem.service.engine import Engine
from tandem.store.records import RecordWriter
from tandem.store.redis_journal import RedisJournal
from tandem.telephony.asterisk.switch import Switch

MANY_RECORDS = 1000
"""Events whose records wait to be written; fewer are nothing to worry about."""
LOOKUP_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

BROWSER_TALKS = {
    "score": ("Mean opinion score of talks in browsers", (2.0, 2.5, 3.0, 3.6, 4.0, 4.2, 4.4)),
    "loss": ("Share of the voice that was lost on the way", (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)),
    "jitter": ("Jitter in seconds", (0.002, 0.005, 0.01, 0.02, 0.05, 0.1)),
    "round_trip": ("Seconds there and back", (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)),
}


def figures(
    engine: Engine,
    writer: RecordWriter,
    switch: Switch,
    notifier: Notifier,
    lookups: Lookups,
    notifications: Notifications,
) -> Metrics:
    """All figures of one controller."""
    metrics = Metrics()
    _plane(metrics, engine)
    _loop(metrics, engine)
    _records(metrics, engine, writer)
    _edges(metrics, switch)
    metrics.counter("tandem_links", "Links by outcome", lambda: dict(notifier.counts), "outcome")
    _services(metrics, lookups, notifications)
    return metrics


def people(
    metrics: Metrics, accounts: Accounts, desktops: Desktops, boards: Boards, phones: Phones, dispatch: Dispatch
) -> None:
    """Those about who signs in and works, into `metrics`."""
    metrics.counter("tandem_sign_ins", "Tries to sign in, by outcome", lambda: accounts.counts, "outcome")
    metrics.gauge("tandem_desktops", "Desktops that are open", lambda: desktops.connected)
    metrics.counter("tandem_desktops_ended", "Desktops that ended, by how", lambda: desktops.ended, "how")
    metrics.gauge("tandem_boards", "Operators' boards that are open", lambda: boards.connected)
    metrics.counter("tandem_boards_ended", "Boards that ended, by how", lambda: boards.ended, "how")
    metrics.gauge("tandem_browser_phones", "Phones in browsers that are open", lambda: phones.connected)
    metrics.counter("tandem_browser_phones_ended", "Phones in browsers that ended, by how", lambda: phones.ended, "how")
    phones.observe = {
        name: metrics.histogram(f"tandem_browser_talk_{name}", what, bounds)
        for name, (what, bounds) in BROWSER_TALKS.items()
    }
    metrics.counter("tandem_dispatch", "Outlooks of the dispatch, by outcome", lambda: dispatch.counts, "outcome")


def callers(metrics: Metrics, finder: Finder) -> None:
    """Those about who is calling, into `metrics`."""
    metrics.counter(
        "tandem_customers", "Customers looked for at a contact, by outcome", lambda: finder.counts, "outcome"
    )
    finder.took = metrics.histogram("tandem_customer_seconds", "How long that took", LOOKUP_SECONDS)


def cell(metrics: Metrics, journal: RedisJournal) -> None:
    """Those about the cell that the controller belongs to, into `metrics`."""
    lease = journal.lease
    metrics.gauge("tandem_in_charge", "1 while this controller is in charge of its cell", lease.is_proven)
    metrics.counter("tandem_lease_failures", "Renewals of the lease without an answer", lambda: lease.failures)
    metrics.counter("tandem_journal_retries", "Writes to the journal tried again", lambda: journal.retries)


def webhooks(metrics: Metrics, webhooks: Webhooks) -> None:
    """Those about receivers of events, into `metrics`."""
    what = "Events for webhooks by what came of them"
    metrics.counter("tandem_webhooks", what, lambda: webhooks.counts, ("receiver", "outcome"))
    metrics.gauge("tandem_webhooks_waiting", "Events that wait", lambda: webhooks.waiting, "receiver")
    metrics.gauge("tandem_webhooks_left_alone", "1 while it is left alone", webhooks.left_alone, "receiver")


def process(writer: RecordWriter, notifier: Notifier, notifications: Notifications, dispatch: Dispatch) -> Process:
    """How the process is, for boards."""
    return Process(
        records_behind=writer.lag if writer.lag > MANY_RECORDS else 0,
        records_failures=writer.failures + writer.refused,
        links_failed=notifier.counts["failed"],
        notifications_failed=sum(times for (_, outcome), times in notifications.counts.items() if outcome == "failed"),
        outlook_made_at=dispatch.outlook.made_at if dispatch.outlook else 0.0,
        outlook_failed=dispatch.failed,
    )


def chats(metrics: Metrics, engine: Engine, totals: ChatTotals, scan: Scan) -> None:
    """Those about chats, into `metrics`."""
    metrics.gauge("tandem_chats", "Chats by state", lambda: _chats(engine), "state")
    metrics.gauge("tandem_chat_agents", "Agents in talk in chats", lambda: _chat_agents(engine))
    metrics.counter("tandem_chat_talks", "Talks that ended", lambda: totals.talks, "queue")
    metrics.counter("tandem_chat_talk_seconds", "Time in them", lambda: totals.talk_seconds, "queue")
    first = "Talks with an answer of the agent"
    metrics.counter("tandem_chat_first_responses", first, lambda: totals.first_responses, "queue")
    seconds = "Time to the first answer, since the queue or the joining"
    since = ("queue", "since")
    metrics.counter("tandem_chat_first_response_seconds", seconds, lambda: totals.first_response_seconds, since)
    metrics.counter("tandem_chat_responses", "Answers to what customers wrote", lambda: totals.responses, "queue")
    metrics.counter("tandem_chat_response_seconds", "Time to them", lambda: totals.response_seconds, "queue")
    metrics.counter("tandem_chat_messages", "Messages in talks", lambda: totals.messages, ("queue", "sender"))
    metrics.counter("tandem_chat_scans", "Files that were looked at, by outcome", lambda: scan.counts, "outcome")


def _plane(metrics: Metrics, engine: Engine) -> None:
    metrics.gauge("tandem_switch_up", "1 while the switch is reached", lambda: float(engine.plane.state.switch_up))
    metrics.gauge("tandem_calls", "Calls in progress", lambda: len(engine.plane.state.calls))
    metrics.gauge("tandem_agents", "Agents by state", lambda: _agents(engine), "state")
    metrics.gauge("tandem_waiting", "Contacts not yet in conversation", lambda: _waiting(engine), "queue")
    metrics.gauge("tandem_callbacks", "Callbacks that are open, by state", lambda: _callbacks(engine), "state")
    metrics.counter("tandem_counted", "Alarms, faults and repairs by kind", lambda: engine.plane.state.counters, "kind")


def _loop(metrics: Metrics, engine: Engine) -> None:
    loop = engine.figures
    metrics.counter("tandem_events", "Events handled", lambda: loop.events)
    metrics.gauge("tandem_events_waiting", "Events that wait for the loop", lambda: loop.waiting)
    metrics.counter("tandem_journal_commits", "Commits of the journal", lambda: loop.commits)
    metrics.counter("tandem_journal_commit_seconds", "Time spent in them", lambda: loop.commit_seconds)
    metrics.counter("tandem_replay_differing", "Entries whose replay differed from the run", lambda: loop.differing)


def _records(metrics: Metrics, engine: Engine, writer: RecordWriter) -> None:
    lag = "Events whose records are not yet written"
    metrics.gauge("tandem_records_lag", lag, lambda: engine.figures.under_way + writer.lag)
    metrics.counter("tandem_records_failures", "Record transactions tried again", lambda: writer.failures)
    metrics.counter("tandem_records_refused", "Times that the queue for records was full", lambda: writer.refused)
    metrics.gauge("tandem_records_failing", "1 while records can't be written", lambda: float(writer.failing))
    metrics.gauge("tandem_records_behind", "1 while they come from the journal", lambda: float(writer.behind.is_set()))


def _edges(metrics: Metrics, switch: Switch) -> None:
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


def _services(metrics: Metrics, lookups: Lookups, notifications: Notifications) -> None:
    by = ("service", "outcome")
    metrics.counter("tandem_lookups", "Lookups by service and outcome", lambda: lookups.counts, by)
    metrics.counter("tandem_notifications", "Notifications by outcome", lambda: notifications.counts, by)
    metrics.gauge(
        "tandem_service_left_alone", "1 while nothing is asked of a service", partial(_alone, lookups), "service"
    )
    lookups.took = metrics.histogram("tandem_lookup_seconds", "How long a try took", LOOKUP_SECONDS)


def _alone(lookups: Lookups) -> dict[str, float]:
    return {name: float(breaker.state != "closed") for name, breaker in lookups.breakers.items()}


def _agents(engine: Engine) -> dict[str, float]:
    return dict(Counter(agent.state for agent in engine.plane.state.router.agents.values()))


def _callbacks(engine: Engine) -> dict[str, float]:
    return dict(Counter(callback.state for callback in engine.plane.state.callbacks.values()))


def _chats(engine: Engine) -> dict[str, float]:
    return dict.fromkeys(CHAT, 0.0) | Counter(chat.state for chat in engine.plane.state.chats.values())


def _chat_agents(engine: Engine) -> float:
    return len({chat.talk.agent for chat in engine.plane.state.chats.values() if chat.talk})


def _waiting(engine: Engine) -> dict[str, float]:
    state = engine.plane.state
    contacts = state.router.contacts.values()
    waiting = Counter(contact.queue for contact in contacts if contact.state in UNANSWERED and contact.on_line)
    return dict.fromkeys(state.settings.acd.queues, 0.0) | waiting
