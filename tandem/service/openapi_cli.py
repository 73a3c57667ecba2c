"""The command `tandem openapi`: what the running controller says of its own interface."""

import asyncio

import aiohttp
import typer

from tandem.service.config import ConfigError, load_config
from tandem.service.credentials import load_credentials


def openapi() -> None:
    """Write the OpenAPI document of the running controller."""
    typer.echo(asyncio.run(_asked()))


async def _asked() -> str:
    config = load_config()
    headers = {"Authorization": f"Bearer {load_credentials(config.home).http_token}"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{config.web_url}/openapi.json", ssl=config.trust()) as answer,
        ):
            answer.raise_for_status()
            return await answer.text()
    except aiohttp.ClientError as error:
        raise ConfigError([f"{config.web_url} can't be asked: start the controller ({error})"]) from error
