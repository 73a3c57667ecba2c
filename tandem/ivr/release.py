"""What is proved of flows before callers get them: lint, their queues, and their flow tests."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors, Problem
from tandem.ivr.reader import Check, read_flow
from tandem.ivr.trials import Failure, TrialsError, failures, read_trials
from tandem.said import Said, said, said_by

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What stands where bytes were no text."""


class Source(msgspec.Struct, frozen=True):
    """A flow as its admin wrote it; `tests` are the files of its flow tests, by name."""

    source: str
    tests: dict[str, str] = {}


class Release(msgspec.Struct):
    """`flows` are those that can be walked. `broken`, by flow: what no caller may be given. `doubtful`, by flow: tests
    that fail and queues nobody serves, which an admin may publish over in need.
    """

    flows: dict[str, Flow] = {}
    broken: dict[str, list[Problem]] = {}
    doubtful: dict[str, list[Problem | Failure]] = {}


class Outcome(msgspec.Struct, frozen=True):
    """Of one flow test, at `line` (from 1) of `file`; without `failures` it went as it shall. What can't be read as
    tests has an outcome without a `test`."""

    file: str
    line: int
    test: str
    failures: list[Said] = []


def outcomes(tests: Mapping[str, str], flow: Flow) -> Iterator[Outcome]:
    """What comes of each of the flow tests of `flow`."""
    for file, text in tests.items():
        try:
            trials, tree = read_trials(text, file)
        except TrialsError as error:
            yield Outcome(file, 1, "", [said_by(error)])
            continue
        if trials.flow != flow.name:
            yield Outcome(file, 1, "", [said("these are tests of the flow {flow}", flow=trials.flow)])
            continue
        for n, trial in enumerate(trials.tests):
            yield Outcome(file, tree.line(("tests", str(n))), trial.name, failures(trial, flow))


def release(sources: Mapping[str, Source], names: Iterable[str], check: Check) -> Release:
    """Read, check and test the flows `names`; they find their sub-flows in `sources`. `check` knows the queues."""
    made = Release()
    for name in names:
        try:
            flow = _read(sources, name)
        except FlowErrors as errors:
            made.broken[name] = errors.problems
            continue
        made.flows[name] = flow
        doubts: list[Problem | Failure] = [*_doubts(sources, name, check), *_failures(sources[name].tests, flow)]
        if doubts:
            made.doubtful[name] = doubts
    return made


def _read(sources: Mapping[str, Source], name: str, *check: Check) -> Flow:
    def load(sub_flow: str) -> str | None:
        return sources[sub_flow].source if sub_flow in sources else None

    if (at := sources[name].source.find(REPLACED)) >= 0:
        line = sources[name].source.count("\n", 0, at) + 1
        raise FlowErrors(
            [Problem(f"{name}.yaml", line, "", "", said("this is not UTF-8 text"), said("Save it as UTF-8"))]
        )
    flow = read_flow(sources[name].source, f"{name}.yaml", load, *check)
    if flow.name != name:
        what = said("the flow is called {name}, but it is to be {wanted}", name=flow.name, wanted=name)
        raise FlowErrors([Problem(f"{name}.yaml", 1, "", "name", what, said("Give both the same name"))])
    return flow


def _doubts(sources: Mapping[str, Source], name: str, check: Check) -> Iterator[Problem]:
    try:
        _read(sources, name, check)
    except FlowErrors as errors:
        yield from errors.problems


def _failures(tests: Mapping[str, str], flow: Flow) -> Iterator[Failure]:
    for outcome in outcomes(tests, flow):
        for what in outcome.failures:
            yield Failure(outcome.file, outcome.line, outcome.test, what)
