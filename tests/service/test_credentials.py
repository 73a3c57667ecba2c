"""The secrets file."""

from pathlib import Path

import pytest

from tandem.service.config import ConfigError
from tandem.service.credentials import load_credentials


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    made = load_credentials(tmp_path, ["1001"])
    assert load_credentials(tmp_path, ["1001"]) == made
    assert len({made.ami, made.witness, made.http_token, made.agi_key, made.phones["1001"]}) == 5


def test_a_new_phone_gets_a_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    before = load_credentials(tmp_path, ["1001"])
    after = load_credentials(tmp_path, ["1002"])
    assert after.phones["1001"] == before.phones["1001"]
    assert after.ami == before.ami
    assert set(load_credentials(tmp_path).phones) == {"1001", "1002"}


def test_a_file_of_an_older_version_gets_what_is_new_once(tmp_path: Path) -> None:
    made = load_credentials(tmp_path, ["1001"])
    file = tmp_path / "secrets.json"
    file.write_text(made.model_dump_json(exclude={"link_key"}))
    first = load_credentials(tmp_path)
    assert first.link_key and first.link_key == load_credentials(tmp_path).link_key
    assert (first.ami, first.phones) == (made.ami, made.phones)


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    load_credentials(tmp_path)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    assert load_credentials(tmp_path / "a").ami != load_credentials(tmp_path / "b").ami


def test_secrets_are_not_shown_when_printed(tmp_path: Path) -> None:
    credentials = load_credentials(tmp_path, ["1001"])
    shown = f"{credentials} {credentials!r}"
    assert credentials.ami not in shown
    assert credentials.phones["1001"] not in shown


def test_a_broken_file_is_told_and_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text('{"ami": ')
    with pytest.raises(ConfigError, match="can't be read"):
        load_credentials(tmp_path)
    assert file.read_text() == '{"ami": '


def test_phones_that_are_renewed_get_another_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    before = load_credentials(tmp_path, ["1001", "1001-web"])
    after = load_credentials(tmp_path, ["1001", "1001-web"], ["1001-web"])
    assert after.phones["1001"] == before.phones["1001"]
    assert after.phones["1001-web"] != before.phones["1001-web"]
    assert load_credentials(tmp_path).phones == after.phones
