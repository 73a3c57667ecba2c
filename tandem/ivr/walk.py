"""A flow walked step by step, for whoever looks at it: what was said, where, and what is known then."""

from collections.abc import Sequence

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.given import Given
from tandem.ivr.rehearsal import Rehearsal, RehearsalError
from tandem.ivr.trials import Trial, as_trial
from tandem.ivr.values import Value
from tandem.said import NOTHING, Said, said_by

SILENCE = "silence"
WANTED = {
    "links": "link",
    "queues": "queue",
    "lookups": "lookup",
    "notifications": "notification",
    "callbacks": "callback",
    "transfers": "transfer",
    "voicemails": "voicemail",
}
"""What a flow wants done outside, as Happened has it, and what one of each is called."""


class Step(msgspec.Struct, frozen=True):
    """What came of one `action`, empty for the beginning: the `nodes` gone through, and what was `said` in which
    language. `outside` is what the flow wanted done (`queue service`, `link order_status`)."""

    action: str
    nodes: tuple[str, ...]
    said: tuple[str, ...]
    language: str
    outside: tuple[str, ...]


class Asked(msgspec.Struct, frozen=True):
    """What was asked of systems outside, and what they are taken to have answered; empty for the usual."""

    question: str
    answer: str


class Walk(msgspec.Struct, frozen=True):
    """As far as it went. `node` is where the caller is, in `flow` (a sub-flow perhaps); `problem` is why the last
    action can't be done; `trial` is a flow test of all that happened, None where there was a problem."""

    steps: list[Step]
    asked: list[Asked]
    flow: str
    node: str
    variables: dict[str, Value]
    wrong: dict[str, str]
    faults: list[str]
    ended: bool
    problem: Said = NOTHING
    trial: Trial | None = None


def walk(flow: Flow, given: Given, do: Sequence[str], answers: Sequence[str] = ()) -> Walk:
    """Walk `flow` from its start; an empty action is silence, `answers` are those of systems outside, in order."""
    asked: list[Asked] = []

    def ask(question: str) -> str:
        asked.append(Asked(question, answers[len(asked)] if len(asked) < len(answers) else ""))
        return asked[-1].answer

    call = Rehearsal(flow, given, ask)
    steps: list[Step] = []
    done: list[str] = []
    problem = _stepped(call, steps, "")
    for action in do:
        if problem:
            break
        problem = _stepped(call, steps, action or SILENCE)
        done += [action or SILENCE]
    given = msgspec.structs.replace(given, **call.stand_ins.told)
    session, happened = call.session, call.happened
    return Walk(
        steps=steps,
        asked=asked,
        flow=session.running,
        node=session.node,
        variables=session.variables,
        wrong=call.wrong(),
        faults=happened.faults,
        ended=session.ended,
        problem=problem,
        trial=None if problem else as_trial("a walk", given, done, flow),
    )


def _stepped(call: Rehearsal, steps: list[Step], action: str) -> Said:
    """Do one thing and hear all that is said then; why it can't be done, else nothing."""
    happened = call.happened
    nouns = ("nodes", "words", *WANTED)
    before = {noun: len(getattr(happened, noun)) if action else 0 for noun in nouns}
    try:
        if action:
            call.do(action)
        call.hear_out()
    except RehearsalError as error:
        return said_by(error)
    new = {noun: getattr(happened, noun)[count:] for noun, count in before.items()}
    outside = tuple(f"{noun} {each}" for wanted, noun in WANTED.items() for each in new[wanted])
    steps.append(Step(action, tuple(new["nodes"]), tuple(new["words"]), call.session.language, outside))
    return NOTHING
