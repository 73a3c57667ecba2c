"""`tandem settings`, while no controller runs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.service.cli import cli

CENTRE = "queues: {tv: {ring_seconds: 20}}\nagents: {'1': {skills: {}}}\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> Path:
    """A centre file, beside an empty store."""
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TANDEM_HTTP_PORT", str(unused_tcp_port))
    file = tmp_path / "centre.yaml"
    file.write_text(CENTRE)
    monkeypatch.setenv("TANDEM_CENTRE", str(file))
    return file


def tandem(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and output of `tandem settings ...`."""
    result = CliRunner().invoke(cli, ["settings", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_life_of_settings(file: Path, tmp_path: Path) -> None:
    assert tandem("apply", file, "--author", "ann", "--note", "first") == (0, "version 1 is in force\n")
    assert tandem("apply", file) == (0, "version 1 is in force, as before\n")
    file.write_text(CENTRE.replace("20", "30"))
    assert tandem("check", file) == (0, "queue tv: ring_seconds 20 -> 30\n")
    assert tandem("diff", file) == (0, "queue tv: ring_seconds 20 -> 30\n")
    assert tandem("apply", file, "--on", "1") == (0, "queue tv: ring_seconds 20 -> 30\nversion 2 is in force\n")
    assert tandem("diff", "1", "2") == (0, "queue tv: ring_seconds 20 -> 30\n")
    assert tandem("diff", "2", file) == (0, "no change\n")
    assert tandem("rollback") == (0, "queue tv: ring_seconds 30 -> 20\nversion 1 is in force\n")
    code, told = tandem("history")
    assert (code, [line.split()[0] for line in told.splitlines()]) == (0, ["1", "queue", "2", "queue", "1"])
    assert "ann: first" in told
    assert tandem("export", tmp_path / "out.yaml", "--version", "2")[0] == 0
    assert tandem("diff", "2", tmp_path / "out.yaml") == (0, "no change\n")
    assert "ring_seconds: 20" in tandem("export")[1]


def test_mistakes_are_told_with_their_line_and_a_way_out(file: Path) -> None:
    tandem("apply", file)
    file.write_text("queues:\n  tv: {ring_secs: 30}\n  hifi: {needs: {hifi: 1}}\n")
    code, told = tandem("check", file)
    assert code == 1
    assert f"{file}:2: queues.tv.ring_secs: Object contains unknown field `ring_secs`: Perhaps ring_seconds" in told
    assert f"{file}:3: warning: queues.hifi.needs: no agent can ever serve this queue" in told
    code, told = tandem("apply", file)
    assert (code, "Nothing was changed" in told) == (1, True)
    assert tandem("history")[1].count("applied") == 1


def test_a_change_on_an_old_version_is_refused(file: Path) -> None:
    tandem("apply", file)
    file.write_text(CENTRE.replace("20", "30"))
    tandem("apply", file)
    code, told = tandem("apply", file, "--on", "1")
    assert (code, "queue tv: ring_seconds 20 -> 30" in told, "Version 2 is in force" in told) == (1, True, True)


def test_what_makes_no_sense_is_told_so(file: Path) -> None:
    assert tandem("diff")[0] == 2
    assert tandem("diff", file, "1")[0] == 2
    assert tandem("apply", file.parent / "none.yaml")[0] == 2
    assert "no version of the settings in force yet" in tandem("export")[1]
