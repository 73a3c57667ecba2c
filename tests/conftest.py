from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tandem.store.database import AsyncEngine, Where, open_database, upgrade
from tests.postgres import MISSING, Server, programs, running_server

BOTH = ("sqlite", "postgresql")


def pytest_report_header() -> list[str]:
    return [] if programs() else [f"{MISSING}; what needs it is skipped"]


def on_both(metafunc: pytest.Metafunc) -> None:
    """For a folder's pytest_generate_tests: what its tests keep is kept the same way on both."""
    if "where" in metafunc.fixturenames:
        metafunc.parametrize("where", BOTH, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of this process; each has a database of its own."""
    if programs() is None:
        pytest.skip(MISSING)
    with running_server() as server:
        yield server


@pytest.fixture
async def where(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Where]:
    """Where a new database is: a file, and for the folders that ask for it (`on_both`) on a server too."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield tmp_path / "records.sqlite3"
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.fresh() as url:
        yield url


@pytest.fixture
async def engine(where: Where) -> AsyncIterator[AsyncEngine]:
    """A new database, at the newest schema."""
    engine = open_database(where)
    await upgrade(engine)
    yield engine
    await engine.dispose()
