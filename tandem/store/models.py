"""The tables of the records. Times are epoch seconds, durations seconds; a column means what the record says.

The meaning of each field stands in `tandem.control.commands`, with the record of the same name.
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Double, Identity, Index, Integer, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables; the types are valid on SQLite and on PostgreSQL."""

    type_annotation_map = {  # noqa: RUF012
        int: BigInteger, float: Double, str: Text, dict[str, Any]: JSON, list[Any]: JSON,
    }  # fmt: skip


class Contact(Base):
    """A caller's call, or a chat."""

    __tablename__ = "contacts"
    call: Mapped[str] = mapped_column(primary_key=True)
    caller: Mapped[str]
    dialled: Mapped[str]
    flow: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]
    tier: Mapped[str]
    started_at: Mapped[float] = mapped_column(index=True)
    ended_at: Mapped[float | None]
    outcome: Mapped[str]
    cause: Mapped[int]
    talk_seconds: Mapped[float]
    hold_seconds: Mapped[float]
    channel: Mapped[str]
    identity: Mapped[str] = mapped_column(server_default="", index=True)
    customer: Mapped[str] = mapped_column(server_default="", index=True)
    direction: Mapped[str]


class Leg(Base):
    """An agent's channel."""

    __tablename__ = "legs"
    leg: Mapped[str] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str]
    device: Mapped[str]
    ringing_at: Mapped[float | None]
    answered_at: Mapped[float | None]
    bridged_at: Mapped[float | None]
    ended_at: Mapped[float]
    hold_seconds: Mapped[float]
    outcome: Mapped[str]


class Wait(Base):
    """A wait in a queue, reached at `enqueued_at`; the contact has waited `since`, in queues before it too."""

    __tablename__ = "waits"
    call: Mapped[str] = mapped_column(primary_key=True)
    enqueued_at: Mapped[float] = mapped_column(primary_key=True, index=True)
    queue: Mapped[str] = mapped_column(primary_key=True)
    left_at: Mapped[float]
    outcome: Mapped[str]
    agent: Mapped[str | None]
    since: Mapped[float]
    priority: Mapped[int]
    boost: Mapped[float]
    estimated: Mapped[float | None]
    earliest: Mapped[float | None]
    latest: Mapped[float | None]


class Offer(Base):
    """An offer of a contact to an agent."""

    __tablename__ = "offers"
    offer: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    call: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str]
    queue: Mapped[str]
    offered_at: Mapped[float]
    ended_at: Mapped[float]
    outcome: Mapped[str]


class Activity(Base):
    """A stretch of time an agent spent in one state."""

    __tablename__ = "agent_activity"
    agent: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[float] = mapped_column(primary_key=True)
    until: Mapped[float] = mapped_column(index=True)
    state: Mapped[str]
    reason: Mapped[str]


class Pause(Base):
    """An agent's pause, by its own clock: it goes on while the phone is gone."""

    __tablename__ = "agent_pauses"
    agent: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[float] = mapped_column(primary_key=True, index=True)
    ended_at: Mapped[float | None]
    reason: Mapped[str]
    by: Mapped[str]


