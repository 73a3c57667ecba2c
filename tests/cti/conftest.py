from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.database import open_database, upgrade
from tandem.store.outbox import Outbox
from tests.cti.receivers import Gateway, running_gateway
from tests.cti.sites import Site


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    engine = open_database(tmp_path / "records.sqlite3")
    await upgrade(engine)
    yield Outbox(engine)
    await engine.dispose()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as gateway:
        yield gateway


@pytest.fixture
async def site(outbox: Outbox) -> AsyncIterator[Site]:
    async with Site(outbox).running() as site:
        yield site
