"""What answers look like that are put together from several parts: plain data, as the OpenAPI document tells of it."""

from typing import Any, NotRequired, TypedDict

from tandem.control.desktop.shown import Colleague
from tandem.control.page.pages import Shown
from tandem.control.publishing.canary import Canary, Margins


class Accepted(TypedDict):
    """The plane was told; what comes of it is seen on the desk, and in the state."""

    accepted: bool


class State(TypedDict):
    """All that goes on, and counters of what did."""

    at: float
    switch_up: bool
    calls: list[dict[str, Any]]
    chats: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    legs: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    recordings: list[dict[str, Any]]
    pauses: list[dict[str, Any]]
    work: list[dict[str, Any]]
    callbacks: list[dict[str, Any]]
    board: dict[str, Any]
    canaries: list[dict[str, Any]]
    counters: dict[str, int]


class LinkShown(TypedDict):
    """A link to a caller: where it was sent, by what, and what became of it."""

    call: str
    link: int
    purpose: str
    language: str
    address: str
    state: str
    adapter: str
    reason: str
    attempts: int
    created_at: float
    changed_at: float
    opened_at: float | None
    url: str
    text: str


class MailState(TypedDict):
    """A mail by its id; the state is null when it ended long ago."""

    mail: str
    state: str | None


class GuideShown(TypedDict):
    """A guide by its id, and what it shows; `outcome` is empty while it is at work."""

    guide: str
    outcome: str
    shown: Shown


class GuidePutAway(TypedDict):
    """The guide that was put away."""

    guide: str


class UserShown(TypedDict):
    """Somebody who may sign in."""

    name: str
    display_name: str
    role: str
    agent: str
    must_change: bool
    disabled: bool
    hears_recordings: bool
    created_at: float
    changed_at: float


class SignedIn(UserShown):
    """Who is signed in until `expires_at`, and what to send as X-CSRF-Token."""

    csrf: str
    expires_at: float


class Added(UserShown):
    """With a password that is shown this once."""

    one_time_password: str


class Reset(TypedDict):
    """A password that is shown this once."""

    name: str
    one_time_password: str


class Changed(TypedDict):
    """It was."""

    changed: bool


class SessionShown(TypedDict):
    """Where somebody is signed in; `own`: by it they ask."""

    created_at: float
    seen_at: float
    expires_at: float
    own: bool


class Ways(TypedDict):
    """By what one may sign in; `oidc` is an address to go to."""

    password: bool
    oidc: str | None


class Problem(TypedDict, total=False):
    """Something that is not right: in words, where it is, and how to mend it."""

    text: str
    severity: str


class SettingsVersion(TypedDict):
    """A version of the settings with what it says."""

    number: int
    digest: str
    content: dict[str, Any]
    author: str
    note: str
    at: float


class SettingsChange(TypedDict):
    """What came into force at `at`, and what that changed, in words."""

    turn: int
    number: int
    at: float
    what: str
    author: str
    note: str
    changes: list[str]
    warnings: list[str]


class SettingsInForce(SettingsChange):
    """A version of the settings, and how it came into force."""

    digest: str
    settings: dict[str, Any]


class Checked(TypedDict):
    """What is wrong or odd, and what would change."""

    findings: list[Problem]
    changes: list[dict[str, Any]]


class Compared(TypedDict):
    """Field by field."""

    changes: list[dict[str, Any]]


class VersionOfFlow(TypedDict):
    """A version of a flow, without its text."""

    flow: str
    number: int
    version: str
    author: str
    message: str
    at: float


class DraftOfFlow(TypedDict):
    """What somebody works at, without its text."""

    flow: str
    author: str
    message: str
    at: float


class Publication(TypedDict):
    """What was in force from `at`."""

    flow: str
    turn: int
    number: int
    at: float
    what: str
    author: str
    message: str
    forced: str
    problems: list[str]


