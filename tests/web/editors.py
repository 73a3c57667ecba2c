"""What an admin does in the flow editor."""

from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.web.desks import PASSWORD, Served, window


async def at_editor(browser: Browser, centre: Served, name: str = "ann", role: str = "admin", **looks: Any) -> Page:
    """An admin's page, at the list of flows; or what somebody else sees there."""
    wish = {"name": name, "role": role, "display_name": name.title()}
    async with (
        aiohttp.ClientSession(centre.url, headers=centre.token) as http,
        http.post("/users", json=wish) as answer,
    ):
        password = (await answer.json())["one_time_password"]
    page = await (await window(browser, **looks)).new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    await page.goto(f"{centre.url}/editor")
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", password)
    await page.click("button[type=submit]")
    await page.fill("[name=old]", password)
    await page.fill("[name=password]", PASSWORD)
    await page.fill("[name=again]", PASSWORD)
    await page.click("button[type=submit]")
    await expect(page.locator("main h1")).to_be_visible()
    return page


async def begin(page: Page, name: str, template: str = "nothing") -> None:
    await page.fill("form.new [name=name]", name)
    await page.select_option("[name=template]", template)
    await page.click("form.new button[type=submit]")
    await expect(page.locator(".step").first).to_be_visible()


async def add(page: Page, kind: str) -> None:
    await page.select_option("nav.nodes select", kind)
    await page.click("nav.nodes .adding button")
    await expect(page.locator("#node-name")).to_contain_text(kind)


def field(page: Page, path: str) -> Locator:
    """The field of a form that stands for this place in the flow."""
    return page.locator(f'[data-path="{path}"]')


def named(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def step(page: Page, name: str) -> Locator:
    """A node in the graph."""
    return page.locator(f'.step[data-node="{name}"]')


async def tab(page: Page, name: str) -> None:
    await page.click(f"#tab-{name}")
