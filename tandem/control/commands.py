"""What the plane wants done: by the switch, by the notifier, by systems outside, by the store. All imperative.

Commands are carried out in order for one call, and their outcome comes back as an event.
"""

import msgspec

from tandem.control.chat.chat import Message
from tandem.control.desktop.told import Told
from tandem.control.voice.monitor import Mode
from tandem.control.webhooks.told import Happened
from tandem.ivr import commands as ivr
from tandem.ivr.commands import Utterance as Utterance


class Command(msgspec.Struct, frozen=True, tag=True):
    """Base of all commands."""


# --- to the switch ---------------------------------------------------------------------------------------------


class Answer(Command, frozen=True):
    """Answer the caller's channel."""

    call: str


class Listen(Command, frozen=True):
    """Say, then wait for a key: see ivr.commands.Listen. `step` comes back in Listened."""

    call: str
    step: int
    say: tuple[Utterance, ...]
    keys: str
    wait: float
    music: str | None


class Transfer(Command, frozen=True):
    """Dial `destination` for the caller; what comes of it the call's next entry tells, by `number`.

    (`call`, `number`) is the idempotency key: it is dialled once. `caller_id` is the number shown (empty: the
    caller's). `talk_seconds` is the longest talk.
    """

    call: str
    number: int
    destination: str
    caller_id: str
    ring_seconds: float
    talk_seconds: float


class TakeVoicemail(Command, frozen=True):
    """Record the caller after a tone, to a file of this name; answered with VoicemailRecorded.

    What was begun under the name is not recorded again. It ends at one of `keys`, after `silence` seconds without a
    word, or at `longest` seconds.
    """

    call: str
    voicemail: str
    longest: float
    silence: float
    keys: str


class MeasureVoicemail(Command, frozen=True):
    """Tell how long a recording is whose caller is gone; answered with VoicemailRecorded."""

    voicemail: str


class StartRecording(Command, frozen=True):
    """Record what is said while the caller on `channel` is in a conversation, to a file of this name; RecordingFailed
    tells that it can't be. What was begun under the name is not begun again."""

    recording: str
    call: str
    channel: str


class PauseRecording(Command, frozen=True):
    """Write silence instead of what is said on the caller's `channel`, or what is said again."""

    recording: str
    call: str
    channel: str
    paused: bool


class EndRecording(Command, frozen=True):
    """End a recording of the caller's `channel`, which may be gone; answered with RecordingMade."""

    recording: str
    channel: str


class Manner(msgspec.Struct, frozen=True):
    """How an agent's phone takes what it is rung for.

    It picks up by itself after `auto_answer` seconds, None: somebody does. `tone`: a short tone comes first.
    `confirm_key`, unless it is empty, must be pressed when `say` is heard; told by LegConfirmed.
    """

    auto_answer: float | None = None
    tone: bool = False
    confirm_key: str = ""
    say: tuple[Utterance, ...] = ()


class PlayToAgent(Command, frozen=True):
    """Ring `device`; when it answers, play the voicemail and hang up. The new channel gets the id `leg`.

    With a `line` that is kept: nobody is rung, it is played there.
    """

    leg: str
    device: str
    voicemail: str
    caller: str
    caller_name: str
    ring_seconds: float
    manner: Manner = Manner()
    line: str = ""


class Interrupt(Command, frozen=True):
    """End the Listen that is out at once; it is answered as if nothing had been pressed."""

    call: str
    channel: str


class HangUpCall(Command, frozen=True):
    """The plane is done with the caller: end the call."""

    call: str
    channel: str


class GiveUp(Command, frozen=True):
    """There is no flow for the caller: let the switch apologise, and use its emergency queue if it has one."""

    call: str
    channel: str


class RingAgent(Command, frozen=True):
    """Ring `device`; when it answers, bridge it with the caller's `channel`. The new channel gets the id `leg`.

    Without a `channel` the agent waits, hearing it ring, for JoinLeg: the customer is called meanwhile. With a `room`,
    a call, the agent goes into its room (JoinRoom).
    """

    leg: str
    device: str
    call: str
    channel: str
    caller: str
    caller_name: str
    ring_seconds: float
    manner: Manner = Manner()
    room: str = ""
    longest: float = 0.0
    """Seconds after which the channel ends in any case; 0: never."""


