"""The browser as the agent's phone: registered, rung, heard both ways, and not lost with its page."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tandem.service.credentials import load_credentials
from tests.live.browser import chromium
from tests.live.centre import LiveCentre, live_centre
from tests.phones import audio
from tests.web.desks import add_user, axe, contacts, is_in, picture, sign_in, window

pytestmark = pytest.mark.live

PHONE_CENTRE = """
lines: {"4008": hotline}
queues:
  tech: {needs: {tech: 2}, ring_seconds: 20, wrap_up_seconds: 5}
  service: {needs: {service: 1}, ring_seconds: 20, wrap_up_seconds: 60}
agents:
  "1001": {skills: {tech: 3, service: 3}, browser_phone: true}
"""
SPEAKS, CALLS = 1000.0, 700.0
"""Hertz of what the agent's microphone hears, and of what the caller says."""
SOUND = (
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
RATE = 48000
REGISTERED = 10_000.0
"""Milliseconds from the desk to its phone's registration, and from a reload to the caller's voice."""
PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
BREAK = """() => {
  const [peer] = window.peers;
  Object.defineProperty(peer, "iceConnectionState", { value: "disconnected" });
  peer.dispatchEvent(new Event("iceconnectionstatechange"));
}"""
LOUDEST = """async () => {
  const peer = window.peers.at(-1);
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 8192 });
  context.createMediaStreamSource(new MediaStream(peer.getReceivers().map((one) => one.track))).connect(analyser);
  await new Promise((done) => setTimeout(done, 500));
  const heard = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(heard);
  const loudest = heard.indexOf(Math.max(...heard));
  await context.close();
  return heard[loudest] > -60 ? loudest * context.sampleRate / analyser.fftSize : 0;
}"""


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a tone."""
    spoken = tmp_path / "microphone.wav"
    audio.write_wav(spoken, audio.tone(SPEAKS, seconds=10.0))
    async with chromium(*SOUND, f"--use-file-for-fake-audio-capture={spoken}") as running:
        yield running


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A centre whose agent phones in the browser."""
    async with live_centre(tmp_path, PHONE_CENTRE) as running:
        yield running
        await running.check_books()


async def phoning(browser: Browser, centre: LiveCentre) -> Page:
    """The desk of an agent who may use the microphone, ready for calls."""
    context = await _context(browser)
    await context.grant_permissions(["microphone"])
    page = await context.new_page()
    await sign_in(page, centre, *await add_user(centre, "1001"))
    await _phone_is(page, "ready")
    await page.click("section.agent button.main")
    await is_in(page, "ready")
    return page


async def _context(browser: Browser) -> BrowserContext:
    context = await window(browser)
    await context.add_init_script(PEERS)
    return context


async def _phone_is(page: Page, status: str) -> None:
    await expect(page.locator("[data-phone]")).to_have_attribute("data-phone", status, timeout=REGISTERED)


async def _hears(page: Page, frequency: float) -> None:
    heard = [await page.evaluate(LOUDEST) for _ in range(4)]
    assert any(abs(one - frequency) < 15 for one in heard), heard


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
    await _hears(page, CALLS)
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
    assert load_credentials(centre.config.home).phones["1001-web"] not in centre.log()


async def _looks(page: Page, keep: bool) -> None:
    """The phone in talk, in both languages, light and dark."""
    await page.locator(".more > button").click()
    for language, theme in (("zh-CN", "dark"), ("en", "light")):
        await page.select_option("select >> nth=0", language)
        await page.select_option("select >> nth=1", theme)
        assert await axe(page) == []
        if keep:
            await picture(page, f"phone.{language}.{theme}")
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
    await expect(page.get_by_role("button", name="Hang up")).to_be_visible(timeout=REGISTERED)
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await _hears(page, CALLS)
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
    await expect(path).to_contain_text(re.compile("Voice lost.*In talk with", re.DOTALL), timeout=REGISTERED)
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await _hears(page, CALLS)
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
    await _phone_is(page, "elsewhere")
    await expect(second.get_by_role("button", name="Hang up")).to_be_visible(timeout=REGISTERED)
    await line.hears_tone(SPEAKS)
    line.says(audio.tone(CALLS, seconds=20.0))
    await _hears(second, CALLS)
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
    await _phone_is(page, "connecting")
    await line.hears_tone(SPEAKS)
    await centre.start_controller()
    await _phone_is(page, "ready")
    await line.hears_tone(SPEAKS)
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up", 30_000.0)


async def test_without_the_microphone_the_agent_is_told_the_way_out_and_is_not_rung(
    centre: LiveCentre, browser: Browser
) -> None:
    page = await (await _context(browser)).new_page()
    await sign_in(page, centre, *await add_user(centre, "1001"))
    await expect(page.locator(".notice.bad")).to_contain_text("allow the microphone")
    await _phone_is(page, "trouble")
    await page.click("section.agent button.main")
    await is_in(page, "not_ready")
    await expect(page.locator(".state")).to_contain_text("your phone is not connected")
    await page.context.grant_permissions(["microphone"])
    await page.get_by_role("button", name="Try again").click()
    await _phone_is(page, "ready")
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
    await _phone_is(page, "off")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("button", name="Turn the phone on").click()
    await is_in(page, "ready", REGISTERED)
