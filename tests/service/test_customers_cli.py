"""`tandem customers`, before a site that serves them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from tandem.service.cli import cli
from tandem.service.config import ConfigError
from tandem.service.credentials import load_credentials
from tests.cti import sites
from tests.cti.test_customers import Shop
from tests.databases import migrated


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A site that bears this home's token."""
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))
    monkeypatch.setattr(sites, "TOKEN", load_credentials(tmp_path).http_token)
    engine = await migrated(tmp_path / "records.sqlite3")
    shop = Shop(engine)
    async with shop.running():
        monkeypatch.setenv("TANDEM_HTTP_PORT", str(shop.port))
        yield shop
    await engine.dispose()


async def tandem(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and output of `tandem customers ...`."""
    result = await asyncio.to_thread(CliRunner().invoke, cli, ["customers", *map(str, arguments)])
    if isinstance(result.exception, ConfigError):
        return 1, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


async def test_the_life_of_customers(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("name,phone,tier,tags\nAnn,13800000001,gold,tv;loud\nBad,x,,\nBob,13900000002,,\n")
    code, told = await tandem("import", file, "--dry-run")
    assert (code, told.splitlines()[-1]) == (
        1, "3 lines (nothing was written): created 2, changed 0, unchanged 0, refused 1",
    )  # fmt: skip
    code, told = await tandem("import", file)
    assert told.startswith(f"{file}:3: phone: 'x' is none: write it as +8613800000001")
    assert msgspec.json.decode((await tandem("import", file, "--json"))[1])["unchanged"] == 2
    code, told = await tandem("show", "+8613800000001")
    assert code == 0
    assert [line.split() for line in told.splitlines()[1:3]] == [["name", "Ann"], ["tier", "gold"]]
    assert "phone      +8613800000001" in told
    ann = msgspec.json.decode((await tandem("show", "ann", "--json"))[1])
    await shop.contact("c1", 1000.0, ann["customer"])
    assert "voice" in (await tandem("show", ann["customer"]))[1]
    out = tmp_path / "out.csv"
    assert (await tandem("export", out))[0] == 0
    assert (len(out.read_text().splitlines()), "Ann,gold" in out.read_text()) == (3, True)
    assert (await tandem("export"))[1].replace("\r", "") == out.read_text()
    code, told = await tandem("erase", ann["customer"], "--yes")
    assert (code, "contacts       1" in told, "identities     1" in told) == (0, True, True)
    assert (await tandem("erase", ann["customer"], "--yes"))[1] == "There is no such customer."


async def test_mistakes_are_told_with_a_way_out(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("name,fone\nAnn,1\n")
    code, told = await tandem("import", file)
    assert (code, "line 1: fone: there is no such column: the columns are name" in told) == (1, True)
    file.write_text("name,phone\nAnn,13800000001\nAnna,13800000002\n")
    await tandem("import", file)
    code, told = await tandem("show", "ann")
    assert (code, told.splitlines()[-1]) == (1, "which one? name the id")
    assert (await tandem("show", "nobody")) == (1, "There is no such customer.")
    assert "Aborted" in (await tandem("erase", "nobody"))[1]
    monkeypatch.setenv("TANDEM_HTTP_PORT", "1")
    assert "start one with tandem run" in (await tandem("show", "ann"))[1]
