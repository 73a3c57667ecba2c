import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.live.centre import LiveCentre, live_centre

FIRST = -10
"""A process's niceness: nine times the share of the others, when there is not enough for all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lane", default="1/1", help="n/m: the n-th of m lanes; every m-th file belongs to it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A lane's files. These tests wait far more than they work, so lanes beside each other take a part of the time."""
    lane, lanes = map(int, config.getoption("--lane").split("/"))
    files = sorted({item.path for item in items})[lane - 1 :: lanes]
    config.hook.pytest_deselected(items=[item for item in items if item.path not in files])
    items[:] = [item for item in items if item.path in files]


@pytest.fixture(scope="session", autouse=True)
def _before_others() -> None:
    """What is heard here must come in time, whatever else the machine does: we and all we start go first, if we may."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, FIRST)


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A centre with twelve agents, of whom none is signed in yet."""
    async with live_centre(tmp_path) as running:
        yield running
        if running.controller.running():
            await running.check_books()
