"""An operator before the board in a real browser."""

from types import SimpleNamespace

import aiohttp
from playwright.async_api import Browser, Page, expect

from tests.cti.sites import TOKEN, Site
from tests.web.desks import LIVE, PASSWORD, Served, window


async def supervisor(
    site: Site, browser: Browser, name: str = "mei", language: str = "en", theme: str = "light"
) -> Page:
    """A supervisor's page: the board, once it is live."""
    served: Served = SimpleNamespace(url=site.url, token={"Authorization": f"Bearer {TOKEN}"})
    async with (
        aiohttp.ClientSession(served.url, headers=served.token) as http,
        http.post("/users", json={"name": name, "role": "supervisor", "display_name": "Mei"}) as answer,
    ):
        one_time = (await answer.json())["one_time_password"]
    page = await (await window(browser, language, theme)).new_page()
    await page.goto(f"{site.url}/board")
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", one_time)
    await page.click("button[type=submit]")
    await page.fill("[name=old]", one_time)
    await page.fill("[name=password]", PASSWORD)
    await page.fill("[name=again]", PASSWORD)
    await page.click("button[type=submit]")
    await expect(page.locator(".health")).to_have_class("health live", timeout=LIVE)
    return page
