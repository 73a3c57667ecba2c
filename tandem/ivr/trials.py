"""Flow tests: what a caller does, and what shall happen. They stand beside the flow, in YAML."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.problems import Path, unlike
from tandem.ivr.rehearsal import Given, Rehearsal, RehearsalError
from tandem.ivr.values import Value
from tandem.ivr.yaml_tree import Tree, read_tree
from tandem.said import Said, said, said_by

OUTSIDE = ("lookups", "notifications", "callbacks", "transfers", "voicemails")
"""What a flow wants done outside, as Expected and Happened have it."""


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What shall happen; what isn't named may be as it likes.

    `texts`, `nodes` and `words` (pieces of what is said) come in this order, others may come between. `links`,
    `queues` and `answers` are all there are, and so are `faults`, `lookups` (`GET orders /orders/7`), `notifications`
    (`shop repair_wanted`), `callbacks` (`service 138`), `transfers` (`4008001000`) and `voicemails` (`service`). Of
    `variables`, those named are as they say; of the last form's values, those of `form`, and of what is wrong with
    the forms, those of `wrong` (`in_the_past`).
    """

    texts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    links: tuple[str, ...] | None = None
    queues: tuple[str, ...] | None = None
    answers: dict[str, str] | None = None
    variables: dict[str, Value] = {}
    faults: tuple[str, ...] = ()
    lookups: tuple[str, ...] | None = None
    notifications: tuple[str, ...] | None = None
    callbacks: tuple[str, ...] | None = None
    transfers: tuple[str, ...] | None = None
    voicemails: tuple[str, ...] | None = None
    form: dict[str, str] = {}
    wrong: dict[str, str] = {}
    ended: bool | None = None


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One flow test. `do` is what the caller does, as Rehearsal.do has it."""

    name: str
    do: tuple[str | int | dict[str, dict[str, Value]], ...]
    expect: Expected
    given: Given = Given()


class Trials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of flow tests, all of one flow."""

    flow: str
    tests: tuple[Trial, ...]


class TrialsError(Exception):
    """A file that holds no flow tests; the text says where, and why."""


class Failure(msgspec.Struct, frozen=True):
    """A flow test that did not go as it shall; `line` counts from 1."""

    file: str
    line: int
    test: str
    what: Said

    def __str__(self) -> str:
        return str(self.said())

    def said(self) -> Said:
        """All of it in one line."""
        return said("{place}{what}", place=f"{self.file}:{self.line}: {self.test}: ", what=self.what)

    def told(self) -> dict[str, Any]:
        """As data, with all of it as `text`, too."""
        return msgspec.structs.asdict(self) | {"text": self.said()}


def read_trials(source: str, file: str) -> tuple[Trials, Tree]:
    """The flow tests in `source`, and where they stand in it; TrialsError when they can't be read."""
    tree = read_tree(source)
    for finding in tree.findings:
        place = f"{file}:{tree.line(finding.path)}: "
        raise TrialsError(said("{place}{what}", place=place, what=finding.what))
    try:
        return msgspec.convert(tree.data, Trials), tree
    except msgspec.ValidationError as error:
        what, place = unlike(error)
        at = f"{file}:{tree.line(_path(place))}: "
        raise TrialsError(said("{place}{what}", place=at, what=what)) from None


def run(trials: Trials, tree: Tree, file: str, flow: Flow) -> Iterator[Failure]:
    """What did not go as it shall; nothing when all is well."""
    for n, trial in enumerate(trials.tests):
        for what in failures(trial, flow):
            yield Failure(file, tree.line(("tests", str(n))), trial.name, what)


def failures(trial: Trial, flow: Flow) -> list[Said]:
    """What did not go as it shall in one test."""
    call = Rehearsal(flow, trial.given)
    try:
        for action in trial.do:
            call.do(action if isinstance(action, dict) else str(action))
        call.hear_out()
    except RehearsalError as error:
        return [said_by(error)]
    happened, expect = call.happened, trial.expect
    return [
        *_in_order("text", expect.texts, happened.texts),
        *_in_order("node", expect.nodes, happened.nodes),
        *_words(expect.words, happened.words),
        *_same("links", expect.links, happened.links),
        *_same("queues", expect.queues, happened.queues),
        *_same("faults", expect.faults, happened.faults),
        *(line for noun in OUTSIDE for line in _same(noun, getattr(expect, noun), getattr(happened, noun))),
        *_values("form", expect.form, happened.form),
        *_values("wrong", expect.wrong, call.wrong()),
        *_same("answers", None if expect.answers is None else _pairs(expect.answers), _pairs(happened.answers)),
        *_values("variable", expect.variables, call.session.variables | {"language": call.session.language}),
        *_same("ended", None if expect.ended is None else [expect.ended], [call.session.ended]),
    ]


def as_trial(name: str, given: Given, do: Sequence[str], flow: Flow) -> Trial:
    """A test of all that happens now when a caller does this."""
    call = Rehearsal(flow, given)
    for action in do:
        call.do(action)
    call.hear_out()
    happened, known = call.happened, given.known()
    changed = {name: value for name, value in call.session.variables.items() if known.get(name) != value}
    expect = Expected(
        texts=tuple(happened.texts),
        nodes=tuple(happened.nodes),
        links=tuple(happened.links),
        queues=tuple(happened.queues),
        answers=happened.answers,
        variables=changed,
        faults=tuple(happened.faults),
        **{noun: tuple(getattr(happened, noun)) for noun in OUTSIDE if getattr(happened, noun)},
        form=happened.form,
        wrong=call.wrong(),
        ended=call.session.ended,
    )
    return Trial(name, tuple(do), expect, given)


def _in_order(noun: str, expected: Sequence[str], happened: Sequence[str]) -> Iterator[Said]:
    left = iter(happened)
    for name in expected:
        if name not in left:
            came = _list(happened)
            yield said(
                "{noun} {name} did not come, or not in this order; there came: {came}",
                noun=noun,
                name=name,
                came=came,
            )
            return


def _words(expected: Sequence[str], happened: Sequence[str]) -> Iterator[Said]:
    heard, at = " | ".join(happened), 0
    for words in expected:
        found = heard.find(words, at)
        if found < 0:
            yield said(
                "{words!r} was not said, or not in this order; there was said: {heard}", words=words, heard=heard
            )
            return
        at = found + len(words)


def _same(noun: str, expected: Sequence[Any] | None, happened: Sequence[Any]) -> Iterator[Said]:
    if expected is not None and list(expected) != list(happened):
        came, wanted = _list(happened), _list(expected)
        yield said("{noun}: {came} instead of {wanted}", noun=noun, came=came, wanted=wanted)


def _pairs(answers: dict[str, str]) -> list[str]:
    return [f"{question}: {answer}" for question, answer in answers.items()]


def _values(noun: str, expected: Mapping[str, Value], happened: Mapping[str, Value]) -> Iterator[Said]:
    for name, value in expected.items():
        if happened.get(name) != value:
            came = happened.get(name)
            yield said("{noun} {name} is {came!r} instead of {wanted!r}", noun=noun, name=name, came=came, wanted=value)


def _list(values: Sequence[Any]) -> str | Said:
    return ", ".join(map(str, values)) or said("none")


def _path(place: str) -> Path:
    return tuple(name or number for name, number in re.findall(r"\.([a-z_]+)|\[([0-9]+)\]", place))
