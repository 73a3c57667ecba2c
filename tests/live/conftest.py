import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.live.centre import LiveCentre, live_centre

FIRST = -10
"""A process's niceness: nine times the share of the others, when there is not enough for all."""


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
