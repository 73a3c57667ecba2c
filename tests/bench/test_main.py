"""The command line of the benchmarks."""

import pytest

from bench.__main__ import main


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    names = "calls, keys, core, desktops, decisions, board, simulator, flow, journal, ami, customers"
    with pytest.raises(SystemExit, match=f"no benchmark lunch; there are {names}"):
        main(["core", "lunch"])