class AgentOrder(Base):
    """What a supervisor ordered an agent into, or by how much a wrap-up was extended."""

    __tablename__ = "agent_orders"
    agent: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(primary_key=True, index=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    by: Mapped[str]
    seconds: Mapped[float]


class Monitoring(Base):
    """A supervisor on an agent's talk, in one mode."""

    __tablename__ = "monitorings"
    monitoring: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by: Mapped[str]
    agent: Mapped[str]
    call: Mapped[str] = mapped_column(index=True)
    mode: Mapped[str]
    began_at: Mapped[float] = mapped_column(index=True)
    ended_at: Mapped[float | None]


class ContactOrder(Base):
    """What a supervisor did with a contact that waited."""

    __tablename__ = "contact_orders"
    call: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(primary_key=True, index=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[str]
    by: Mapped[str]


class Disposition(Base):
    """What a contact was about, as its agent said."""

    __tablename__ = "dispositions"
    call: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    queue: Mapped[str]
    code: Mapped[str]
    note: Mapped[str]
    at: Mapped[float] = mapped_column(index=True)


class Dial(Base):
    """A call that an agent made: to a customer, or to a colleague."""

    __tablename__ = "dials"
    call: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    agent: Mapped[str]
    queue: Mapped[str]
    number: Mapped[str]
    asked_at: Mapped[float] = mapped_column(index=True)
    dialled_at: Mapped[float | None]
    answered_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    outcome: Mapped[str]
    talk_seconds: Mapped[float]


class Answer(Base):
    """An answer to a survey's question."""

    __tablename__ = "survey_answers"
    call: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str]
    at: Mapped[float] = mapped_column(index=True)


class Form(Base):
    """What stands in a form: `content` is JSON, by variable."""

    __tablename__ = "forms"
    call: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    submitted: Mapped[bool]
    at: Mapped[float] = mapped_column(index=True)


class Link(Base):
    """A self-service link."""

    __tablename__ = "links"
    call: Mapped[str] = mapped_column(primary_key=True)
    link: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str]
    adapter: Mapped[str]
    status: Mapped[str]
    at: Mapped[float] = mapped_column(index=True)


class Message(Base):
    """A message in a chat."""

    __tablename__ = "messages"
    call: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[float] = mapped_column(index=True)
    sender: Mapped[str]
    text: Mapped[str]
    notice: Mapped[str]
    agent: Mapped[str]
    file: Mapped[str] = mapped_column(server_default="")
    file_name: Mapped[str] = mapped_column(server_default="")
    file_kind: Mapped[str] = mapped_column(server_default="")
    file_size: Mapped[int] = mapped_column(server_default="0")


class ChatTalk(Base):
    """A talk between a customer and an agent in a chat."""

    __tablename__ = "chat_talks"
    call: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    queue: Mapped[str]
    agent: Mapped[str] = mapped_column(index=True)
    enqueued_at: Mapped[float]
    connected_at: Mapped[float] = mapped_column(index=True)
    ended_at: Mapped[float]
    first_response_at: Mapped[float | None]
    customer_messages: Mapped[int]
    agent_messages: Mapped[int]
    responses: Mapped[int]
    response_seconds: Mapped[float]


class ChatFile(Base):
    """That a chat may have the content whose SHA-256 is `file`; see chat_archive.py."""

    __tablename__ = "chat_files"
    call: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(primary_key=True, index=True)
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    at: Mapped[float] = mapped_column(index=True)


class Voicemail(Base):
    """A message that a caller left; its file is in the voicemail folder."""

    __tablename__ = "voicemails"
    voicemail: Mapped[str] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(index=True)
    caller: Mapped[str]
    queue: Mapped[str]
    file: Mapped[str]
    seconds: Mapped[float]
    left_at: Mapped[float] = mapped_column(index=True)
    heard_at: Mapped[float | None]
    agent: Mapped[str | None]


class Recording(Base):
    """What was recorded of an agent's talk; its file is in the same folder as voicemails'. `sha256` is of the file."""

    __tablename__ = "recordings"
    recording: Mapped[str] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str]
    queue: Mapped[str]
    began_at: Mapped[float] = mapped_column(index=True)
    ended_at: Mapped[float]
    file: Mapped[str]
    seconds: Mapped[float]
    size: Mapped[int]
    sha256: Mapped[str]


class Step(Base):
    """A step of a call's timeline."""

    __tablename__ = "steps"
    call: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[float]
    what: Mapped[str]
    detail: Mapped[str]


class AgentTransfer(Base):
    """An agent left a caller to somebody else; see control.commands.RecordTransfer."""

    __tablename__ = "transfers"
    call: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[float] = mapped_column(index=True)
    kind: Mapped[str]
    agent: Mapped[str]
    target: Mapped[str]
    colleague: Mapped[str]
    note: Mapped[str]


class TalkQuality(Base):
    """How the voice of a call's or a leg's channel was; see control.commands.RecordTalkQuality."""

    __tablename__ = "talk_qualities"
    channel: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str]
    at: Mapped[float] = mapped_column(index=True)
    codec: Mapped[str]
    received: Mapped[int]
    lost: Mapped[int]
    sent: Mapped[int]
    lost_there: Mapped[int]
    loss: Mapped[float]
    jitter: Mapped[float]
    round_trip: Mapped[float]
    score: Mapped[float]


