"""`tandem openapi`, before a site and before none."""

import asyncio

import msgspec
import pytest
from typer.testing import CliRunner

from tandem.service.cli import cli
from tandem.service.config import ConfigError
from tests.cti import sites
from tests.cti.test_customers import Shop
from tests.service.test_customers_cli import shop as shop


async def test_the_document_of_the_running_controller(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await asyncio.to_thread(CliRunner().invoke, cli, ["openapi"])
    assert told.exit_code == 0
    document = msgspec.json.decode(told.output)
    assert document["openapi"] == "3.1.0"
    assert document == (await shop.json("GET", "/openapi.json", token=sites.TOKEN))[1]
    monkeypatch.setenv("TANDEM_HTTP_PORT", "1")
    told = await asyncio.to_thread(CliRunner().invoke, cli, ["openapi"])
    assert isinstance(told.exception, ConfigError)
    assert "start the controller" in str(told.exception)