class FlowInForce(TypedDict):
    """A flow; null is what there is not."""

    flow: str
    version: str | None
    in_force: Publication | None
    newest: int | None
    draft: DraftOfFlow | None
    canary: Canary | None


class FlowHistory(TypedDict):
    """All versions, and what was in force when."""

    versions: list[VersionOfFlow]
    publications: list[Publication]


class FlowVersion(VersionOfFlow):
    """A version with its text, and the texts of its tests and sub-flows by name."""

    source: str
    tests: dict[str, str]
    flows: dict[str, str]


class FlowDraft(DraftOfFlow):
    """What somebody works at, with its text and those of its tests; null keeps the tests that are in force."""

    source: str
    tests: dict[str, str] | None


class Names(TypedDict):
    """In the order of the alphabet."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class FlowDifference(TypedDict):
    """`text` is a unified diff; what is different at the top, in nodes, texts and sub-flows."""

    text: str
    head: Names
    nodes: Names
    texts: Names
    flows: Names


class Published(TypedDict):
    """What came into force, and what was so already."""

    published: list[Publication]
    unchanged: list[str]


class Saved(TypedDict):
    """A draft that is kept, and what keeps it from being published."""

    saved: DraftOfFlow
    problems: list[Problem]


class Dropped(TypedDict):
    """Whether there was a draft."""

    dropped: bool


class Trials(TypedDict):
    """The trial that is on, and the earlier ones."""

    running: Canary | None
    earlier: list[dict[str, Any]]


class Started(TypedDict):
    """A trial that began."""

    started: VersionOfFlow
    percent: float
    margins: Margins


class Stopped(TypedDict):
    """The flow whose trial ends."""

    stopped: str


class Identified(TypedDict):
    """By what somebody is known."""

    kind: str
    value: str


class CustomerShown(TypedDict):
    """A customer; numbers are masked for those who may not see them whole."""

    customer: str
    name: str
    tier: str
    tags: list[str]
    language: str
    notes: str
    created_at: float
    changed_at: float
    change: int
    identities: list[Identified]


class Merged(TypedDict):
    """The number to undo it by."""

    number: int


class SplitOff(TypedDict):
    """The number to undo it by, and the new customer."""

    number: int
    customer: str


class Colleagues(TypedDict):
    """Who can be asked, and the queues that take calls."""

    agents: list[Colleague]
    queues: list[str]


class IceServer(TypedDict):
    """What a browser takes as an RTCIceServer."""

    urls: list[str]
    username: NotRequired[str]
    credential: NotRequired[str]


class PhoneAccount(TypedDict):
    """What a browser's phone registers with, and which servers it asks for a way to the switch."""

    account: str
    uri: str
    password: str
    path: str
    ice: list[IceServer]


class ChatHistory(TypedDict):
    """What was written in a chat, as its WebSocket tells it."""

    language: str
    messages: list[dict[str, Any]]


class Forgotten(TypedDict):
    """How many files were deleted."""

    deleted: int


class NamesThere(TypedDict):
    """What a flow may name."""

    queues: list[str]
    services: list[str]


class AtNodes(TypedDict):
    """How many callers are where in a flow."""

    callers: dict[str, int]


class Findings(TypedDict):
    """`broken` can't be published, `doubtful` only by force."""

    broken: list[Problem]
    doubtful: list[Problem]


class TestOutcome(TypedDict):
    """What came of a flow test, at `line` (from 1) of `file`; without `failures` it went as it shall."""

    file: str
    line: int
    test: str
    failures: list[str]


class Walked(TypedDict):
    """As far as a walk went. `node` is where the caller is, in `flow`; `problem` is why the last action can't be done;
    `trial` is a flow test of all that happened, null where there was a problem."""

    steps: list[dict[str, Any]]
    asked: list[dict[str, str]]
    flow: str
    node: str
    variables: dict[str, Any]
    wrong: dict[str, str]
    faults: list[str]
    ended: bool
    problem: str
    trial: dict[str, Any] | None
