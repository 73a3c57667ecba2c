"""Flows broken on purpose: a line that is wrong ends in `# <- what is said of it`, and nothing else is said."""

from pathlib import Path

import pytest

from tandem.ivr.flow import Flow
from tandem.ivr.lint import outside, queues
from tandem.ivr.problems import Finding, FlowErrors
from tandem.ivr.reader import read_flow
from tandem.said import said

FOLDER = Path(__file__).parents[1] / "golden" / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
MARK = "# <- "


def load(name: str) -> str | None:
    file = FOLDER / "called" / f"{name}.yaml"
    return file.read_text() if file.exists() else None


def check(flow: Flow) -> list[Finding]:
    here = queues.find(flow, {"service", "lonely", "written"}, {"service", "written"})
    offers = queues.find_offers(flow, {"written": {"chat": said("there is no address for one")}})
    agents = queues.find_agents(flow, {"1001"})
    return [
        *here,
        *offers,
        *agents,
        *outside.find_in_centre(flow, {"orders", "shop"}, lambda wanted: wanted.startswith("400")),
    ]


def test_there_are_a_hundred() -> None:
    assert len(FILES) >= 100


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_mistake_is_found_where_it_is_and_nothing_else(file: Path) -> None:
    source = file.read_text()
    with pytest.raises(FlowErrors) as caught:
        read_flow(source, file.name, load, check)
    marked = [(n, line.split(MARK)[1]) for n, line in enumerate(source.splitlines(), 1) if MARK in line]
    told = sorted((problem.line, str(problem.what)) for problem in caught.value.problems)
    assert {line for line, _ in told} == {line for line, _ in marked}, told
    for (line, expected), (_, what) in zip(marked, dict(told).items(), strict=True):
        assert expected in what, line
    assert all(problem.how_to_mend and problem.file == file.name for problem in caught.value.problems)


def test_without_what_is_marked_the_flow_is_good() -> None:
    """Or the other files would be broken in ways that nobody meant."""
    for file, wrong, right in (("unknown_node", "mian", "main"), ("unknown_service", "odrers", "orders")):
        source = (FOLDER / f"{file}.yaml").read_text().replace(wrong, right)
        assert read_flow(source, "good.yaml", load, check).nodes
