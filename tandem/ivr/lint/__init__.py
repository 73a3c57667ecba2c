"""What a flow of the right shape can still have wrong."""

from collections.abc import Iterator

from tandem.ivr.flow import Flow
from tandem.ivr.lint import forms, outside, subflows, variables, ways, words
from tandem.ivr.problems import Finding


def lint(flow: Flow, nodes: set[str]) -> Iterator[Finding]:
    """All that is wrong with `flow`. `nodes` are the names of all its nodes; some may be too broken to be in it."""
    dangling = list(ways.dangling(flow, nodes))
    yield from words.find(flow)
    yield from subflows.find(flow)
    yield from outside.find(flow)
    yield from dangling
    if not dangling and nodes == set(flow.nodes):  # or much would seem unreachable, or not set, that is not
        yield from ways.find(flow)
        yield from variables.find(flow)
        yield from forms.find(flow)
