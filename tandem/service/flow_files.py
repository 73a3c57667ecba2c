"""Flows as they lie in a folder: one file a flow, named like it, sub-flows beside those that call them."""

import re
from pathlib import Path

from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors, Problem
from tandem.ivr.reader import Check, Load, nothing_more, read_flow
from tandem.ivr.release import Source
from tandem.said import said

TESTS = "tests"
"""The folder of flow tests, in the folder of the flows."""
TESTED_FLOW = re.compile(r"^flow: *([a-z][a-z0-9_]*)", re.MULTILINE)


def read_file(file: Path, check: Check = nothing_more) -> Flow:
    """The flow in `file`, with the sub-flows beside it; OSError if it can't be opened.

    FlowErrors as read_flow, and when file and flow have two names: two files could then publish one flow.
    """
    source = file.read_text(encoding="utf-8")
    flow = read_flow(source, str(file), beside(file.parent), check)
    if flow.name != file.stem:
        line = next((n for n, text in enumerate(source.splitlines(), 1) if text.startswith("name:")), 1)
        what = said("the flow is called {name}, but its file {file}", name=flow.name, file=file.name)
        raise FlowErrors([Problem(str(file), line, "", "name", what, said("Give both the same name"))])
    return flow


def flows_of(folder: Path) -> list[Flow]:
    """The flows in `folder`, read; FlowErrors, or OSError, for the first that can't be."""
    return [read_file(file) for file in flow_files_in(folder)]


def flow_files_in(folder: Path) -> list[Path]:
    """The files of the flows in `folder`."""
    return sorted(folder.glob("*.yaml"))


def beside(folder: Path) -> Load:
    """A Load of the flows in one folder."""

    def load(name: str) -> str | None:
        file = folder / f"{name}.yaml"
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return load


def sources_in(place: Path) -> dict[str, Source]:
    """The flow in a file, or the flows in a folder, to the byte and with their flow tests, by the names of the files.

    OSError when one can't be read; whether it is right, nobody has asked yet.
    """
    folder, files = (place.parent, [place]) if place.is_file() else (place, flow_files_in(place))
    tests: dict[str, dict[str, str]] = {}
    for file in flow_files_in(folder / TESTS):
        text = _text(file)
        flow = TESTED_FLOW.search(text)
        tests.setdefault(flow[1] if flow else file.stem, {})[file.name] = text
    return {file.stem: Source(_text(file), tests.get(file.stem, {})) for file in files}


def _text(file: Path) -> str:
    return file.read_bytes().decode(errors="replace")  # release tells of what was no text