class NailUp(Command, frozen=True):
    """Call an agent at `destination`, and keep the line in its place: LineKept. The new channel gets the id `line`."""

    line: str
    destination: str
    caller_id: str
    ring_seconds: float
    manner: Manner = Manner()


class KeepLine(Command, frozen=True):
    """Take an agent's line back to its place, out of whatever conversation it is in."""

    line: str


class DialCustomer(Command, frozen=True):
    """Call a customer back; the new channel gets the id `call`, and enters as a call when it is answered.

    `destination` is what the switch dials, `caller_id` the number shown. It rings for `ring_seconds` at most. With
    `detect_machine` the switch listens first whether a machine answered.
    """

    call: str
    destination: str
    caller_id: str
    dialled: str
    ring_seconds: float
    detect_machine: bool


class JoinLeg(Command, frozen=True):
    """Bridge an agent's leg that waits, or their `line`, with the caller's `channel`; the conversation is `leg`'s."""

    leg: str
    call: str
    channel: str
    line: str = ""


class RingColleague(Command, frozen=True):
    """Ring the `device` of an agent whom another one calls; when it answers, bridge it with the caller's `channel` (a
    unique id). The new channel gets the id `leg`."""

    leg: str
    device: str
    channel: str
    caller: str
    caller_name: str
    ring_seconds: float
    manner: Manner = Manner()


class HoldCall(Command, frozen=True):
    """Take a caller back from their conversation with the agent on `leg` (a channel), who waits: in silence, or hearing
    it ring. The caller enters again."""

    call: str
    channel: str
    leg: str
    rings: bool = False


class JoinRoom(Command, frozen=True):
    """Let agents' channels talk with each other, and with the caller's `channel` where one is given, in the room of the
    call. `legs`: channel to the leg that it is for now. A caller whom all agents left enters again."""

    call: str
    legs: dict[str, str]
    channel: str = ""


class MuteLeg(Command, frozen=True):
    """Let nobody hear an agent's channel, or let them hear it again."""

    leg: str
    muted: bool


class SendDigits(Command, frozen=True):
    """Send keys (0 to 9, * and #) to a caller's or another party's `channel`; `call` is whose talk it is."""

    call: str
    channel: str
    digits: str


class HangUpLeg(Command, frozen=True):
    """End an agent's channel."""

    leg: str


class RingSupervisor(Command, frozen=True):
    """Ring a supervisor at `device`; who answers is on the talk of the agent's `channel` (a unique id), in this mode.

    The new channel gets the id `monitor`; when the agent's ends it waits for a while, to be led on or hung up. `agent`
    is shown as who calls.
    """

    monitor: str
    device: str
    channel: str
    mode: Mode
    agent: str
    ring_seconds: float


class ChangeMonitoring(Command, frozen=True):
    """Take a supervisor to this mode, on the talk of the agent's `channel` (a unique id)."""

    monitor: str
    mode: Mode
    channel: str


class HangUpStray(Command, frozen=True):
    """End a channel that ought not to be there: our mark on it but nothing we know, or its caller gone."""

    channel: str


# --- to the notifier -------------------------------------------------------------------------------------------


class SendLink(Command, frozen=True):
    """Push a self-service link. (`call`, `link`) is the idempotency key: never two deliveries for one.

    `address` is the caller's number; `channel` tells which phone it came from; `text` has `{link}` in it.
    """

    call: str
    link: int
    purpose: str
    language: str
    text: str
    address: str
    channel: str


# --- to those who read -----------------------------------------------------------------------------------------


class ShowPage(Command, frozen=True):
    """What `page` shows has changed, or an answer to it was dealt with. A page is a link's, or a guide."""

    page: str


class ShowChat(Command, frozen=True):
    """Something was said in `chat`, or dealt with; `agent` is who has it or is offered it, empty: nobody."""

    chat: str
    agent: str


# --- to desktops -----------------------------------------------------------------------------------------------


