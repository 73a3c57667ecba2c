"""Flows as they lie in a folder: one file a flow, named like it, sub-flows beside those that call them."""

from pathlib import Path

from tandem.ivr.flow import Flow
from tandem.ivr.problems import FlowErrors, Problem
from tandem.ivr.reader import Check, Load, nothing_more, read_flow


def read_file(file: Path, check: Check = nothing_more) -> Flow:
    """The flow in `file`, with the sub-flows beside it; OSError if it can't be opened.

    FlowErrors as read_flow, and when file and flow have two names: two files could then publish one flow.
    """
    source = file.read_text(encoding="utf-8")
    flow = read_flow(source, str(file), beside(file.parent), check)
    if flow.name != file.stem:
        line = next((n for n, text in enumerate(source.splitlines(), 1) if text.startswith("name:")), 1)
        what = f"the flow is called {flow.name}, but its file {file.name}"
        raise FlowErrors([Problem(str(file), line, "", "name", what, "Give both the same name")])
    return flow


def flow_files_in(folder: Path) -> list[Path]:
    """The files of the flows in `folder`."""
    return sorted(folder.glob("*.yaml"))


def beside(folder: Path) -> Load:
    """A Load of the flows in one folder."""

    def load(name: str) -> str | None:
        file = folder / f"{name}.yaml"
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return load
