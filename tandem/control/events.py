"""What the plane is told: by the switch, by desktops, by the notifier, by systems outside, by admins. All past tense.

A `call` is the unique id of the caller's channel in the switch; it stays the same through bridges and transfers.
A `leg` is the channel id of an agent's phone that the plane gave it when it asked for the ring.
"""

import msgspec

from tandem.control.chat.talk import File
from tandem.control.desktop.customer import KnownCustomer
from tandem.control.dispatch.loan import Proposal
from tandem.control.publishing.canary import Margins
from tandem.control.settings import Settings
from tandem.control.voice.measured import Measured
from tandem.control.voice.monitor import Mode
from tandem.ivr.everywhere import Meaning
from tandem.ivr.face import Answer as Answer
from tandem.ivr.flow import Flow
from tandem.ivr.values import Value as Value


class Event(msgspec.Struct, frozen=True, tag=True):
    """Base of all events."""


# --- from the switch -------------------------------------------------------------------------------------------


class Transferred(msgspec.Struct, frozen=True):
    """What came of transfer `number`: `answered`, `busy`, `no_answer` or `failed`."""

    number: int
    outcome: str
    talk_seconds: float


class CallEntered(Event, frozen=True):
    """A call asks what to do: a new one, or a known one that the switch gave back. Every entry is a resume.

    `channel` is the switch's name for it ("PJSIP/trunk-0000001a"), `caller` the number as presented (may be
    empty or hostile), `dialled` the number called. `last_leg` is the leg whose conversation with the call was the
    last to end, empty while there was none; `transferred` is the last transfer of which the switch was told.
    `machine`: an answering machine took the call that we made.
    """

    call: str
    channel: str
    caller: str
    caller_name: str
    dialled: str
    last_leg: str = ""
    transferred: Transferred | None = None
    machine: bool = False


class Listened(Event, frozen=True):
    """The Listen numbered `step` ended: with a key, or None for silence."""

    call: str
    step: int
    key: str | None


class TransferAnswered(Event, frozen=True):
    """Whom the call is to be connected with picked up."""

    call: str


class VoicemailRecorded(Event, frozen=True):
    """A recording is over: `seconds` long, 0 when nothing was said or there is none."""

    voicemail: str
    seconds: float


class RecordingFailed(Event, frozen=True):
    """The switch can't record a talk."""

    recording: str
    reason: str


class RecordingMade(Event, frozen=True):
    """The recording of a talk is over: `seconds` long, `size` bytes; all 0 when there is none."""

    recording: str
    seconds: float
    size: int = 0
    sha256: str = ""


class CallEnded(Event, frozen=True):
    """The caller's channel is gone. `cause` is the Q.850 number, 0 when not known."""

    call: str
    cause: int = 0


class LegRinging(Event, frozen=True):
    """The switch has begun to ring the agent's phone."""

    leg: str


class LegAnswered(Event, frozen=True):
    """The agent picked up."""

    leg: str


class LegConfirmed(Event, frozen=True):
    """Whoever picked up pressed the key that was asked for."""

    leg: str


class LineKept(Event, frozen=True):
    """An agent's line waits in its place: it is there for the first time, or its conversation as `leg` is over."""

    line: str
    leg: str = ""


class LegFailed(Event, frozen=True):
    """The ring came to nothing: `no_answer`, `busy`, `declined`, `unreachable` or `failed`."""

    leg: str
    reason: str


class LegEnded(Event, frozen=True):
    """The agent's channel is gone."""

    leg: str
    cause: int = 0


class Bridged(Event, frozen=True):
    """Caller and agent hear each other."""

    call: str
    leg: str


class Held(Event, frozen=True):
    """The agent's phone put the call on hold."""

    leg: str


class Retrieved(Event, frozen=True):
    """The agent's phone took the call back from hold."""

    leg: str


class DialBegun(Event, frozen=True):
    """The switch has begun to call the customer of a callback; `call` is the unique id that the plane gave."""

    call: str


class DialFailed(Event, frozen=True):
    """The customer was not reached: `no_answer`, `busy`, `declined`, `unreachable` or `failed`."""

    call: str
    reason: str


class MonitorBegan(Event, frozen=True):
    """The switch has begun to ring a supervisor's phone."""

    monitor: str


class MonitorJoined(Event, frozen=True):
    """The supervisor picked up, and is on the agent's talk."""

    monitor: str


class MonitorEnded(Event, frozen=True):
    """The supervisor's channel is gone, or never came."""

    monitor: str


