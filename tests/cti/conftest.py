from collections.abc import AsyncIterator
from functools import partial

import pytest
from argon2 import PasswordHasher

from tandem.cti import passwords
from tandem.store.database import AsyncEngine
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.receivers import Gateway, running_gateway
from tests.cti.sites import Site


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, default=0, help="examples of every operation, for schemathesis")


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


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second for every sign-in is right for people, but not for hundreds of tests."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "PasswordHasher", quick)