class QueueStep(Base):
    """The condition of a step of a queue's plan began to hold, or ended."""

    __tablename__ = "queue_steps"
    queue: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(primary_key=True, index=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    in_force: Mapped[bool] = mapped_column(primary_key=True)
    what: Mapped[str]


class Interval(Base):
    """The figures of one queue for those who arrived in one quarter-hour."""

    __tablename__ = "intervals"
    queue: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[float] = mapped_column(primary_key=True, index=True)
    target: Mapped[float]
    offered: Mapped[int]
    answered: Mapped[int]
    abandoned: Mapped[int]
    overflowed_out: Mapped[int]
    called_back: Mapped[int]
    self_served: Mapped[int]
    lost: Mapped[int]
    waiting: Mapped[int]
    answered_in_target: Mapped[int]
    abandoned_in_target: Mapped[int]
    wait_answered: Mapped[float]


class Callback(Base):
    """A customer who was to be called back."""

    __tablename__ = "callbacks"
    callback: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    queue: Mapped[str]
    call: Mapped[str]
    booked_at: Mapped[float] = mapped_column(index=True)
    enqueued_at: Mapped[float]
    not_before: Mapped[float]
    expires_at: Mapped[float]
    dials: Mapped[int]
    ended_at: Mapped[float | None]
    outcome: Mapped[str]
    agent: Mapped[str]
    reached: Mapped[str]


class CallbackAttempt(Base):
    """A try to call a customer back."""

    __tablename__ = "callback_attempts"
    callback: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agent: Mapped[str]
    dialled_at: Mapped[float] = mapped_column(index=True)
    ended_at: Mapped[float]
    outcome: Mapped[str]


class Alarm(Base):
    """The `number`-th alarm of journal entry `seq`."""

    __tablename__ = "alarms"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[float] = mapped_column(index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]


class Progress(Base):
    """One row: the records of all journal entries up to `seq` are written."""

    __tablename__ = "progress"
    name: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]


class OutboxItem(Base):
    """A link on its way to a caller; see outbox.py for its states."""

    __tablename__ = "outbox"
    call: Mapped[str] = mapped_column(primary_key=True)
    link: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    address: Mapped[str]
    channel: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(index=True)
    adapter: Mapped[str]
    reason: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[float]
    changed_at: Mapped[float]
    opened_at: Mapped[float | None]
    device: Mapped[str] = mapped_column(server_default="")


class NotificationItem(Base):
    """A notification on its way to a system outside; see outbox.py for its states. `body` is JSON, as it is sent."""

    __tablename__ = "notifications"
    subject: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    service: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[float]
    changed_at: Mapped[float]


class WebhookItem(Base):
    """An event on its way to a receiver outside; see webhook_outbox.py. They go by `number`, those of one `subject` one
    after the other. `event` is its id, `body` JSON, as it is sent; `wanted_at` is when it was to be sent first, or
    again by an admin's wish, `due_at` when it is tried next."""

    __tablename__ = "webhook_items"
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    receiver: Mapped[str]
    event: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    attempts: Mapped[int]
    created_at: Mapped[float] = mapped_column(index=True)
    wanted_at: Mapped[float]
    due_at: Mapped[float]
    changed_at: Mapped[float]
    __table_args__ = (
        UniqueConstraint("receiver", "event"),
        Index("ix_webhook_items_next", "state", "receiver", "number"),
        Index("ix_webhook_items_before", "receiver", "state", "subject", "number"),
    )


class FlowVersion(Base):
    """A flow as it was at one time, never changed; see flow_versions.py."""

    __tablename__ = "flow_versions"
    flow: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str]
    source: Mapped[str]
    tests: Mapped[dict[str, Any]]
    flows: Mapped[dict[str, Any]]
    author: Mapped[str]
    message: Mapped[str]
    at: Mapped[float]