class OfferChat(Command, frozen=True):
    """Show `agent` that `chat` waits for them, with what was said (the newest of it); answered with AgentAccepted or
    AgentDeclined."""

    offer: int
    agent: str
    chat: str
    said: tuple[Message, ...]


class WithdrawChat(Command, frozen=True):
    """The offer is out no more: it was answered, came too late, or the customer is gone."""

    offer: int
    agent: str
    chat: str


class ShowMail(Command, frozen=True):
    """What `agent`'s desk shows of `mail` has changed: offered, taken, interrupted, resumed, gone. Empty: nobody's."""

    mail: str
    agent: str


# --- to systems outside ----------------------------------------------------------------------------------------


# --- to desktops -----------------------------------------------------------------------------------------------


class TellDesktop(Command, frozen=True):
    """Event number `number` of an agent's desk."""

    agent: str
    number: int
    told: Told


class LookUp(Command, frozen=True):
    """Ask a service for the flow that `subject` walks; answered with LookedUp or LookupFailed.

    (`subject`, the number in `ask`) is the idempotency key: after a restart the same is asked again.
    """

    subject: str
    ask: ivr.LookUp


class FindCustomer(Command, frozen=True):
    """Find out who is known by `identity` (see identities.py), for the desk that will have `contact`.

    Answered with CustomerFound or CustomerNotFound; nobody waits for it, and asking twice is harmless.
    """

    contact: str
    identity: str


class Notify(Command, frozen=True):
    """Tell a service something for the flow that `subject` walks; answered with Notified or NotifyFailed.

    (`subject`, the number in `note`) is the idempotency key: never two deliveries for one.
    """

    subject: str
    note: ivr.Notify


# --- to the store ----------------------------------------------------------------------------------------------
# Records are written whole and by key, so that writing one twice changes nothing.


class RecordContact(Command, frozen=True):
    """Key: call. Written when it begins and again when it ends. `outcome`: see docs/architecture.md."""

    call: str
    caller: str
    dialled: str
    flow: str
    version: str
    language: str
    tier: str
    started_at: float
    ended_at: float | None
    outcome: str
    cause: int
    talk_seconds: float
    hold_seconds: float
    channel: str = "voice"
    """Or `chat`, `mail`: then `cause` says nothing."""
    identity: str = ""
    """By what its customer is known, see identities.py; empty for nothing."""
    customer: str = ""
    """The customer who was found by it."""
    direction: str = "inbound"
    """`outbound`: an agent dialled `caller`; then `outcome` may be that of the dial, see RecordDial."""


class RecordLeg(Command, frozen=True):
    """Key: leg. An agent's channel, from ring to end."""

    leg: str
    call: str
    agent: str
    device: str
    ringing_at: float | None
    answered_at: float | None
    bridged_at: float | None
    ended_at: float
    hold_seconds: float
    outcome: str


class RecordWait(Command, frozen=True):
    """Key: (call, enqueued_at, queue). It came to this queue at `enqueued_at`; it waits `since`, here or before.

    `priority` and `boost` are those it was queued with. `estimated`, `earliest` and `latest`: how long it was expected
    to wait here when it came (seconds; the mean, 20th and 80th percentile); None where no estimate was made.
    """

    call: str
    queue: str
    enqueued_at: float
    left_at: float
    outcome: str
    agent: str | None
    since: float
    priority: int = 0
    boost: float = 0.0
    estimated: float | None = None
    earliest: float | None = None
    latest: float | None = None


class RecordOffer(Command, frozen=True):
    """Key: offer."""

    offer: int
    call: str
    agent: str
    queue: str
    offered_at: float
    ended_at: float
    outcome: str


class RecordActivity(Command, frozen=True):
    """Key: (agent, since). How long an agent was in a state."""

    agent: str
    state: str
    reason: str
    since: float
    until: float


class RecordPause(Command, frozen=True):
    """Key: (agent, began_at). Written when it begins and again when it ends. `by`: the supervisor who wanted it.

    It goes on while the phone is gone.
    """

    agent: str
    began_at: float
    ended_at: float | None
    reason: str
    by: str


