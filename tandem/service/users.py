"""The command `tandem user`, for whoever may read the installation's files, and the first admin."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from tandem.cti.passwords import Passwords, one_time
from tandem.cti.users_api import first_admin
from tandem.service.config import Config, ConfigError, check_home, load_config
from tandem.store.database import RecordsAwayError, open_database, upgrade
from tandem.store.users import ROLES, Role, User, UserStore

BY_COMMAND = "tandem user"
"""Who did it, in the audit log."""
Result = TypeVar("Result")
user_commands = typer.Typer(no_args_is_help=True, help="Who may sign in.")


async def welcome_admin(config: Config, say: Callable[[str], None]) -> None:
    """Where nobody may sign in yet, make the first admin and tell the one-time password: here and nowhere else."""

    async def ask(store: UserStore) -> str | None:
        return await first_admin(store, time.time())

    try:
        password = await _with_store(config, ask)
    except RecordsAwayError:
        return  # a start goes on without them, where it can
    if password:
        say(f"the first admin: sign in at {config.web_url} as admin with the one-time password {password}")


@user_commands.command(name="list")
def list_users() -> None:
    """Show who may sign in."""

    async def ask(store: UserStore) -> list[User]:
        return await store.users()

    for user in _run(ask):
        state = "disabled" if user.disabled else "one-time password" if user.must_change else ""
        typer.echo(f"{user.name:20} {user.role:12} {user.agent:12} {state}".rstrip())


@user_commands.command()
def add(
    name: Annotated[str, typer.Argument(help="To sign in with")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin")] = "agent",
    agent: Annotated[str, typer.Option(help="The agent they work as")] = "",
) -> None:
    """Let somebody sign in; prints their one-time password."""
    known: dict[str, Role] = {one: one for one in ROLES}
    if role not in known:
        raise ConfigError([f"there is no role {role}: agent, supervisor or admin"])

    async def do(store: UserStore) -> str:
        password, now = one_time(), time.time()
        kept = await Passwords().hashed(password)
        if not await store.add(User(name, "", known[role], agent, kept, True, False, now, now)):
            raise ConfigError([f"there is a user {name} already"])
        await store.note(now, BY_COMMAND, f"added {name}", f"{role} {agent}".rstrip())
        return password

    typer.echo(f"{name} signs in with the one-time password {_run(do)}")


@user_commands.command()
def password(name: Annotated[str, typer.Argument(help="Whose")]) -> None:
    """A new one-time password for somebody who lost theirs; their sessions end."""

    async def do(store: UserStore) -> str:
        await _known(store, name)
        fresh, now = one_time(), time.time()
        await store.change(name, now, password=await Passwords().hashed(fresh), must_change=True, disabled=False)
        await store.end_sessions(name)
        await store.note(now, BY_COMMAND, f"new password for {name}")
        return fresh

    typer.echo(f"{name} signs in with the one-time password {_run(do)}")


@user_commands.command()
def disable(name: Annotated[str, typer.Argument(help="Whom")]) -> None:
    """Let somebody not sign in any more; their sessions end."""

    async def do(store: UserStore) -> None:
        await _known(store, name)
        await store.change(name, time.time(), disabled=True)
        await store.end_sessions(name)
        await store.note(time.time(), BY_COMMAND, f"disabled {name}")

    _run(do)


async def _known(store: UserStore, name: str) -> None:
    if await store.user(name) is None:
        raise ConfigError([f"there is no user {name}: tandem user list shows who there is"])


def _run(do: Callable[[UserStore], Awaitable[Result]]) -> Result:
    return asyncio.run(_with_store(load_config(), do))


async def _with_store(config: Config, do: Callable[[UserStore], Awaitable[Result]]) -> Result:
    check_home(config)
    database = open_database(config.records)
    try:
        await upgrade(database)
        return await do(UserStore(database))
    finally:
        await database.dispose()
