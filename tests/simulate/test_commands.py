"""The command `tandem sim`."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.simulate import simulator

GOLDEN = Path(__file__).parents[1] / "golden"
CALLS = GOLDEN / "bank/two_weeks.csv.gz"


def run(*words: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(simulator, list(words))
    return result.exit_code, result.output.splitlines()


def cases(folder: Path, **expect: float) -> str:
    known = json.loads((GOLDEN / "oracles/cases.json").read_text())
    quick = [case for case in known if case["id"] in ("erlangC-1", "chat-noslow")]
    quick[0]["expect"] = expect
    file = folder / "cases.json"
    file.write_text(json.dumps(quick))
    return str(file)


@pytest.mark.parametrize(("expected", "code", "verdict"), [(0.7, 0, "passed"), (0.8, 1, "FAILED")])
def test_check_says_id_expected_got_verdict_and_ends_by_it(
    tmp_path: Path, expected: float, code: int, verdict: str
) -> None:
    ended, lines = run("check", cases(tmp_path, rho=expected), "--contacts", "500")
    words = lines[0].split()
    assert ended == code
    assert (words[:2], words[3], words[-1]) == (["erlangC-1", "rho"], str(expected), verdict)
    assert float(words[5]) == pytest.approx(0.7, abs=0.05)


def test_check_lists_what_it_cannot_do_as_skipped(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text('[{"id": "x", "family": "astrology", "params": {}, "expect": {"luck": 7}}]')
    code, lines = run("check", str(file))
    assert code == 0
    assert lines[0].split()[-1] == "skipped"
    assert lines[-1] == "0 passed, 0 FAILED, 1 skipped"


@pytest.mark.parametrize(
    "content", ["{", '[{"id": 7}]', '[{"id": "x", "family": "erlang_c", "params": {}, "expect": {}}]']
)
def test_a_file_that_is_no_cases_is_refused_in_words(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    code, lines = run("check", str(file))
    assert code == 2
    assert "Traceback" not in "".join(lines)


def test_replay_ends_with_the_share_whether_compressed_or_not(tmp_path: Path) -> None:
    plain = tmp_path / "calls.csv"
    plain.write_bytes(gzip.decompress(CALLS.read_bytes()))
    code, lines = run("replay", str(CALLS), "--head-start", "90")
    assert code == 0
    assert float(lines[-1].split()[-1]) == pytest.approx(0.69, abs=0.01)
    assert run("replay", str(plain), "--head-start", "90") == (0, lines)


def test_replay_refuses_a_file_of_another_kind(tmp_path: Path) -> None:
    for name, content in (("a.csv", b"a,b\n1,2\n"), ("b.csv.gz", b"a,b\n1,2\n")):
        (tmp_path / name).write_bytes(content)
        assert run("replay", str(tmp_path / name))[0] == 2
