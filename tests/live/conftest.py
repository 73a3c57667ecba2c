from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.live.centre import LiveCentre, live_centre


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A centre with twelve agents, of whom none is signed in yet."""
    async with live_centre(tmp_path) as running:
        yield running
        if running.controller.running():
            await running.check_books()
