"""`tandem user`, and the first admin."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tandem.service.cli import cli
from tandem.service.config import Config, ConfigError
from tandem.service.users import welcome_admin
from tandem.store.database import RECORDS, open_database
from tandem.store.users import User, UserStore


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    return tmp_path


def tell(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["user", *arguments])


def kept(home: Path) -> dict[str, User]:
    async def ask() -> list[User]:
        database = open_database(home / RECORDS)
        try:
            return await UserStore(database).users()
        finally:
            await database.dispose()

    return {user.name: user for user in asyncio.run(ask())}


def test_somebody_is_let_in_and_gets_a_new_password_and_is_kept_out(home: Path) -> None:
    first = tell("add", "wang", "--role", "supervisor", "--agent", "1001")
    assert first.exit_code == 0
    password = first.output.split()[-1]
    user = kept(home)["wang"]
    assert (user.role, user.agent, user.must_change) == ("supervisor", "1001", True)
    assert password not in user.password
    assert tell("list").output.split() == ["wang", "supervisor", "1001", "one-time", "password"]
    assert tell("disable", "wang").exit_code == 0
    assert kept(home)["wang"].disabled
    second = tell("password", "wang").output.split()[-1]
    assert second != password
    assert kept(home)["wang"].password != user.password
    assert not kept(home)["wang"].disabled


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("add", "wang"), "there is a user wang already"),
        (("add", "li", "--role", "king"), "there is no role king: agent, supervisor or admin"),
        (("disable", "li"), "there is no user li: tandem user list shows who there is"),
        (("password", "li"), "there is no user li"),
    ],
)
def test_a_mistake_is_told(arguments: tuple[str, ...], what: str) -> None:
    tell("add", "wang")
    error = tell(*arguments).exception
    assert isinstance(error, ConfigError)
    assert what in str(error)


async def test_the_first_admin_is_told_of_once(home: Path) -> None:
    said: list[str] = []
    await welcome_admin(Config(home=home), said.append)
    await welcome_admin(Config(home=home), said.append)
    assert len(said) == 1
    assert "sign in at http://127.0.0.1:8080 as admin with the one-time password" in said[0]