class FlowPublication(Base):
    """From when a version was in force, by whose doing and why."""

    __tablename__ = "flow_publications"
    flow: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    at: Mapped[float]
    what: Mapped[str]
    author: Mapped[str]
    message: Mapped[str]
    forced: Mapped[str]
    problems: Mapped[list[Any]]


class FlowDraft(Base):
    """What somebody works at; one for a flow."""

    __tablename__ = "flow_drafts"
    flow: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    tests: Mapped[dict[str, Any]]
    author: Mapped[str]
    message: Mapped[str]
    at: Mapped[float]


class FlowFile(Base):
    """What a controller saw in the folder of flows when it started last."""

    __tablename__ = "flow_files"
    flow: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]


class FlowCanary(Base):
    """The trial of a flow version on some of the callers."""

    __tablename__ = "flow_canaries"
    flow: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[float] = mapped_column(primary_key=True)
    version: Mapped[str]
    base: Mapped[str]
    percent: Mapped[float]
    author: Mapped[str]
    ended_at: Mapped[float | None]
    outcome: Mapped[str]
    ended_by: Mapped[str]
    reason: Mapped[str]
    calls: Mapped[int]
    contained: Mapped[int]
    abandoned: Mapped[int]
    faulty: Mapped[int]
    base_calls: Mapped[int]
    base_contained: Mapped[int]
    base_abandoned: Mapped[int]
    base_faulty: Mapped[int]


class User(Base):
    """Somebody who may sign in; see users.py. `password` is an argon2 hash, never what was typed."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    role: Mapped[str]
    agent: Mapped[str] = mapped_column(index=True)
    password: Mapped[str]
    must_change: Mapped[bool]
    disabled: Mapped[bool]
    created_at: Mapped[float]
    changed_at: Mapped[float]
    hears_recordings: Mapped[bool] = mapped_column(server_default=false())


class UserSession(Base):
    """Somebody who signed in; `key` is a hash of what their browser shows."""

    __tablename__ = "sessions"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[float]
    seen_at: Mapped[float]
    expires_at: Mapped[float] = mapped_column(index=True)


class AuditEntry(Base):
    """What somebody changed, or tried to sign in as; only ever added."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    at: Mapped[float] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]
    detail: Mapped[str]
    address: Mapped[str]


class Customer(Base):
    """A person who calls, writes or is called back; see customers/people.py. `change` counts the changes."""

    __tablename__ = "customers"
    customer: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tier: Mapped[str]
    tags: Mapped[list[Any]]
    language: Mapped[str]
    notes: Mapped[str]
    created_at: Mapped[float]
    changed_at: Mapped[float]
    change: Mapped[int]
    merged_into: Mapped[str] = mapped_column(index=True)


class CustomerIdentity(Base):
    """By what a person is known: control/identities.py has what it looks like."""

    __tablename__ = "customer_identities"
    identity: Mapped[str] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(index=True)
    added_at: Mapped[float]


class CustomerJoin(Base):
    """Two customers were merged, or one was split, with all that is needed to undo it; see customers/joins.py."""

    __tablename__ = "customer_joins"
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    kind: Mapped[str]
    at: Mapped[float]
    by: Mapped[str]
    kept: Mapped[str] = mapped_column(index=True)
    other: Mapped[str] = mapped_column(index=True)
    identities: Mapped[list[Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    contacts: Mapped[dict[str, Any]]
    undone_at: Mapped[float | None]
    undone_by: Mapped[str]


class SettingsVersion(Base):
    """The settings as they were at one time, never changed; see settings_versions.py."""

    __tablename__ = "settings_versions"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(unique=True)
    content: Mapped[dict[str, Any]]
    author: Mapped[str]
    note: Mapped[str]
    at: Mapped[float]


class SettingsChange(Base):
    """From when a version was in force, by whose doing, and what that changed."""

    __tablename__ = "settings_changes"
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    at: Mapped[float]
    what: Mapped[str]
    author: Mapped[str]
    note: Mapped[str]
    changes: Mapped[list[Any]]
    warnings: Mapped[list[Any]]


class SettingsFile(Base):
    """What a controller saw in a centre file when it started last."""

    __tablename__ = "settings_files"
    path: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
