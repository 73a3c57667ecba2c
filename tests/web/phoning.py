"""The browser as an agent's phone: how it is opened, and what its agent says and hears, by tones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.live.browser import chromium
from tests.phones import audio
from tests.web.desks import Served, add_user, is_in, sign_in, window

SPEAKS, CALLS = 1000.0, 700.0
"""Hertz of what the agent's microphone hears, and of what the caller says."""
SOUND = (
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
REGISTERED = 10_000.0
"""Milliseconds from the desk to its phone's registration, and from a reload to the caller's voice."""
PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
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


@asynccontextmanager
async def talking_browser(folder: Path, speaks: float = SPEAKS) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a tone of so many hertz."""
    spoken = folder / f"microphone-{speaks:g}.wav"
    audio.write_wav(spoken, audio.tone(speaks, seconds=10.0))
    async with chromium(*SOUND, f"--use-file-for-fake-audio-capture={spoken}") as running:
        yield running


async def phoning(browser: Browser, centre: Served, agent: str = "1001", script: str = "") -> Page:
    """The desk of an agent who may use the microphone, ready for calls; `script` runs before all of its pages'."""
    context = await phone_window(browser)
    await context.add_init_script(script)
    await context.grant_permissions(["microphone"])
    page = await context.new_page()
    await sign_in(page, centre, *await add_user(centre, agent))
    await phone_is(page, "ready")
    await page.click("section.agent button.main")
    await is_in(page, "ready")
    return page


async def phone_window(browser: Browser) -> BrowserContext:
    """A browser of an agent's own, in which it is known what is heard; it may not use the microphone yet."""
    context = await window(browser)
    await context.add_init_script(PEERS)
    return context


async def phone_is(page: Page, status: str) -> None:
    """The page shows this state of its phone."""
    await expect(page.locator("[data-phone]")).to_have_attribute("data-phone", status, timeout=REGISTERED)


async def talks_here(page: Page) -> None:
    """The talk has its voice in this window; after a reload it takes a while to come here."""
    await expect(page.locator("section.call")).to_be_visible(timeout=REGISTERED)


async def hears(page: Page, frequency: float) -> None:
    """The agent hears a tone of so many hertz, louder than all else."""
    heard = [await page.evaluate(LOUDEST) for _ in range(4)]
    assert any(abs(one - frequency) < 15 for one in heard), heard
