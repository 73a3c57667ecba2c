"""One event's handling: what a node may see and do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from tandem.ivr.commands import Command, Enqueue, HangUp, LeaveQueue, Listen, RecordFault, Sticky, Utterance
from tandem.ivr.events import Place
from tandem.ivr.filling import FillError, fill
from tandem.ivr.speech import speak, variable_of, write
from tandem.ivr.values import KNOWN, OtherWay, Value

if TYPE_CHECKING:
    from tandem.ivr.flow import Flow
    from tandem.ivr.session import Here, Session

PLACE = ("position", "estimated_wait", "estimated_wait.earliest", "estimated_wait.latest")
"""The variables that tell of a place in a queue."""

Next = str | None
"""The node to go to; None: wait for an event."""


class Frame(msgspec.Struct):
    """A flow that waits for the one it called: what it knew, and where it goes on.

    `results` maps a variable here to the result there that it is to have.
    """

    flow: str
    next: str
    results: dict[str, str]
    variables: dict[str, Value]
    trail: list[str]


class Way(msgspec.Struct, frozen=True):
    """Another way that the plan of `queue` offers since `at` (epoch seconds); `times` it is told, where the flow has
    prepared no offer."""

    queue: str
    times: int
    at: float


class Waiting(msgspec.Struct):
    """The queue that a contact stands in, and how it is kept company there.

    `node` of flow `running`, called by `depth` others, is the queue node, `next` where it leads after the talk. `due`
    (epoch seconds) is when the announcements are, `music` (a class) what is heard until then. `place` is where it stood
    at `placed_at`. `ways` are those that a plan offers, in that order; `told` counts by key how often offers were told;
    `sticky` is the agent it asked for; the newest are `unheard` until the caller was heard of again.
    """

    queue: str
    node: str
    next: str
    running: str
    depth: int
    due: float
    music: str
    place: Place | None = None
    placed_at: float = 0.0
    ways: dict[OtherWay, Way] = {}
    told: dict[str, int] = {}
    sticky: Sticky | None = None
    unheard: bool = False

    def stand(self, place: Place | None, now: float) -> None:
        """Take note of where the contact stands, if that is known."""
        self.place, self.placed_at = (place, now) if place else (self.place, self.placed_at)

    def place_now(self, now: float) -> Place | None:
        """Where it stood last, with the time waited since."""
        place = self.place
        return place and msgspec.structs.replace(place, waited=place.waited + now - self.placed_at)


class Turn:
    """Collects the commands of one event. Methods that end a node's part return what the node returns."""

    def __init__(self, session: "Session", flow: "Flow", now: float) -> None:
        self.session = session
        self.now = now
        self.commands: list[Command] = []
        self._flow = flow
        self.slowly = False
        """Whether what is said from now on in this turn is to be read slowly."""
        self._typed = ""
        self._skipped: set[str] = set()

    @property
    def flow(self) -> "Flow":
        """The flow at hand."""
        return self.flow_named(self.session.running)

    def flow_named(self, name: str) -> "Flow":
        """The contact's flow, or one of its sub-flows."""
        return self._flow.named(name)

    @property
    def running(self) -> list[str]:
        """The flows that are not over, by name, each called by the one before it."""
        return [*(frame.flow for frame in self.session.frames), self.session.running]

    def full_name(self, node: str) -> str:
        """A node's name; those of a sub-flow begin with its name."""
        return f"{self.session.running}/{node}" if self.session.running != self.session.flow else node

    @property
    def here(self) -> "Here":
        """What the node at hand keeps until it is left."""
        return self.session.here

    def send(self, command: Command) -> None:
        """Have it done."""
        self.commands.append(command)

    def fault(self, reason: str) -> None:
        """Record that the flow had to go round something broken."""
        self.send(RecordFault(self.full_name(self.session.node), reason))

    def listen(self, *texts: str | None, keys: str = "", wait: float = 0.0, music: str | None = None) -> Next:
        """Say the texts (None is passed over), then wait `wait` seconds for one of `keys`."""
        say = [utterance for text in texts if text for utterance in self.speak(text)]
        return self.listen_to(say, keys, wait, music)

    def listen_to(self, say: Sequence[Utterance], keys: str, wait: float, music: str | None) -> Next:
        """Say what was put into utterances, then wait."""
        self.session.listen = Listen(tuple(say), keys, wait, music)
        return self.repeat()

    def to_ask(self, spoken: str, written: str | None) -> str:
        """Which of a question's two texts this contact gets."""
        return spoken if self.session.face == "voice" else written or spoken

    def repeat(self) -> Next:
        """Say again what was said last, and wait again."""
        self.send(self.session.listen)
        return None

    def keep_key(self, key: str | None) -> None:
        """A key has cut an announcement short: keep it for the question that follows it."""
        self._typed = key or ""

    def typed_ahead(self) -> bool:
        """Whether a key is on its way past this node; it is let go when it comes round a second time."""
        name = self.full_name(self.session.node)
        if name in self._skipped:
            self._typed = ""
        self._skipped.add(name)
        return self._typed != ""

    def take_key(self) -> str:
        """The key typed ahead, where the Listen at hand wants it (which is taken back then), else nothing."""
        key, self._typed = self._typed, ""
        if key and self.commands[-1:] == [self.session.listen] and key in self.session.listen.keys:
            self.commands.pop()
            return key
        return ""

    def message(self, text: str, flow: "Flow | None" = None, more: Mapping[str, Value] | None = None) -> str:
        """A text to be read, of the flow at hand or of another; it may use what is in `more` too."""
        known = {**self.variables, **(more or {})}
        message, faults = write(flow or self.flow, text, self.session.language, known)
        self._faults(faults)
        return message

    @property
    def variables(self) -> dict[str, Value]:
        """All that texts and conditions may use."""
        return self.session.variables | {"language": self.session.language}

    @property
    def zone(self) -> str:
        """The time zone of the flow at hand."""
        return self.flow.zone or "UTC"

    def given(self, parameters: dict[str, Value]) -> dict[str, Value]:
        """What a sub-flow begins with: all that every flow knows, and `parameters`, variables in braces filled in."""
        own = self.session.variables
        variables = {name: own[name] for name in KNOWN if name in own}
        for name, value in parameters.items():
            source = variable_of(value)
            found = self.variable(source) if source else value
            if found is not None:
                variables[name] = found
        return variables

    def variable(self, name: str) -> Value | None:
        """A variable's value. Without one the flow is at fault."""
        if name not in self.variables:
            self.fault(f"variable {name} is not set")
        return self.variables.get(name)

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
        ends = (place.earliest, place.latest) if place.latest else (place.estimated_wait, place.estimated_wait)
        self.session.variables |= zip(PLACE, (place.position, place.estimated_wait, *ends), strict=True)

    def enqueue(self, command: Enqueue, then: str, due: float, music: str) -> Waiting:
        """Stand in a queue, the node at hand being its queue node; whoever stands in it already keeps their rhythm.

        `then`, `due` and `music` are a Waiting's `next`, `due` and `music`.
        """
        session, was = self.session, self.session.waiting
        if was is None or was.queue != command.queue:
            self.send(command)
            session.trail.clear()  # after the talk, nobody goes back to before it
            was = None
        depth = len(session.frames)
        waiting = Waiting(command.queue, session.node, then, session.running, depth, due, music)
        if was is not None:
            waiting.due, waiting.ways, waiting.told = was.due, was.ways, was.told
        waiting.sticky = command.sticky
        session.waiting = waiting
        return waiting

    def sticky(self, wanted: Sticky | None) -> Sticky | None:
        """The agent whom a node wants asked first, by name; None when it wants nobody, or its variable is not set."""
        if wanted is None:
            return None
        try:
            return msgspec.structs.replace(wanted, agent=fill(wanted.agent, self.variables))
        except FillError as error:
            self.fault(f"sticky: {error}")
            return None

    def leave_queue(self, outcome: str) -> None:
        """Take the contact out of the queue it stands in, if it does; `outcome` is LeaveQueue's."""
        if self.session.waiting:
            self.session.waiting = None
            self.send(LeaveQueue(outcome))

    def offered_by(self, way: OtherWay) -> str:
        """The queue whose plan offers the contact this way; empty when none does."""
        waiting = self.session.waiting
        return waiting.ways[way].queue if waiting and way in waiting.ways else ""

    @property
    def music(self) -> str | None:
        """What a contact that waits in a queue hears where nothing is said; None: silence."""
        return self.session.waiting.music if self.session.waiting else None

    def to_the_queue(self) -> str:
        """The queue node of a contact that waits; flows called since are left."""
        waiting = self._waiting()
        while len(self.session.frames) > waiting.depth:
            self.leave()
        return waiting.node

    def served(self) -> str:
        """Where a contact that waited goes on after the talk."""
        self.to_the_queue()
        then = self._waiting().next
        self.session.waiting = None
        self.session.trail.clear()
        return then

    def _waiting(self) -> Waiting:
        assert self.session.waiting is not None
        return self.session.waiting

    def call(self, flow: str, variables: dict[str, Value], results: dict[str, str], then: str) -> Next:
        """Go into a sub-flow with `variables`; when it ends, go on at `then`, with its `results` (here: there)."""
        session = self.session
        if self.flow_named(flow).name != flow:
            self.fault(f"no flow {flow}")
            return self.apologise()
        session.frames.append(Frame(session.running, then, results, session.variables, session.trail))
        session.running, session.variables, session.trail = flow, variables, []
        return self.flow.start

    def leave(self) -> str:
        """Leave a sub-flow; where the flow that called it goes on."""
        session = self.session
        frame, given = session.frames.pop(), session.variables
        session.running, session.variables, session.trail = frame.flow, frame.variables, frame.trail
        for here, there in frame.results.items():
            if there in given:
                session.variables[here] = given[there]
        if session.waiting and session.waiting.depth > len(session.frames):  # the flow of its queue node is over
            session.waiting.node = session.waiting.next = frame.next
            session.waiting.running, session.waiting.depth = frame.flow, len(session.frames)
        return frame.next

    def finish(self) -> Next:
        """The flow at hand is over."""
        return self.leave() if self.session.frames else self.hang_up()

    def hang_up(self) -> Next:
        """All is over."""
        self.session.closing = False
        self.session.ended = True
        self.leave_queue("self_served")
        self.send(HangUp())
        return None

    def apologise(self) -> Next:
        """The flow can't go on: to its `rescue` node, once; else an apology, then the queue it waits in or the end."""
        if not (self.session.rescued or self.session.waiting) and self._rescuers():
            self.session.rescued = True
            while self.flow.rescue is None:
                self.leave()
            return self.flow.rescue
        self.session.closing = True
        return self.listen(self.flow.apology)

    def _rescuers(self) -> bool:
        """Whether a running flow has a rescue node."""
        return any(self.flow_named(name).rescue for name in self.running)

    def speak(self, text: str, flow: "Flow | None" = None, more: Mapping[str, Value] | None = None) -> list[Utterance]:
        """A text of the flow at hand, or of another, as this contact gets it; it may use what is in `more` too."""
        flow = flow or self.flow
        if self.session.face != "voice":
            return [Utterance(self.session.language, self.message(text, flow, more), f"{flow.name}/{text}")]
        utterances, faults = speak(flow, text, self.session.language, {**self.variables, **(more or {})})
        self._faults(faults)
        return (
            [msgspec.structs.replace(utterance, slow=True) for utterance in utterances] if self.slowly else utterances
        )

    def _faults(self, reasons: list[str]) -> None:
        for reason in reasons:
            self.fault(reason)
