from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.database import AsyncEngine, open_database, upgrade
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.receivers import Gateway, running_gateway
from tests.cti.sites import Site


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, default=0, help="examples of every operation, for schemathesis")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(tmp_path / "records.sqlite3")
    await upgrade(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def outbox(engine: AsyncEngine) -> Outbox:
    return Outbox(engine)


@pytest.fixture
def users(engine: AsyncEngine) -> UserStore:
    return UserStore(engine)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as gateway:
        yield gateway


@pytest.fixture
async def site(outbox: Outbox, users: UserStore) -> AsyncIterator[Site]:
    async with Site(outbox, users).running() as site:
        yield site
