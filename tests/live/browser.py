"""A real browser, Debian's Chromium, for the tests: phones of callers that open their links."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
PATIENCE = 5000.0
"""Milliseconds for anything that is waited for on a page."""


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """A running browser, with more flags than FLAGS."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, *more])
        yield browser
        await browser.close()


async def phone(browser: Browser, url: str, *, script: bool = True, language: str = "zh-CN") -> Page:
    """A device of its own that opens `url`."""
    device = await browser.new_context(viewport=PHONE, is_mobile=True, java_script_enabled=script, locale=language)  # type: ignore[arg-type]
    device.set_default_timeout(PATIENCE)
    page = await device.new_page()
    await page.goto(url)
    return page
