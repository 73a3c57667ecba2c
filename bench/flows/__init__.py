"""The flows of all benchmarks."""

from pathlib import Path

from tandem.ivr.flow import Flow
from tandem.ivr.reader import read_flow

FLOWS = Path(__file__).parent


def read(name: str) -> Flow:
    """The flow `name` of this folder."""
    file = FLOWS / f"{name}.yaml"
    return read_flow(file.read_text(encoding="utf-8"), str(file))
