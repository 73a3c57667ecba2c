"""The browser as the agent's phone: registered, rung, heard both ways, and not lost with its page."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tandem.service.credentials import load_credentials
from tandem.store import behind
from tests.live.centre import LiveCentre, live_centre
from tests.phones import audio
from tests.web.desks import add_user, axe, contacts, is_in, sign_in
from tests.web.phoning import (
    CALLS,
    REGISTERED,
    SPEAKS,
    hears,
    phone_is,
    phone_window,
    phoning,
    talking_browser,
    talks_here,
)
from tests.web.pictures import LOOKS, Look

pytestmark = pytest.mark.live

PHONE_CENTRE = """
lines: {"4008": hotline}
queues:
  tech: {needs: {tech: 2}, ring_seconds: 20, wrap_up_seconds: 5}
  service: {needs: {service: 1}, ring_seconds: 20, wrap_up_seconds: 60}
agents:
  "1001": {skills: {tech: 3, service: 3}, browser_phone: true}
"""
BREAK = """() => {
  const [peer] = window.peers;
  Object.defineProperty(peer, "iceConnectionState", { value: "disconnected" });
  peer.dispatchEvent(new Event("iceconnectionstatechange"));
}"""


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a tone."""
    async with talking_browser(tmp_path) as running:
        yield running


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A centre whose agent phones in the browser."""
    async with live_centre(tmp_path, PHONE_CENTRE) as running:
        yield running
        await running.check_books()


async def test_a_call_is_answered_in_the_browser_and_both_hear_each_other(
    centre: LiveCentre, browser: Browser, request: pytest.FixtureRequest
) -> None:
    page = await phoning(browser, centre)
    line = await centre.dial_service(await centre.caller())
    await expect(contacts(page)).to_have_class("contact offered voice")
    await is_in(page, "ringing")
    await page.keyboard.press("Alt+a")
    await is_in(page, "connected")
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await hears(page, CALLS)
    await expect(page.locator(".line")).to_have_attribute("data-line", "good")
    await page.keyboard.press("Alt+u")
    await line.silent()
    await page.keyboard.press("Alt+u")
    await line.hears_tone(SPEAKS)
    await page.locator(".talk").get_by_role("button", name="Keys").click()
    for key in "5#":
        await page.locator(".pad").get_by_role("button", name=key, exact=True).click()
    await line.pressed("5#")
    await _looks(page, request.config.getoption("--screenshots"))
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up")
    await line.hears(await centre.prompt("survey"), seconds=4.0)
    figures = await centre.metrics()
    assert figures["tandem_browser_talk_score_count"] == 1
    assert figures["tandem_browser_talk_score_sum"] > 4
    assert figures["tandem_browser_phones"] == 1
    (contact,) = (await centre.contacts()).values()
    heard = (await centre.records(behind.whole, contact.call)).heard
    assert {(talk.agent, talk.told_by, talk.codec, talk.score > 4) for talk in heard} == {
        ("1001", "browser", "opus", True),
        ("1001", "switch", "opus", True),
    }
    assert load_credentials(centre.config.home).phones["1001-web"] not in centre.log()


async def _looks(page: Page, keep: bool) -> None:
    """The phone in talk, in both languages, light and dark."""
    await page.locator(".more > button").click()
    for language, theme in LOOKS:
        await page.select_option("select >> nth=0", language)
        await page.select_option("select >> nth=1", theme)
        await Look(keep, language, theme).at(page, "phone")
    await page.keyboard.press("Escape")


async def test_a_reload_in_the_middle_of_a_call_brings_the_same_caller_back(
    centre: LiveCentre, browser: Browser
) -> None:
    page = await phoning(browser, centre)
    line = await centre.dial_service(await centre.caller())
    await is_in(page, "ringing")
    await page.get_by_role("button", name="Answer").click()
    await line.hears_tone(SPEAKS)
    await page.reload()
    await talks_here(page)
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await hears(page, CALLS)
    await is_in(page, "connected")
    await expect(contacts(page)).to_have_class("contact connected voice")
    await line.hang_up()
    await is_in(page, "wrap_up")
    (contact,) = (await centre.contacts()).values()
    assert contact.outcome == "served"


async def test_a_voice_that_lost_its_way_is_brought_back_by_another(centre: LiveCentre, browser: Browser) -> None:
    page = await phoning(browser, centre)
    line = await centre.dial_service(await centre.caller())
    await is_in(page, "ringing")
    await page.keyboard.press("Alt+a")
    await line.hears_tone(SPEAKS)
    await page.evaluate(BREAK)
    path = contacts(page).locator(".path")
    await expect(path).to_contain_text(re.compile("Voice lost.*In talk with", re.DOTALL), timeout=2 * REGISTERED)
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await hears(page, CALLS)
    assert await page.evaluate("window.peers[0].connectionState") == "closed"
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up")


async def test_a_second_window_takes_the_talk_over(centre: LiveCentre, browser: Browser) -> None:
    page = await phoning(browser, centre)
    line = await centre.dial_service(await centre.caller())
    await is_in(page, "ringing")
    await page.keyboard.press("Alt+a")
    await line.hears_tone(SPEAKS)
    second = await page.context.new_page()
    await second.goto(f"{centre.url}/desk")
    await second.get_by_role("button", name="Take over").click()
    await phone_is(page, "elsewhere")
    await talks_here(second)
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await hears(second, CALLS)
    await second.keyboard.press("Alt+h")
    await is_in(second, "wrap_up")


async def test_a_page_that_is_closed_leaves_the_caller_waiting_for_it(centre: LiveCentre, browser: Browser) -> None:
    page = await phoning(browser, centre)
    line = await centre.dial_service(await centre.caller())
    await is_in(page, "ringing")
    await page.keyboard.press("Alt+a")
    await line.hears_tone(SPEAKS)
    context = page.context
    await page.close()
    await line.hears_part_of(centre.music, within=20)
    page = await context.new_page()
    await page.goto(f"{centre.url}/desk")
    await line.hears_tone(SPEAKS, within=15)
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up")


async def test_a_kill_of_the_controller_is_not_heard(centre: LiveCentre, browser: Browser) -> None:
    page = await phoning(browser, centre)
    line = await centre.dial_service(await centre.caller())
    await is_in(page, "ringing")
    await page.keyboard.press("Alt+a")
    await line.hears_tone(SPEAKS)
    await centre.kill_controller()
    await phone_is(page, "connecting")
    await line.hears_tone(SPEAKS)
    await centre.start_controller()
    await phone_is(page, "ready")
    await line.hears_tone(SPEAKS)
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up", 30_000.0)


async def test_without_the_microphone_the_agent_is_told_the_way_out_and_is_not_rung(
    centre: LiveCentre, browser: Browser
) -> None:
    page = await (await phone_window(browser)).new_page()
    await sign_in(page, centre, *await add_user(centre, "1001"))
    await expect(page.locator(".notice.bad")).to_contain_text("allow the microphone")
    await phone_is(page, "trouble")
    await page.click("section.agent button.main")
    await is_in(page, "not_ready")
    await expect(page.locator(".state")).to_contain_text("your phone is not connected")
    await page.context.grant_permissions(["microphone"])
    await page.get_by_role("button", name="Try again").click()
    await phone_is(page, "ready")
    await is_in(page, "ready")


async def test_the_microphone_is_heard_before_the_work_begins(centre: LiveCentre, browser: Browser) -> None:
    page = await phoning(browser, centre)
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("button", name="Check the microphone").click()
    await expect(page.locator(".microphone output")).to_have_attribute("data-heard", "true")
    assert await page.locator(".microphone option").count() > 1
    assert await axe(page) == []
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="More", exact=True).click()
    assert await axe(page) == []
    await page.get_by_role("button", name="Turn the phone off").click()
    await is_in(page, "not_ready")
    await page.reload()
    await phone_is(page, "off")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("button", name="Turn the phone on").click()
    await is_in(page, "ready", REGISTERED)