class RecordAgentOrder(Command, frozen=True):
    """Key: (agent, at, what). What was done for an agent that their states don't tell.

    `what`: `ready`, `paused` or `signed_out`, ordered by the supervisor `by` for `reason`, or `wrap_up_extended` by
    `seconds`.
    """

    agent: str
    at: float
    what: str
    reason: str = ""
    by: str = ""
    seconds: float = 0.0


class RecordAnswer(Command, frozen=True):
    """Key: (call, question)."""

    call: str
    question: str
    answer: str
    at: float


class RecordForm(Command, frozen=True):
    """Key: (call, form). What stands in a form: `content` is JSON, by variable; `submitted` when it is right."""

    call: str
    form: str
    content: str
    submitted: bool
    at: float


class RecordLink(Command, frozen=True):
    """Key: (call, link). `status`: `requested`, `delivered`, `failed`, `opened` or `revoked`."""

    call: str
    link: int
    purpose: str
    adapter: str
    status: str
    at: float


class RecordVoicemail(Command, frozen=True):
    """Key: voicemail. Written when it is left and again when `agent` has heard it. `file`: in the voicemail folder."""

    voicemail: str
    call: str
    caller: str
    queue: str
    file: str
    seconds: float
    left_at: float
    heard_at: float | None
    agent: str | None


class RecordRecording(Command, frozen=True):
    """Key: recording. What was recorded of a talk of `agent` in the contact `call`, written when it is over. `file`: in
    the folder of recordings, `size` bytes, whose SHA-256 in hex this is."""

    recording: str
    call: str
    agent: str
    queue: str
    began_at: float
    ended_at: float
    file: str
    seconds: float
    size: int
    sha256: str


class RecordMessage(Command, frozen=True):
    """Key: (call, number). A message in a chat. `sender`: `customer`, `bot`, `agent` or `system`.

    A `notice` (see control.chat) is told in words of the face's own, without a `text`. `file` is the SHA-256 of a file
    that came with it, empty for none; then its name, media type and bytes.
    """

    call: str
    number: int
    at: float
    sender: str
    text: str
    notice: str
    agent: str
    file: str = ""
    file_name: str = ""
    file_kind: str = ""
    file_size: int = 0


class RecordChatTalk(Command, frozen=True):
    """Key: (call, number). A talk between a customer and an agent in a chat, written at its end; the fields are those
    of control.chat.talk."""

    call: str
    number: int
    queue: str
    agent: str
    enqueued_at: float
    connected_at: float
    ended_at: float
    first_response_at: float | None
    customer_messages: int
    agent_messages: int
    responses: int
    response_seconds: float


class TellReceivers(Command, frozen=True):
    """Tell `receivers` (of the settings' webhooks) what happened at `at` (epoch seconds), of which `agent`.

    `id` is the idempotency key; to one receiver those about one `subject` go in order. It is written down with the
    records of its event, so that nothing is missing and nothing doubled after a crash.
    """

    id: str
    receivers: tuple[str, ...]
    at: float
    subject: str
    agent: str
    told: Told | Happened


class RecordStep(Command, frozen=True):
    """Key: (call, number). The timeline of a call, step by step: flow nodes, links, queue, offers, talk."""

    call: str
    number: int
    at: float
    what: str
    detail: str


class RecordTransfer(Command, frozen=True):
    """Key: (call, number). `agent` left the caller to `target` (an agent, a queue or a number), and to `colleague`,
    where one had answered. `kind`: `blind`, `consulted` or, out of a conference, `conference`."""

    call: str
    number: int
    at: float
    kind: str
    agent: str
    target: str
    colleague: str
    note: str


class RecordTalkQuality(Command, frozen=True):
    """Key: (channel, agent). How the voice of a channel was; `agent` is whose browser says so, empty: the switch.

    `received` and `lost` are packets that came or should have, `sent` and `lost_there` those of the other way; `loss`
    is the share (0 to 1) of the worse way. `jitter` and `round_trip` are seconds, `score` the mean opinion score.
    """

    channel: str
    agent: str
    device: str
    at: float
    codec: str
    received: int
    lost: int
    sent: int
    lost_there: int
    loss: float
    jitter: float
    round_trip: float
    score: float


