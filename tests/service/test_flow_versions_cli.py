"""The commands that publish, while no controller runs."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.service.cli import cli
from tandem.service.config import PROJECT

FLOWS = PROJECT / "tests" / "live" / "flows"
CENTRE = """
queues: {tech: {needs: {tech: 1}}, service: {needs: {service: 1}}}
agents: {"1001": {skills: {tech: 3, service: 3}}}
"""


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> Path:
    """A copy of a hotline, beside an empty store."""
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TANDEM_HTTP_PORT", str(unused_tcp_port))
    (tmp_path / "centre.yaml").write_text(CENTRE)
    monkeypatch.setenv("TANDEM_CENTRE", str(tmp_path / "centre.yaml"))
    shutil.copytree(FLOWS, tmp_path / "flows")
    return tmp_path / "flows"


def tandem_flow(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and output."""
    result = CliRunner().invoke(cli, ["flow", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def change(flows: Path, old: str, new: str) -> Path:
    file = flows / "hotline.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return file


def test_a_folder_is_published_and_then_unchanged(flows: Path) -> None:
    assert "hotline: version 1 is published" in tandem_flow("publish", flows, "--author", "ann", "-m", "first")[1]
    assert "hotline: unchanged" in tandem_flow("publish", flows)[1]
    assert "hotline: version 1" in tandem_flow("versions")[1]
    assert "ann: first" in tandem_flow("versions", "hotline")[1]


def test_what_is_not_right_is_told_as_lint_tells_it(flows: Path) -> None:
    tandem_flow("publish", flows)
    code, told = tandem_flow("publish", change(flows, "next: main_menu", "next: mian_menu"))
    assert code == 1
    assert "hotline.yaml:" in told
    assert "there is no node 'mian_menu'. Perhaps main_menu is meant." in told
    code, told = tandem_flow("publish", flows, "--json")
    assert (code, '"code":"not_right"' in told) == (1, True)


def test_a_draft_its_difference_and_its_publication(flows: Path) -> None:
    tandem_flow("publish", flows)
    file = change(flows, "Have a lovely day.", "Have a nice day.")
    assert "the draft of hotline is kept" in tandem_flow("draft", file)[1]
    assert "Have a nice day." in tandem_flow("draft", "hotline")[1]
    assert "texts changed: goodbye" in tandem_flow("diff", "hotline")[1]
    assert "hotline: version 2 is published" in tandem_flow("publish", "hotline")[1]
    assert "hotline: version 1 is rolled back" in tandem_flow("rollback", "hotline")[1]
    assert tandem_flow("draft", "hotline")[0] == 1


def test_an_export_comes_back_to_the_byte(flows: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tandem_flow("publish", flows)
    tandem_flow("publish", change(flows, "Have a lovely day.", "Have a nice day."))
    assert tandem_flow("export", tmp_path / "one")[0] == 0
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "elsewhere"))
    assert "hotline: version 2" in tandem_flow("import", tmp_path / "one")[1]
    tandem_flow("export", tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert tandem_flow("show", "hotline", "2")[1] == (flows / "hotline.yaml").read_text(encoding="utf-8")


def test_without_a_controller_there_is_no_trial(flows: Path) -> None:
    tandem_flow("publish", flows)
    file = change(flows, "Have a lovely day.", "Have a nice day.")
    code, told = tandem_flow("canary", "start", file, "--percent", "10")
    assert code == 1
    assert "Start the controller first" in told
    assert tandem_flow("canary", "status", "hotline") == (0, "")
