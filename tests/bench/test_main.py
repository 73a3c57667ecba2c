"""The command line of the benchmarks."""

import pytest

from bench.__main__ import main


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(
        SystemExit, match="no benchmark lunch; there are calls, keys, core, decisions, simulator, journal, ami"
    ):
        main(["core", "lunch"])
