"""The command line: who asks, which rules, what came of them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated

import aiohttp
import msgspec
import typer

from tandem.conformance.checks import RULES, Rule
from tandem.conformance.client import Broken, Ended, Server

PAGE = "docs/cti.md"
TOKEN, NAME, PASSWORD = "TANDEM_TOKEN", "TANDEM_NAME", "TANDEM_PASSWORD"


class Outcome(msgspec.Struct, frozen=True):
    """What came of a rule; `fault` is empty where the server keeps to it."""

    rule: str
    section: str
    fault: str = ""

    def __str__(self) -> str:
        told = f"{'FAIL' if self.fault else 'pass'}  {self.rule}  ({PAGE}#{self.section})"
        return f"{told}\n      {self.fault}" if self.fault else told


def conformance(
    url: Annotated[str, typer.Argument(help="The server, such as https://desk.example")],
    agent: Annotated[str, typer.Option(help="An agent that nobody works as now: they sign in, pause and are ready")],
    only: Annotated[str, typer.Option(help="Only rules with this in their name")] = "",
) -> None:
    """Hold a server against the CTI protocol, rule by rule. Exit code 1 when it breaks one, 2 when it can't be asked.

    Who asks is in the environment: TANDEM_TOKEN, or TANDEM_NAME and TANDEM_PASSWORD. No secret is ever an argument.
    """
    try:
        failed = asyncio.run(_run(url, agent, [rule for rule in RULES if only in rule.name]))
    except (aiohttp.ClientError, OSError, _SignInError) as error:
        typer.echo(f"tandem: {url} can't be asked: {error}", err=True)
        sys.exit(2)
    sys.exit(failed > 0)


async def _run(url: str, agent: str, rules: list[Rule]) -> int:
    async with _signed_in(url) as session:
        outcomes = [outcome async for outcome in hold(Server(session, url, agent), rules)]
    failed = sum(bool(outcome.fault) for outcome in outcomes)
    typer.echo(f"{len(outcomes) - failed} of {len(outcomes)} rules are kept")
    return failed


async def hold(server: Server, rules: Iterable[Rule]) -> AsyncIterator[Outcome]:
    """What came of each rule, told as it comes."""
    for rule in rules:
        outcome = Outcome(rule.name, rule.section, await _fault(rule, server))
        typer.echo(str(outcome))
        yield outcome


async def _fault(rule: Rule, server: Server) -> str:
    try:
        await rule.check(server)
    except (Broken, Ended) as fault:
        return str(fault)
    except aiohttp.WSServerHandshakeError as error:
        return f"the desktop's connection is refused with {error.status}"
    except (KeyError, TypeError, AttributeError) as error:
        return f"a message is not of the form that the page says: {error!r}"
    except (TimeoutError, ConnectionError) as error:
        return f"the connection was lost: {error!r}"
    return ""


class _SignInError(Exception):
    """Nobody may ask so."""


@asynccontextmanager
async def _signed_in(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of whoever the environment names."""
    if token := os.environ.get(TOKEN):
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            yield session
        return
    wish = {"name": os.environ.get(NAME, ""), "password": os.environ.get(PASSWORD, "")}
    if not all(wish.values()):
        raise _SignInError(f"set {TOKEN}, or {NAME} and {PASSWORD}")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.post(f"{url.rstrip('/')}/session", json=wish) as answer:
            if answer.status != 201:
                raise _SignInError(f"{wish['name']} can't sign in ({answer.status})")
            csrf = (await answer.json())["csrf"]
        session.headers["X-CSRF-Token"] = csrf
        yield session
        await session.delete(f"{url.rstrip('/')}/session")
