"""What is read from sipp's statistics. The golden file is one of 150 calls."""

from pathlib import Path

from bench.load.sipp import Counts, read_counts

GOLDEN = Path(__file__).parents[1] / "golden/sipp/statistics.csv"


def test_the_last_line_counts() -> None:
    assert read_counts(GOLDEN) == Counts(begun=150, answered=150, done=150, failed=0, open=0)


def test_without_statistics_nothing_was_counted(tmp_path: Path) -> None:
    header = GOLDEN.read_text().splitlines()[0]
    (tmp_path / "statistics.csv").write_text(f"{header}\n")
    assert read_counts(tmp_path / "missing.csv") == read_counts(tmp_path / "statistics.csv") == Counts()
