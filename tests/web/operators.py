"""An operator before the board in a real browser."""

from types import SimpleNamespace

from playwright.async_api import Browser, Page, expect

from tests.cti.sites import TOKEN, Site
from tests.web.desks import LIVE, Served, add_supervisor, sign_in_at, window


async def supervisor(site: Site, browser: Browser, language: str = "en", theme: str = "light") -> Page:
    """A supervisor's page: the board, once it is live."""
    served: Served = SimpleNamespace(url=site.url, token={"Authorization": f"Bearer {TOKEN}"})
    page = await (await window(browser, language, theme)).new_page()
    await sign_in_at(f"{site.url}/board", page, *await add_supervisor(served))
    await expect(page.locator(".health")).to_have_class("health live", timeout=LIVE)
    return page
