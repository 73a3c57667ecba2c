"""A talk from the desk, in real browsers with real calls: hold, a consultation that is handed over, a transfer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.live.centre import CENTRE, LiveCentre, live_centre
from tests.phones import tone
from tests.web.desks import at_work, axe, contacts, is_in

pytestmark = pytest.mark.live

AGENT, COLLEAGUE = 700, 1100
"""Their voices, in hertz: no notes of the music."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, CENTRE) as running:
        yield running
        await running.check_books()


async def press(page: Page, name: str) -> None:
    """Press a button of the talk."""
    await page.get_by_role("group", name="This call").get_by_role("button", name=name).click()


async def test_a_caller_is_held_discussed_handed_over_and_sent_on(centre: LiveCentre, browser: Browser) -> None:
    phone = await centre.lab.agent("1001", centre.password("1001"))
    page = await at_work(browser, centre)
    line = await centre.dial_service(await centre.caller())
    call = await phone.answers()
    call.says(tone(AGENT, seconds=60))
    await is_in(page, "connected")
    await page.keyboard.press("Alt+l")
    await is_in(page, "hold")
    await line.hears_part_of(centre.music)
    assert await axe(page) == []
    await page.keyboard.press("Alt+l")
    await is_in(page, "connected")
    await press(page, "Keys")
    await page.get_by_role("button", name="5", exact=True).click()
    await line.pressed("5")

    second = await centre.lab.agent("1002", centre.password("1002"))
    other = await at_work(browser, centre, "1002")
    await page.keyboard.press("Alt+t")
    await page.get_by_label("Agent").select_option("1002")
    await page.get_by_label("Note").fill("a lawyer")
    assert await axe(page) == []
    await page.get_by_role("button", name="Consult first").click()
    await expect(contacts(other)).to_have_class("contact offered consultation")
    asked = await second.answers()
    asked.says(tone(COLLEAGUE, seconds=60))
    await expect(contacts(page)).to_contain_text("You talk with 1002, the caller hears music.")
    await expect(contacts(other)).to_contain_text("1001 asks you about this contact. a lawyer")
    await call.hears_tone(COLLEAGUE)
    await page.keyboard.press("Alt+s")
    await expect(contacts(page)).to_contain_text("You talk with the caller, 1002 hears music.")
    await line.hears_tone(AGENT)
    await press(page, "Hand over")
    await is_in(page, "wrap_up")
    await expect(contacts(page)).to_have_count(0)
    await line.hears_tone(COLLEAGUE)
    await expect(contacts(other)).to_have_class("contact connected voice")
    await expect(contacts(other).locator(".path")).to_contain_text("Handed over")

    await is_in(page, "ready")
    await other.keyboard.press("Alt+t")
    await other.get_by_label("Agent").select_option("1001")
    await other.get_by_role("button", name="Send the caller on").click()
    back = await phone.answers()
    await is_in(page, "connected")
    await press(page, "Hang up")
    await back.ended()
    await line.hang_up()
    await centre.idle()
