"""One contact's journey through a flow."""

from collections.abc import Mapping

import msgspec

from tandem.ivr import pages
from tandem.ivr import standard as standard  # puts the flows built in where every flow finds them
from tandem.ivr.commands import Command, Listen, RecordStep
from tandem.ivr.events import Event, Listened, Offered, PageEnded, QueueEnded, Resumed, Started
from tandem.ivr.flow import Flow
from tandem.ivr.form import Filled
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.pages import Page
from tandem.ivr.turn import Frame, Next, Turn, Waiting
from tandem.ivr.values import Value

MOST_NODES = 1000
"""Nodes entered without a wait; more is an endless loop."""

SERVED = QueueEnded("served")


class Here(msgspec.Struct):
    """What the node at hand keeps until it is left; each node type says what it uses.

    `silences` and `wrongs`: of the answers to a question; `digits`: typed so far, and now read back (`confirming`);
    `outcome`: what came of a link or a queue; `until`: epoch seconds of the next thing due; `heard`: whether what is
    said here was; `field`: of a form, from 0.
    """

    silences: int = 0
    wrongs: int = 0
    digits: str = ""
    confirming: bool = False
    outcome: str = ""
    until: float = 0.0
    heard: bool = False
    field: int = 0


class Session(msgspec.Struct):
    """Plain data; between events all that is known of the journey. `listen` is the Listen sent last.

    From Started until it has `ended`, a session has a Listen out, or waits for the answer to something else that it
    wants done; `closing` means that it is the last one. `links`, `lookups` and `notifications` count those sent.
    `pages` are the pages of links, by number; `forms` the forms as they stand, by their nodes' full names. `trail` are
    the questions that lead back to the first one. `running` is the flow at hand: `flow`, or one of its sub-flows while
    `frames` tell who called it, the innermost last. `waiting` is the queue that the contact stands in, at whatever
    node it is. `face` is how the contact meets the flow: `voice`, `page`, `chat` or `guide`. `rescued`: a fault has led
    to the flow's rescue node, which is done once. `steps` counts the nodes entered, so that an answer can tell which
    question it is to.
    """

    flow: str
    version: str
    language: str
    variables: dict[str, Value]
    node: str
    running: str
    here: Here = msgspec.field(default_factory=Here)
    listen: Listen = Listen(())
    links: int = 0
    lookups: int = 0
    notifications: int = 0
    pages: dict[int, Page] = {}
    forms: dict[str, Filled] = {}
    trail: list[str] = []
    frames: list[Frame] = []
    rescued: bool = False
    closing: bool = False
    ended: bool = False
    waiting: Waiting | None = None
    face: str = "voice"
    steps: int = 0

    @classmethod
    def begin(
        cls, flow: Flow, variables: Mapping[str, Value], language: str = "", running: str = "", face: str = "voice"
    ) -> "Session":
        """A session at the flow's start, in `language` if the flow has it. It waits for Started.

        With `running` it walks that sub-flow of `flow` alone, whose end ends it.
        """
        walked = flow.named(running)
        spoken = language if language in walked.languages else walked.languages[0]
        return cls(flow.name, flow.version, spoken, dict(variables), walked.start, walked.name, face=face)


def handle(session: Session, flow: Flow, event: Event, now: float) -> list[Command]:
    """Tell the session of an event at `now` (epoch seconds); it changes, and what it wants done comes back.

    `flow` is the version that the session began with. Nothing a caller or a flow does makes this raise.
    """
    turn = Turn(session, flow, now)
    if isinstance(event, Offered):
        _walk(turn, _offered(turn, event))
    elif session.closing:
        _close(turn, event)
    elif not session.ended:
        _walk(turn, session.node if isinstance(event, Started) else _tell(turn, event))
    return turn.commands


def back_in_queue(session: Session, flow: Flow, now: float) -> Session:
    """A copy of the session of a contact that waits, back at its queue node: QueueEnded leads on from there."""
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(session), type=Session)
    copy.node, copy.here = Turn(copy, flow, now).to_the_queue(), Here()
    return copy


def _close(turn: Turn, event: Event) -> None:
    """The apology is out. Whoever waits in a queue goes on waiting after it."""
    session = turn.session
    if isinstance(event, Resumed):
        turn.repeat()
    elif session.waiting and (isinstance(event, Listened) or event == SERVED):
        session.closing = False
        _walk(turn, turn.served() if event == SERVED else turn.to_the_queue())
    elif isinstance(event, Listened):
        turn.hang_up()


def _offered(turn: Turn, event: Offered) -> Next:
    """A contact that waits is offered another way, whatever it does meanwhile."""
    waiting = turn.session.waiting
    node = turn.flow_named(waiting.running).nodes.get(waiting.node) if waiting else None
    return node.offered(turn, event) if isinstance(node, Queue) else None


def _tell(turn: Turn, event: Event) -> Next:
    session = turn.session
    if session.waiting and event == SERVED:
        return turn.served()
    if isinstance(event, PageEnded):
        return pages.ended(turn, event)
    node = turn.flow.nodes.get(session.node)
    return node.on_event(turn, event) if node else session.node


def _walk(turn: Turn, target: Next) -> None:
    """Enter nodes until one waits; a key that was typed ahead answers it at once."""
    for _ in range(MOST_NODES):
        if target is not None:
            target = _enter(turn, target)
        elif key := turn.take_key():
            target = _tell(turn, Listened(key))
        else:
            return
    turn.fault(f"{MOST_NODES} nodes without a wait")
    if rescue := turn.apologise():
        _walk(turn, rescue)


def _enter(turn: Turn, name: str) -> Next:
    session = turn.session
    session.node, session.here, session.steps = name, Here(), session.steps + 1
    node = turn.flow.nodes.get(name)
    if node is None:
        turn.fault(f"no node {name}")
        return turn.apologise()
    turn.send(RecordStep(turn.full_name(name), str(node.__struct_config__.tag)))
    return node.enter(turn)