class TalkMeasured(Event, frozen=True):
    """How the voice of a channel was: all of it, by the switch at its end; or a talk, by the browser of `agent`.

    `channel` is that of a call or a leg, `device` its phone ("PJSIP/1001") or trunk.
    """

    channel: str
    device: str
    measured: Measured
    agent: str = ""


class DeviceFound(Event, frozen=True):
    """A phone is reachable ("PJSIP/1001")."""

    device: str


class DeviceLost(Event, frozen=True):
    """A phone is not reachable any more."""

    device: str


class SwitchLost(Event, frozen=True):
    """The link to the switch is down; what happens there is not seen."""


class SeenChannel(msgspec.Struct, frozen=True):
    """One channel of the switch's own listing. `bridged_with`: unique ids of the others in its bridge; `kept`: an
    agent's line that waits in its place."""

    id: str
    name: str
    up: bool
    bridged_with: tuple[str, ...] = ()
    kept: bool = False


class SwitchFound(Event, frozen=True):
    """The switch's own word on what exists, asked for at `asked_at` (epoch seconds).

    Comes at every (re)connect and on a timer. `boot` changes when the switch was restarted. `reachable` are the
    devices that can be rung, None when they were not asked for.
    """

    boot: str
    asked_at: float
    channels: tuple[SeenChannel, ...]
    reachable: tuple[str, ...] | None = None


# --- from desktops ---------------------------------------------------------------------------------------------


class AgentSignedIn(Event, frozen=True):
    """An agent signed in."""

    agent: str


class AgentSignedOut(Event, frozen=True):
    """An agent signed out, or the supervisor `by` did it for them. See acd.events for `after_contact`."""

    agent: str
    by: str = ""
    after_contact: bool = False


class AgentWentReady(Event, frozen=True):
    """An agent ended a pause, a back-off or the wrap-up, or the supervisor `by` did it for them."""

    agent: str
    by: str = ""


class AgentPaused(Event, frozen=True):
    """An agent paused, or the supervisor `by` did it for them. See acd.events for `after_contact`."""

    agent: str
    reason: str
    by: str = ""
    after_contact: bool = False


class ContactDisposed(Event, frozen=True):
    """An agent said what a contact in talk or in wrap-up was about: `code` is one of its queue's dispositions."""

    agent: str
    contact: str
    code: str
    note: str = ""


class NumberDialled(Event, frozen=True):
    """An agent calls somebody outside, for `queue`."""

    agent: str
    number: str
    queue: str


class AgentCalled(Event, frozen=True):
    """An agent calls another agent."""

    agent: str
    colleague: str


class WrapUpExtended(Event, frozen=True):
    """An agent asked for so many more seconds of wrap-up."""

    agent: str
    seconds: float


# What agents do about a talk. `contact` is the call, or for a colleague the consultation they are in; what can't be
# done any more changes nothing (see control/voice/permits.py).


class AgentHungUp(Event, frozen=True):
    """The agent ended their part in the talk, whose caller goes on in the flow, or a voicemail that they heard."""

    agent: str
    contact: str


class AgentHeld(Event, frozen=True):
    """The agent put the caller on hold."""

    agent: str
    contact: str


class AgentRetrieved(Event, frozen=True):
    """The agent took the caller back from hold."""

    agent: str
    contact: str


class AgentMuted(Event, frozen=True):
    """The agent's microphone is not to be heard any more, or again."""

    agent: str
    contact: str
    muted: bool


class AgentPausedRecording(Event, frozen=True):
    """The agent wants what is said left out of the recording, or no more."""

    agent: str
    contact: str
    paused: bool


class AgentPressed(Event, frozen=True):
    """The agent sent keys to whom they talk with."""

    agent: str
    contact: str
    digits: str


class Target(msgspec.Struct, frozen=True):
    """Where an agent sends a caller, or whom they ask: one of an agent, a queue and a number."""

    agent: str = ""
    queue: str = ""
    number: str = ""

    @property
    def name(self) -> str:
        """For people."""
        return self.agent or self.queue or self.number


class AgentTransferred(Event, frozen=True):
    """The agent sent the caller on, with a note for whoever comes next."""

    agent: str
    contact: str
    to: Target
    note: str = ""


class AgentConsulted(Event, frozen=True):
    """The agent asks somebody about the contact while its caller waits."""

    agent: str
    contact: str
    to: Target
    note: str = ""


class ConsultationCompleted(Event, frozen=True):
    """The agent left the caller to the colleague."""

    agent: str
    contact: str


class ConsultationCancelled(Event, frozen=True):
    """The agent needs the colleague no more."""

    agent: str
    contact: str


