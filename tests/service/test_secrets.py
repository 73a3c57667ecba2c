"""Secrets for services: where they come from, and that none is ever sent empty."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from tandem.cti.secrets import SecretError, filled_in
from tandem.service.cli import cli
from tandem.service.config import Config, ConfigError, load_config
from tandem.service.secrets import read_secret, write_secret


def test_a_secret_is_kept_for_its_owner_only_and_read_anew_each_time(tmp_path: Path) -> None:
    config = Config(home=tmp_path)
    file = write_secret(config, "shop_token", "first\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_secret(config, "shop_token") == "first"
    write_secret(config, "shop_token", "second")
    assert read_secret(config, "shop_token") == "second"
    assert [path.name for path in file.parent.iterdir()] == ["shop_token"]


def test_a_variable_wins(tmp_path: Path) -> None:
    config = load_config({"TANDEM_SECRET_SHOP_TOKEN": "from outside", "TANDEM_HOME": str(tmp_path)}, tmp_path / "none")
    write_secret(config, "shop_token", "from the file")
    assert read_secret(config, "shop_token") == "from outside"
    assert read_secret(config, "SHOP_TOKEN") == "from outside"
    assert "from outside" not in f"{config} {config!r}"
    assert config.environment()["TANDEM_SECRET_SHOP_TOKEN"] == "from outside"
    assert load_config(config.environment(), tmp_path / "none").secrets == {"shop_token": SecretStr("from outside")}


def test_what_is_not_there_or_empty_or_open_to_others_is_refused(tmp_path: Path) -> None:
    config = Config(home=tmp_path, secrets={"empty": SecretStr(" ")})
    with pytest.raises(SecretError, match="there is no secret absent: set it with tandem secret set absent"):
        read_secret(config, "absent")
    with pytest.raises(SecretError, match="secret empty is empty"):
        read_secret(config, "empty")
    file = write_secret(config, "open", "text")
    file.chmod(0o640)
    with pytest.raises(SecretError, match="may be read by others") as caught:
        read_secret(config, "open")
    assert "text" not in str(caught.value)


@pytest.mark.parametrize("name", ["../secrets.json", "a/b", "", ".", "a b", "x" * 65, "a.partial"])
def test_a_name_leads_to_no_other_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SecretError):
        read_secret(Config(home=tmp_path), name)
    with pytest.raises(ConfigError):
        write_secret(Config(home=tmp_path), name, "x")


def test_references_are_filled_in_and_nothing_else() -> None:
    filled = filled_in(
        {"A": "Bearer {secret:x} {secret:y}", "B": "{other} {secret:} {secret:a b}"}, lambda name: name * 2
    )
    assert filled == {"A": "Bearer xx yy", "B": "{other} {secret:} {secret:a b}"}


def test_the_command_keeps_what_is_piped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    result = CliRunner().invoke(cli, ["secret", "set", "shop_token"], input="piped in\n")
    assert result.exit_code == 0
    assert "piped in" not in result.output
    assert read_secret(Config(home=tmp_path), "shop_token") == "piped in"
    assert CliRunner().invoke(cli, ["secret", "set", "shop_token"], input="\n").exit_code != 0
