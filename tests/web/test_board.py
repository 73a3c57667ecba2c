"""The operator's board in a real browser, before a real plane without a switch."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, expect

from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.board.board_settings import BoardSettings, QueueThresholds, Threshold
from tandem.cti import boards
from tandem.ivr.reader import read_flow
from tandem.service.config import PROJECT
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import Site
from tests.databases import migrated
from tests.store.examples import contact, interval, wait
from tests.store.test_queries import write
from tests.web.desks import axe, picture
from tests.web.operators import supervisor

pytestmark = pytest.mark.live
DAY = 86400.0


def past(now: float) -> list[commands.Command]:
    """The records of some quarter-hours of today, and one contact of the newest whole one."""
    quarter = now // 900 * 900 - 900
    rows: list[commands.Command] = []
    for back in range(8):
        counts = {"offered": 9 - back, "answered": 7 - back, "abandoned": 2, "answered_in_target": max(0, 6 - back)}
        rows.append(interval(quarter - 900 * back, "tech", **counts, wait_answered=60.0))
    rows += [wait("c1", quarter + 10, quarter + 17, "answered", "tech")]
    rows += [contact("c1", quarter, caller="13800000001", outcome="served", talk_seconds=95.0)]
    return [*rows, commands.RecordStep("c1", 1, quarter, "entered", "4008")]


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(boards, "EVERY", 0.2)
    database = await migrated(tmp_path / "records.sqlite3")
    site = Site(Outbox(database), UserStore(database), database)
    site.now = time.time()
    await write(database, past(site.now))
    site.built = PROJECT / "web/dist"
    chats = QueueSettings("sales", {"mending": 5}, channel="chat")
    people = {
        name: replace(agent, display_name=f"Li {name}", team="day") for name, agent in SETTINGS.acd.agents.items()
    }
    thresholds = BoardSettings(QueueThresholds(waiting=Threshold(1, 2)), state_overstayed={"ready": DAY})
    acd = replace(SETTINGS.acd, queues=SETTINGS.acd.queues | {"sales": chats}, agents=people)
    site.happens(events.SettingsLoaded(replace(SETTINGS, acd=acd, board=thresholds)))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001", "PJSIP/1002")))
    site.happens(events.AgentSignedIn("1002"))
    site.happens(events.AgentPaused("1002", "lunch"))
    async with site.running():
        yield site
    await database.dispose()


def calls(site: Site, *names: str) -> None:
    """These callers ask for a person."""
    for name in names:
        site.happens(events.CallEntered(name, f"PJSIP/trunk-{name}", "13800000001", "", "4008"))
        site.happens(events.Listened(name, site.plane.state.calls[name].listen, "2"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_board_is_for_everybody(
    site: Site, browser: Browser, language: str, theme: str, request: pytest.FixtureRequest
) -> None:
    keep = request.config.getoption("--screenshots")
    calls(site, "c1", "c2")
    page = await supervisor(site, browser, language=language, theme=theme)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    asked = set[str]()
    page.on("request", lambda one: asked.add(one.url.split("/")[2]))

    async def look(what: str) -> None:
        assert await axe(page) == []
        if keep:
            await picture(page, f"{what}.{language}.{theme}")

    await expect(page.locator(".mark.bad").first).to_be_visible()
    await look("board")
    await page.locator(".tabs button").last.click()
    await expect(page.locator(".plot canvas")).to_be_visible()
    await look("board-history")
    await page.locator("tbody tr").last.locator("button.figure").nth(1).click()
    await expect(page.locator("dialog tbody tr")).to_have_count(1)
    await look("board-behind")
    await page.goto(f"{site.url}/board?wall")
    await expect(page.locator(".wall-queues > li")).to_have_count(2)
    await expect(page.locator("button, input, select")).to_have_count(0)
    await look("wallboard")
    assert asked == {site.url.split("/")[2]}
    assert errors == []


async def test_what_happens_on_the_floor_is_seen_at_once(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    tech = page.locator('tr[data-row="tech"]')
    await expect(tech.locator("td").nth(0)).to_have_text("0")
    await expect(page.locator(".alarms")).to_contain_text("Nobody could ever serve: sales")
    calls(site, "c1")
    await expect(tech.locator("td").nth(0)).to_have_text("! 1 (warning)")
    calls(site, "c2")
    await expect(tech.locator("td").nth(0)).to_have_text("‼ 2 (bad)")
    await expect(page.locator(".alarms")).to_contain_text("They wait and nobody is at work: tech")
    site.happens(events.AgentSignedIn("1001"))
    li = page.locator('tr[data-row="1001"]')
    await expect(li).to_contain_text("Reserved")
    await expect(li).to_contain_text("tech · voice")
    await expect(page.locator(".alarms")).not_to_contain_text("nobody is at work")
    site.happens(events.SwitchLost())
    await expect(page.locator(".alarms li").first).to_contain_text("The switch is not reached")
    await page.get_by_role("searchbox").fill("1002")
    await expect(page.locator("table").nth(1).locator("tbody tr")).to_have_count(1)
    await page.get_by_role("searchbox").fill("")
    await page.locator("table").nth(1).get_by_role("button", name="Agent").click()
    await expect(page.locator("table").nth(1).locator("tbody tr").first).to_contain_text("1003")


async def test_any_number_leads_to_the_contacts_behind_it(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    await page.get_by_role("button", name="Looking back").click()
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Save as CSV").click()
    assert (await (await saved.value).path()).read_text().startswith("queue,start,target,offered,")
    await page.locator("tbody tr").last.get_by_role("button").nth(1).click()
    await expect(page.locator("dialog h2")).to_have_text("Answered, tech: 1")
    await page.locator("dialog").get_by_role("button", name="c1").click()
    await expect(page.locator("dialog .one")).to_contain_text("entered 4008")
    await expect(page.locator("dialog .one")).to_contain_text("c1 in en")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Flows").click()
    await expect(page.locator("tbody tr")).to_contain_text("hotline")


async def test_a_wallboard_survives_its_centre(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    await page.goto(f"{site.url}/board?wall")
    await expect(page.locator(".wall .health")).to_have_class("health live")
    await page.evaluate("window.neverReloaded = true")
    await site.boards.close()
    await expect(page.locator(".wall .health")).to_have_class("health live")
    calls(site, "c1", "c2", "c3")
    await expect(page.locator(".wall-queues li dd").nth(4)).to_have_text("‼ 3 (bad)")
    assert await page.evaluate("window.neverReloaded")