class ConsultationSwapped(Event, frozen=True):
    """The agent talks with the other one of caller and colleague."""

    agent: str
    contact: str


class ConferenceBegan(Event, frozen=True):
    """The agent brought caller and colleague together, and stays."""

    agent: str
    contact: str


# --- from supervisors ------------------------------------------------------------------------------------------


class MonitoringAsked(Event, frozen=True):
    """The supervisor `by` wants to be on the agent's talk, or to go to another mode there.

    `device` is the phone to be rung; without one, that of `own`, the agent whom they work as.
    """

    agent: str
    mode: Mode
    by: str
    own: str = ""
    device: str = ""


class MonitoringStopped(Event, frozen=True):
    """The supervisor `by` leaves the agent's talk."""

    agent: str
    by: str


class ContactMoved(Event, frozen=True):
    """The supervisor `by` took a waiting contact to another queue."""

    contact: str
    queue: str
    by: str


class ContactRaised(Event, frozen=True):
    """The supervisor `by` gave a waiting contact another priority class."""

    contact: str
    priority: int
    by: str


class ContactAssigned(Event, frozen=True):
    """The supervisor `by` has a waiting contact wait for `agent` alone, for so many seconds."""

    contact: str
    agent: str
    seconds: float
    by: str


class ContactAdvanced(Event, frozen=True):
    """The supervisor `by` put a waiting contact as far on in its queue's plan as step number `step` (from 0) is."""

    contact: str
    step: int
    by: str


# --- from the notifier and the pages ---------------------------------------------------------------------------


class LinkDelivered(Event, frozen=True):
    """A link was handed over. `adapter` says how: `sip_message` or `webhook`."""

    call: str
    link: int
    adapter: str


class LinkFailed(Event, frozen=True):
    """A link could not be handed over."""

    call: str
    link: int
    reason: str


class LinkOpened(Event, frozen=True):
    """The caller opened the page."""

    call: str
    link: int


Way = Meaning
"""What an answer may be at every question: `repeat`, `back` or `agent`."""


class PageAnswered(Event, frozen=True):
    """The caller answered question `step` of a page ("<call>/<link>")."""

    page: str
    step: int
    answer: Answer


class PageRevoked(Event, frozen=True):
    """An operator took a page away."""

    page: str


class GuideBegan(Event, frozen=True):
    """An agent begins to walk `flow` as the guide `guide` (an id that begins with "guide-").

    `contact` is the call whose timeline it belongs to, empty for none.
    """

    guide: str
    flow: str
    contact: str = ""
    language: str = ""
    variables: dict[str, Value] = {}


class GuideAnswered(Event, frozen=True):
    """The agent answered question `step` of a guide."""

    guide: str
    step: int
    answer: Answer


class GuideEnded(Event, frozen=True):
    """The agent put a guide away."""

    guide: str


# --- from chats -------------------------------------------------------------------------------------------------


class ChatBegan(Event, frozen=True):
    """A customer began to write to `line` (a number that leads to a flow); `chat` is an id that begins with "chat-".

    `name`, `language` and `number` are what they say of themselves, each may be empty.
    """

    chat: str
    line: str
    name: str = ""
    language: str = ""
    number: str = ""


class ChatSaid(Event, frozen=True):
    """The customer's message `number`, counted from 1 by their side, so that one sent twice counts once; with a `file`
    that is stored already, or without."""

    chat: str
    number: int
    text: str
    file: File | None = None


class VoiceLost(Event, frozen=True):
    """An agent's page in the browser is there again, without the voice of the call that it had."""

    agent: str
    contact: str


class PhoneConnected(Event, frozen=True):
    """An agent's phone in the browser reaches the controller; whether it registers, the switch tells."""

    agent: str


class PhoneDisconnected(Event, frozen=True):
    """It does not any more. Its voice may go on."""

    agent: str


class ChatLost(Event, frozen=True):
    """The customer's connection is gone; they may come back."""

    chat: str


class ChatResumed(Event, frozen=True):
    """The customer is connected again."""

    chat: str


class ChatLeft(Event, frozen=True):
    """The customer has left."""

    chat: str


class AgentAccepted(Event, frozen=True):
    """The agent whom offer `offer` was made to takes the chat."""

    chat: str
    offer: int


class AgentDeclined(Event, frozen=True):
    """The agent whom offer `offer` was made to does not take the chat."""

    chat: str
    offer: int


class AgentSaid(Event, frozen=True):
    """The agent's message `number` of this talk, counted from 1; with a `file` that is stored already, or without."""

    chat: str
    agent: str
    number: int
    text: str
    file: File | None = None


