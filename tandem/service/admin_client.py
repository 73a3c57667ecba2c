"""Asks the controller for what admins do. While none runs, the same interface is served for the one request, on the
same store: what is published or applied then comes into force when a controller starts.
"""

import asyncio
import os
import pwd
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
import msgspec
import typer
from aiohttp import web

from tandem.control.settings import Settings
from tandem.cti.answers import Refused
from tandem.cti.flows_api import FlowsApi
from tandem.cti.guard import guard
from tandem.cti.http import serve
from tandem.cti.settings_api import SettingsApi
from tandem.ivr.reader import Check
from tandem.service.centre import CentreError, read_centre
from tandem.service.config import LOOPBACK, Config, ConfigError, load_config
from tandem.service.credentials import load_credentials
from tandem.service.flow_cli import centre_check
from tandem.service.flow_shelf import Shelf
from tandem.service.settings_shelf import shelf_at_rest
from tandem.store.database import open_database, upgrade
from tandem.store.flow_versions import FlowStore


def ask(
    method: str, path: str, wish: object = None, json: bool = False, raw: bool = False, on: int | None = None
) -> Any:
    """The controller's answer; what it refuses is told, and ends the command with exit code 1.

    `on` is the version that must be in force for the wish to be done.
    """
    body = wish if isinstance(wish, bytes) else msgspec.json.encode(wish) if wish is not None else None
    headers = {"If-Match": f'"{on}"' if on else "*"}
    status, told = asyncio.run(_asked(load_config(), method, path, body, headers))
    if raw and status == 200:
        return told
    try:
        answer = msgspec.json.decode(told)
    except msgspec.DecodeError:
        raise ConfigError([f"what serves there answered {status}, and no JSON: see the controller's log"]) from None
    if status == 200:
        return answer
    if json:
        typer.echo(told.decode())
    else:
        tell_problems(answer.get("problems", []))
        typer.echo(f"tandem: {answer['error']['message']}", err=True)
    sys.exit(1)


async def _asked(
    config: Config, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    token = load_credentials(config.home).http_token
    headers = headers | {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        try:
            async with session.request(method, config.web_url + path, data=body, ssl=config.trust()) as answer:
                return answer.status, await answer.read()
        except aiohttp.ClientSSLError as error:  # somebody is there: their store is not ours to write beside them
            what = f"{config.web_url} does not show tls_certificate: restart the controller if it was renewed ({error})"
            raise ConfigError([what]) from error
        except aiohttp.ClientConnectorError:
            async with (
                _without_controller(config, token) as address,
                session.request(method, address + path, data=body) as answer,
            ):
                return answer.status, await answer.read()


@asynccontextmanager
async def _without_controller(config: Config, token: str) -> AsyncIterator[str]:
    """The same interface to the same store, for one request, while no controller runs."""
    database = open_database(config.records)
    try:
        await upgrade(database)
        settings = shelf_at_rest(database)
        await settings.tell_plane()
        shelf = Shelf(
            store=FlowStore(database),
            state=lambda: None,
            emit=lambda _: None,
            check=lambda: _check(config, settings.settings),
            clock=time.time,
        )
        app = web.Application(middlewares=[guard(token, LOOPBACK)])
        app.add_routes([*FlowsApi(shelf).routes(), *SettingsApi(settings).routes()])
        runner = await serve(app, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
    finally:
        await database.dispose()


def _check(config: Config, in_force: Settings) -> Check:
    """By the settings in force; before the first start, by the centre file."""
    try:
        return centre_check(in_force if in_force != Settings() else read_centre(config.centre))
    except CentreError as error:
        raise Refused(422, "centre", f"The centre file can't be used. {error}") from None


def tell_problems(problems: list[dict[str, Any]]) -> None:
    """Print what was found, as lint does."""
    for problem in problems:
        typer.echo(problem["text"])


def login() -> str:
    """Who asks, where nobody says who."""
    return pwd.getpwuid(os.getuid()).pw_name


def when(at: float) -> str:
    """A moment (epoch seconds) by this machine's clock."""
    return datetime.fromtimestamp(at).astimezone().strftime("%F %T")
