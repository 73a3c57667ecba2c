from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.live.browser import chromium
from tests.web.pictures import Look


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write pictures of the pages to docs/screenshots")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
def look(request: pytest.FixtureRequest, language: str, theme: str) -> Look:
    """The look of a test marked `every_look`."""
    return Look(request.config.getoption("--screenshots"), language, theme)