class AgentClosed(Event, frozen=True):
    """The agent is through with the talk."""

    chat: str
    agent: str


class MailCame(Event, frozen=True):
    """Something was written that an agent of `queue` is to answer; `mail` is an id that begins with "mail-", and what
    comes again under it counts once.

    `reference` says where it stands: a number or an address of the system it is in. For `sticky_seconds` it waits for
    the agent `sticky` before anyone else is asked.
    """

    mail: str
    queue: str
    subject: str
    sender: str = ""
    reference: str = ""
    priority: int = 0
    sticky: str = ""
    sticky_seconds: float = 0.0


class MailWithdrawn(Event, frozen=True):
    """The mail needs no agent any more."""

    mail: str


class MailAccepted(Event, frozen=True):
    """The agent whom offer `offer` was made to takes the mail."""

    mail: str
    offer: int


class MailDeclined(Event, frozen=True):
    """The agent whom offer `offer` was made to does not take the mail."""

    mail: str
    offer: int


class MailClosed(Event, frozen=True):
    """The agent is through with the mail."""

    mail: str
    agent: str


# --- from systems outside --------------------------------------------------------------------------------------


NOT_FOUND = "not_found"
"""The reason of a LookupFailed that is an answer: the service has no such thing."""


class LookedUp(Event, frozen=True):
    """A service answered: the values that lookup `number` of `subject` wanted."""

    subject: str
    number: int
    values: dict[str, Value]


class LookupFailed(Event, frozen=True):
    """Lookup `number` of `subject` came to nothing; `reason` is `not_found`, or for people."""

    subject: str
    number: int
    reason: str


class CustomerFound(Event, frozen=True):
    """The store knows who is in `contact`."""

    contact: str
    customer: KnownCustomer


class CustomerNotFound(Event, frozen=True):
    """Nobody is known for `contact`; `reason` says what went wrong, empty where all went well."""

    contact: str
    reason: str = ""


class Notified(Event, frozen=True):
    """A service took notification `number` of `subject`."""

    subject: str
    number: int


class NotifyFailed(Event, frozen=True):
    """A service did not take notification `number` of `subject`, and will not be told again."""

    subject: str
    number: int
    reason: str


class OrdersWanted(Event, frozen=True):
    """An agent wants the orders of a contact's customer asked for, again."""

    agent: str
    contact: str


class ReceiverLost(Event, frozen=True):
    """A receiver of webhooks takes nothing any more, for `reason`; it is tried again now and then."""

    receiver: str
    reason: str


class EventsGivenUp(Event, frozen=True):
    """So many events were not taken by a receiver of webhooks in time, and are not sent again by themselves."""

    receiver: str
    count: int
    reason: str


class CallbackCancelled(Event, frozen=True):
    """The customer, or somebody for them, wants no callback any more."""

    callback: str


class CallbackSnoozed(Event, frozen=True):
    """The customer wants to be called back not before `until` (epoch seconds)."""

    callback: str
    until: float


# --- from admins and the process -------------------------------------------------------------------------------


class SettingsLoaded(Event, frozen=True):
    """Settings come into force: `version` of them, as the store counts. At a start too, when they differ."""

    settings: Settings
    version: int = 0


class FlowPublished(Event, frozen=True):
    """A flow version is in force for calls that begin from now on.

    `forced` is why `author` published it although its tests or queues are not right, empty where they are.
    """

    flow: Flow
    author: str = ""
    forced: str = ""


class CanaryStarted(Event, frozen=True):
    """`author` put a flow version on trial: `percent` of the callers get it, until it is worse by the margins."""

    flow: Flow
    percent: float
    margins: Margins
    author: str


class CanaryStopped(Event, frozen=True):
    """`author` ended the trial of the flow of that name: all new calls get the version in force."""

    flow: str
    author: str


class ProposalApplied(Event, frozen=True):
    """`by` lends agents as the dispatch proposed; a second time changes nothing."""

    proposal: Proposal
    by: str


class LoanTakenBack(Event, frozen=True):
    """`by` ended a loan of that number before its time."""

    number: int
    by: str


class Restarted(Event, frozen=True):
    """The process began again from its journal; whatever it had under way must be looked after."""


class CommandFailed(Event, frozen=True):
    """A command could not be carried out. `command` is its type, `subject` its call, leg or link."""

    command: str
    subject: str
    reason: str


class TimePassed(Event, frozen=True):
    """The moment asked for by `next_wakeup` has come."""
