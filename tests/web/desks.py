"""What an agent does in a browser, and the centre for it."""

import itertools
from typing import Any, Protocol

import aiohttp
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tandem.service.config import PROJECT
from tests.live.browser import PATIENCE, PHONE

DESK_CENTRE = """
lines: {"4008": hotline}
queues:
  tech: {needs: {tech: 2}, channel: chat, ring_seconds: 20, wrap_up_seconds: 5}
  service: {needs: {service: 1}, ring_seconds: 20, wrap_up_seconds: 60, wrap_up_extension_seconds: 90}
agents:
  "1001": {skills: {tech: 3, service: 3}, costs: {voice: 60}}
customers:
  "13800000002": {name: Chen, tier: vip}
pause_reasons: {lunch: {}, training: {}}
"""
"""An agent who chats with two customers, or with one while on the phone."""
PASSWORD = "a password of my own 7"
SCREEN = {"width": 1366, "height": 768}
AXE = PROJECT / "web/node_modules/axe-core/axe.min.js"
LIVE = 30_000.0
"""Milliseconds for what a centre that was killed takes to be back."""
_names = (f"agent{number}" for number in itertools.count(1))


class Served(Protocol):
    """What serves the pages, at `url`, to programs with the headers `token` too."""

    @property
    def url(self) -> str: ...
    @property
    def token(self) -> dict[str, str]: ...


async def add_user(centre: Served, agent: str) -> tuple[str, str]:
    """Somebody who works as an agent: their name and one-time password."""
    return await _add(centre, {"role": "agent", "agent": agent, "display_name": "Li Na"})


async def add_supervisor(centre: Served, agent: str = "") -> tuple[str, str]:
    """Somebody who sees to the floor, and may work as an agent: their name and one-time password."""
    return await _add(centre, {"role": "supervisor", "agent": agent, "display_name": "Mei"})


async def _add(centre: Served, person: dict[str, str]) -> tuple[str, str]:
    name = next(_names)
    async with (
        aiohttp.ClientSession(centre.url, headers=centre.token) as http,
        http.post("/users", json={"name": name, **person}) as answer,
    ):
        assert answer.status == 201, await answer.text()
        return name, (await answer.json())["one_time_password"]


async def window(
    browser: Browser, language: str = "en", theme: Any = "light", *, on_phone: bool = False
) -> BrowserContext:
    """A browser of somebody's own, at a desk or on a phone."""
    device: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if on_phone else {}
    context = await browser.new_context(**({"viewport": SCREEN} | device), locale=language, color_scheme=theme)
    context.set_default_timeout(PATIENCE)
    return context


async def sign_in(page: Page, centre: Served, name: str, password: str) -> None:
    """Sign in for the first time, as far as the desk."""
    await sign_in_at(f"{centre.url}/desk", page, name, password)
    await expect(state(page)).to_be_visible()


async def sign_in_at(address: str, page: Page, name: str, password: str) -> None:
    """Sign in for the first time, at a page that asks for it."""
    await page.goto(address)
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", password)
    await page.click("button[type=submit]")
    await page.fill("[name=old]", password)
    await page.fill("[name=password]", PASSWORD)
    await page.fill("[name=again]", PASSWORD)
    await page.click("button[type=submit]")


async def at_work(browser: Browser, centre: Served, agent: str = "1001", **looks: Any) -> Page:
    """An agent's page, once they are ready; their phone must be there."""
    page = await (await window(browser, **looks)).new_page()
    await sign_in(page, centre, *await add_user(centre, agent))
    await page.click("section.agent button.main")
    await is_in(page, "ready")
    return page


def state(page: Page) -> Locator:
    """Where the page shows the agent's state."""
    return page.locator(".state")


async def is_in(page: Page, name: str, within: float = PATIENCE) -> None:
    """The page shows this state of the agent."""
    await expect(state(page)).to_have_attribute("data-state", name, timeout=within)


def contacts(page: Page) -> Locator:
    """The contacts that the page shows."""
    return page.locator("article.contact")


async def axe(page: Page) -> list[str]:
    """What the page does against those who can't see, hear or use a mouse; nothing is good."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run()")
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
