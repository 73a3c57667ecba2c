"""The voice of a browser phone through networks that let none through, and from one to another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.live.centre import LiveCentre, live_centre
from tests.phones import audio
from tests.phones.line import Line
from tests.web.desks import contacts, is_in
from tests.web.phoning import CALLS, SPEAKS, hears, phoning, talking_browser
from tests.web.relay import SECRET, Relay, relay
from tests.web.test_phone import PHONE_CENTRE

pytestmark = pytest.mark.live

RELAY_ONLY = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(given) { super({ ...given, iceTransportPolicy: "relay" }); window.given = given; }
};
"""
WAYS = """async () => {
  const report = [...(await window.peers.at(-1).getStats()).values()];
  const of = (id) => report.find((one) => one.id === id);
  const pair = of(report.find((one) => one.type === "transport").selectedCandidatePairId);
  return of(pair.localCandidateId).candidateType;
}"""
OFFERED = "() => /a=ice-ufrag:(.*)/.exec(window.peers[0].localDescription.sdp)[1]"
BROKEN = "() => ['disconnected', 'failed'].includes(window.peers[0].iceConnectionState)"
BACK = 25.0
"""Seconds from a network that is there again to the voice: the browser asks for a relay ever more slowly."""


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a tone."""
    async with talking_browser(tmp_path) as running:
        yield running


@pytest.fixture
async def turn(tmp_path: Path) -> AsyncIterator[Relay]:
    """A relay that runs."""
    async with relay(tmp_path) as running:
        yield running


@pytest.fixture
async def centre(tmp_path: Path, turn: Relay) -> AsyncIterator[LiveCentre]:
    """A centre that knows the relay."""
    async with live_centre(tmp_path, PHONE_CENTRE, turn_servers=(turn.url,), turn_secret=SECRET) as running:
        yield running
        await running.check_books()


async def talk(page: Page, centre: LiveCentre) -> Line:
    """A caller whom the agent has answered."""
    line = await centre.dial_service(await centre.caller())
    await is_in(page, "ringing")
    await page.keyboard.press("Alt+a")
    await is_in(page, "connected")
    await both_hear(page, line)
    return line


async def both_hear(page: Page, line: Line, within: float = 10.0) -> None:
    await line.hears_tone(SPEAKS, within=within)
    line.says(audio.tone(CALLS, seconds=20.0))
    await hears(page, CALLS)


async def test_a_browser_that_is_let_out_to_a_relay_only_talks_by_it(centre: LiveCentre, browser: Browser) -> None:
    page = await phoning(browser, centre, script=RELAY_ONLY)
    await talk(page, centre)
    assert await page.evaluate(WAYS) == "relay"
    assert SECRET not in centre.log() + str(await page.evaluate("window.given"))
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up")


async def test_a_voice_whose_way_broke_is_led_another_in_the_same_call(
    centre: LiveCentre, browser: Browser, turn: Relay
) -> None:
    """The relay is gone, and another is there: to the browser, what it is to go from one network to the next."""
    page = await phoning(browser, centre, script=RELAY_ONLY)
    line = await talk(page, centre)
    before = await page.evaluate(OFFERED)
    await turn.kill()
    await page.wait_for_function(BROKEN, timeout=BACK * 1000)
    await turn.start()
    await both_hear(page, line, BACK)
    assert await page.evaluate(OFFERED) != before
    assert await page.evaluate("window.peers.length") == 1
    await expect(contacts(page).locator(".path")).not_to_contain_text("Voice lost")
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up")


async def test_on_another_network_a_new_way_is_looked_for_before_the_old_is_missed(
    centre: LiveCentre, browser: Browser
) -> None:
    page = await phoning(browser, centre)
    line = await talk(page, centre)
    before = await page.evaluate(OFFERED)
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await page.wait_for_function(f"before => ({OFFERED})() !== before", arg=before, timeout=5000)
    await both_hear(page, line)
    assert await page.evaluate("window.peers.length") == 1
    await page.keyboard.press("Alt+h")
    await is_in(page, "wrap_up")