class RecordQueueStep(Command, frozen=True):
    """Key: all but `what` the step does. The condition of a step (its number in the queue's plan, from 0) began to hold
    for everyone in the queue, or ended."""

    queue: str
    at: float
    step: int
    in_force: bool
    what: str


class RecordInterval(Command, frozen=True):
    """Key: (queue, start). See acd.commands.RecordInterval for the fields and the identity that holds."""

    queue: str
    start: float
    target: float
    offered: int
    answered: int
    abandoned: int
    overflowed_out: int
    called_back: int
    self_served: int
    lost: int
    waiting: int
    answered_in_target: int
    abandoned_in_target: int
    wait_answered: float


class RecordCanary(Command, frozen=True):
    """Key: (flow, started_at). The trial of a flow version, written when it begins and again when it ends.

    `outcome`: `promoted`, `stopped`, `superseded` or `rolled_back` (by itself, for `reason`). The counts are of calls
    that began and ended within it: with `version`, and with `base`, the version in force.
    """

    flow: str
    started_at: float
    version: str
    base: str
    percent: float
    author: str
    ended_at: float | None
    outcome: str
    ended_by: str
    reason: str
    calls: int
    contained: int
    abandoned: int
    faulty: int
    base_calls: int
    base_contained: int
    base_abandoned: int
    base_faulty: int


class RecordCallback(Command, frozen=True):
    """Key: callback. Written when it is booked or changed, and at its end.

    `call` booked it, `reached` is the call in which the customer talked with `agent`. `enqueued_at` is its age.
    `outcome`: empty while it is open, then `reached`, `rejoined` (called again, and waited on the line), `cancelled`,
    `expired` or `failed` (no attempt is left).
    """

    callback: str
    number: str
    queue: str
    call: str
    booked_at: float
    enqueued_at: float
    not_before: float
    expires_at: float
    dials: int
    ended_at: float | None
    outcome: str
    agent: str
    reached: str


class RecordCallbackAttempt(Command, frozen=True):
    """Key: (callback, attempt). `outcome`: `reached`, `busy`, `no_answer`, `declined`, `unreachable`, `machine`,
    `hung_up`, `snoozed`, `agent_gone`, `rejoined`, `cancelled`, `lost` or `failed`."""

    callback: str
    attempt: int
    agent: str
    dialled_at: float
    ended_at: float
    outcome: str


class RecordDial(Command, frozen=True):
    """Key: call. An agent called `number`: a customer for `queue` (`kind` is `outbound`; `call` is the contact), or a
    colleague (`internal`).

    `dialled_at` is None when it did not come to that. `outcome`: empty while it lasts, then `answered`, `busy`,
    `no_answer`, `declined`, `unreachable`, `failed`, `lost`, `hung_up` (before they were connected) or `agent_gone`.
    """

    call: str
    kind: str
    agent: str
    queue: str
    number: str
    asked_at: float
    dialled_at: float | None
    answered_at: float | None
    ended_at: float | None
    outcome: str
    talk_seconds: float = 0.0


class RecordDisposition(Command, frozen=True):
    """Key: (call, agent). What the contact was about, as its agent said last."""

    call: str
    agent: str
    queue: str
    code: str
    note: str
    at: float


class RecordMonitoring(Command, frozen=True):
    """Key: (monitoring, number). The supervisor `by` was on the agent's talk `call` in this mode; written when the mode
    begins (no end) and when it ends."""

    monitoring: str
    number: int
    by: str
    agent: str
    call: str
    mode: Mode
    began_at: float
    ended_at: float | None


class RecordContactOrder(Command, frozen=True):
    """Key: (call, at, what). What the supervisor `by` did with a contact that waited: `moved` (`detail`: the queue),
    `prioritised` (the class), `assigned` (the agent) or `advanced` (the number of the step)."""

    call: str
    at: float
    what: str
    detail: str
    by: str


class RaiseAlarm(Command, frozen=True):
    """Count it under `kind` and tell the operator."""

    kind: str
    subject: str
    detail: str
