"""Recordings in real browsers: a player for those with the right, nothing for others; the agent pauses one by a key."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from tandem.control import commands
from tandem.service.config import PROJECT
from tandem.store.database import open_database, upgrade
from tandem.store.models import Recording
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.sites import Site
from tests.live.centre import CENTRE, live_centre
from tests.sounds import tone
from tests.store.examples import contact, interval, wait
from tests.store.test_queries import write
from tests.web.desks import at_work, axe, contacts, is_in
from tests.web.operators import supervisor

pytestmark = pytest.mark.live

NAME = "recording-c1-1"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A site that has the recording of one contact."""
    database = open_database(tmp_path / "records.sqlite3")
    await upgrade(database)
    site = Site(Outbox(database), UserStore(database), database)
    site.now = time.time()
    quarter = site.now // 900 * 900 - 900
    rows: list[commands.Command] = [
        interval(quarter, "tech", offered=1, answered=1, answered_in_target=1, wait_answered=7.0),
        wait("c1", quarter + 10, quarter + 17, "answered", "tech"),
        contact("c1", quarter, outcome="served", talk_seconds=95.0),
        commands.RecordRecording(NAME, "c1", "1001", "tech", quarter + 17, quarter + 27, f"{NAME}.wav", 10.0, 0, ""),
    ]
    await write(database, rows)
    site.spool.mkdir()
    (site.spool / f"{NAME}.wav").write_bytes(tone(10.0))
    site.built = PROJECT / "web/dist"
    async with site.running():
        yield site
    await database.dispose()


async def look_at_contact(page: Page) -> None:
    """From the figures to the contact behind one."""
    await page.get_by_role("button", name="Looking back").click()
    await page.locator("tbody tr").last.get_by_role("button").nth(1).click()
    await page.locator("dialog").get_by_role("button", name="c1").click()
    await expect(page.locator("dialog .one")).to_contain_text("c1 in en")


async def test_who_has_the_right_hears_and_seeks_and_others_see_nothing(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    await look_at_contact(page)
    await expect(page.locator("audio")).to_have_count(0)
    (name,) = [one.name for one in await site.accounts._store.users()]
    status, _ = await site.json("PATCH", f"/users/{name}", body=b'{"hears_recordings": true}')
    assert status == 200

    await page.reload()
    await look_at_contact(page)
    player = page.locator("audio")
    await expect(page.locator(".recordings li")).to_contain_text("1001, 10 s")
    assert await axe(page) == []
    assert not [entry for entry in await site.accounts._store.audit(20) if "heard" in entry.what]
    await player.evaluate("audio => { audio.muted = true; return audio.play(); }")
    assert await player.evaluate("audio => audio.duration") == pytest.approx(10.0, abs=0.1)
    await player.evaluate(
        "audio => new Promise(done => { audio.onseeked = () => done(audio.currentTime); audio.currentTime = 8; })"
    )
    (heard, *_) = [entry for entry in await site.accounts._store.audit(20) if "heard" in entry.what]
    assert (heard.name, heard.what) == (name, f"heard {NAME}")


async def test_an_agent_sees_that_a_talk_is_recorded_and_pauses_it_by_a_key(tmp_path: Path, browser: Browser) -> None:
    plan = CENTRE.replace("service: {needs", "service: {record_percent: 100, needs")
    async with live_centre(tmp_path, plan, record_talks=True) as centre:
        phone = await centre.lab.agent("1001", centre.password("1001"))
        page = await at_work(browser, centre)
        line = await centre.dial_service(await centre.caller())
        await phone.answers()
        await is_in(page, "connected")
        shown = contacts(page).locator(".recording")
        await expect(shown).to_have_text("Recorded")
        assert await axe(page) == []
        await page.keyboard.press("Alt+c")
        await expect(shown).to_have_text("Recording paused")
        assert await axe(page) == []
        await page.get_by_role("button", name="Record again").click()
        await expect(shown).to_have_text("Recorded")
        await line.hang_up()
        await centre.idle()
        await centre.until(lambda state: not state["recordings"], "the recording to be measured")
        assert [row.agent for row in await centre.rows(Recording)] == ["1001"]
        async with (
            aiohttp.ClientSession(centre.url, headers=centre.token) as http,
            http.get(f"/recordings/{(await centre.rows(Recording))[0].recording}/audio") as answer,
        ):
            assert (answer.status, (await answer.read())[:4]) == (200, b"RIFF")
