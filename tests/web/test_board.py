"""The operator's board in a real browser, before a real plane without a switch."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Locator, Page, expect

from tandem.acd.plan import Step
from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.board.board_settings import BoardSettings, QueueThresholds, Threshold
from tandem.cti import boards
from tandem.ivr.reader import read_flow
from tandem.service.config import PROJECT
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated
from tests.store.examples import contact, interval, wait
from tests.store.test_queries import write
from tests.web.desks import Served, add_user, axe, sign_in_at, window
from tests.web.operators import supervisor
from tests.web.pictures import Look, every_look

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
    heard = commands.RecordTalkQuality(
        "c1", "", "PJSIP/trunk", quarter + 95, "alaw", 4600, 230, 4700, 12, 0.0476, 0.021, 0.18, 3.84
    )
    return [*rows, heard, commands.RecordStep("c1", 1, quarter, "entered", "4008")]


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(boards, "EVERY", 0.2)
    database = await migrated(tmp_path / "records.sqlite3")
    site = Site(Outbox(database), UserStore(database), database)
    site.now = time.time()
    await write(database, past(site.now))
    site.built = PROJECT / "web/dist"
    chats = QueueSettings("sales", {"mending": 5}, channel="chat")
    more = {
        "tech": replace(SETTINGS.acd.queues["tech"], plan=(Step(after=30.0, needs={"tv": 1}),)),
        "vip": QueueSettings("vip", {"tv": 9}),
    }
    people = {
        name: replace(agent, display_name=f"Li {name}", team="day") for name, agent in SETTINGS.acd.agents.items()
    }
    thresholds = BoardSettings(QueueThresholds(waiting=Threshold(1, 2)), state_overstayed={"ready": DAY})
    acd = replace(SETTINGS.acd, queues=SETTINGS.acd.queues | more | {"sales": chats}, agents=people)
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


@every_look
async def test_the_board_is_for_everybody(site: Site, browser: Browser, language: str, theme: str, look: Look) -> None:
    calls(site, "c1", "c2")
    page = await supervisor(site, browser, language=language, theme=theme)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    asked = set[str]()
    page.on("request", lambda one: asked.add(one.url.split("/")[2]))

    await expect(page.locator(".mark.bad").first).to_be_visible()
    await look.at(page, "board")
    await page.locator('tr[data-row="tech"] button.figure').click()
    await page.locator("dialog tbody button").first.click()
    await expect(page.locator(".in-hand")).to_be_visible()
    await look.at(page, "board-waiting")
    await page.keyboard.press("Escape")
    site.happens(events.AgentSignedIn("1001"))
    leg = next(iter(site.plane.state.legs))
    site.happens(events.LegAnswered(leg))
    site.happens(events.Bridged("c1", leg))
    await page.locator('tr[data-row="1001"] button.figure').click()
    await page.locator("dialog select").first.select_option("PJSIP/1002")
    await look.at(page, "board-agent")
    await page.keyboard.press("Escape")
    await page.locator(".tabs button").last.click()
    await expect(page.locator(".plot canvas")).to_be_visible()
    await look.at(page, "board-history")
    await page.locator("tbody tr").last.locator("button.figure").nth(1).click()
    await expect(page.locator("dialog tbody tr")).to_have_count(1)
    await look.at(page, "board-behind")
    await page.goto(f"{site.url}/board?wall")
    await expect(page.locator(".wall-queues > li")).to_have_count(3)
    await expect(page.locator("button, input, select")).to_have_count(0)
    await look.at(page, "wallboard")
    assert asked == {site.url.split("/")[2]}
    assert errors == []


async def test_the_worst_talks_of_the_day_and_what_was_heard_of_one(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    await page.locator(".tabs button").last.click()
    await page.get_by_role("button", name="Worst talks").click()
    row = page.locator("tbody tr")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("PJSIP/trunk")
    await expect(row).to_contain_text("4.8 %")
    assert await axe(page) == []
    await row.get_by_role("button", name="c1").click()
    heard = "PJSIP/trunk (switch): 3.8; Codec alaw, Loss 4.8 %, Jitter 21 ms, Round trip 180 ms"
    await expect(page.locator("dialog")).to_contain_text(heard)
    assert await axe(page) == []
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("dialog")).to_have_count(0)


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


async def talks(site: Site, page: Page) -> Locator:
    """Agent 1001 talks with a caller; the dialog about them."""
    site.all_for_the_plane = True
    calls(site, "c1")
    site.happens(events.AgentSignedIn("1001"))
    (leg,) = site.plane.state.legs
    site.happens(events.LegAnswered(leg))
    site.happens(events.Bridged("c1", leg))
    await expect(page.locator('tr[data-row="1001"]')).to_contain_text("Connected")
    await page.get_by_role("button", name="Li 1001 (1001)").focus()
    await page.keyboard.press("Enter")
    return page.get_by_role("dialog")


async def test_a_supervisor_goes_on_a_talk_from_mode_to_mode_and_is_told_what_their_phone_does(
    site: Site, browser: Browser
) -> None:
    page = await supervisor(site, browser)
    dialog = await talks(site, page)
    await expect(dialog).to_contain_text("No phone is yours")
    listen, whisper, stop = (dialog.get_by_role("button", name=name) for name in ("Listen", "Whisper", "Stop"))
    await expect(listen).to_be_disabled()
    await dialog.get_by_label("Phone that rings").select_option("PJSIP/1002")
    await expect(dialog).to_contain_text("The phone of 1002 (PJSIP/1002) will ring")
    await listen.press("Enter")
    mine = dialog.locator("output.mine")
    await expect(mine).to_have_text("Your phone (PJSIP/1002) rings: pick it up.")
    (monitor,) = site.plane.state.monitors
    site.happens(events.MonitorJoined(monitor))
    await expect(mine).to_contain_text("You hear both; nobody hears you.")
    await expect(listen).to_have_attribute("aria-pressed", "true")
    await whisper.press("Enter")
    await expect(mine).to_contain_text("The agent hears you, the caller does not.")
    assert site.plane.state.monitors[monitor].mode == "whisper"
    await page.keyboard.press("Escape")
    await expect(page.locator(".on-talk")).to_contain_text("Agent 1001: The agent hears you")
    await expect(page.locator('tr[data-row="1001"]')).to_contain_text("whispers")
    await expect(page.locator('tr[data-row="1002"]')).to_contain_text("on another agent's talk")
    await page.locator(".on-talk").get_by_role("button", name="Open").press("Enter")
    await stop.press("Enter")
    await expect(mine).to_have_text("You have left the talk.")
    await expect(stop).to_be_disabled()
    assert site.plane.state.monitors == {}

    await listen.press("Enter")
    await expect(mine).to_contain_text("rings")
    (monitor,) = site.plane.state.monitors
    site.happens(events.MonitorEnded(monitor))
    await expect(mine).to_have_text("Your phone was not picked up, or could not be reached.")
    await listen.press("Enter")
    await expect(mine).to_contain_text("rings")
    (monitor,) = site.plane.state.monitors
    site.happens(events.MonitorJoined(monitor))
    await expect(mine).to_contain_text("You hear both")
    site.happens(events.CallEnded("c1"))
    await expect(mine).to_have_text("The talk is over.")
    await expect(listen).to_be_disabled()


async def test_what_can_not_be_done_is_told_in_words(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    dialog = await talks(site, page)
    await dialog.get_by_label("Phone that rings").select_option("PJSIP/1002")
    site.all_for_the_plane = False
    site.happens(events.SwitchLost())
    await dialog.get_by_role("button", name="Barge in").press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("The switch is not reached. Try again in a moment.")


async def test_another_state_is_forced_by_name(site: Site, browser: Browser) -> None:
    page = await supervisor(site, browser)
    dialog = await talks(site, page)
    await dialog.get_by_label("Reason").fill("training")
    await dialog.get_by_role("button", name="Pause").press("Enter")
    await expect(dialog).to_contain_text("then: Paused")
    asked = [event for event in site.told if isinstance(event, events.AgentPaused)]
    assert [(event.agent, event.reason, bool(event.by)) for event in asked] == [("1001", "training", True)]
    await dialog.get_by_role("button", name="Make ready").press("Enter")
    await expect(dialog).not_to_contain_text("then:")
    await dialog.get_by_role("button", name="Sign out").press("Enter")
    await expect(dialog).to_contain_text("then: Signed out")
    await expect(dialog).to_contain_text("signs in themselves")


async def test_the_number_of_those_who_wait_leads_to_them_and_they_are_taken_in_hand(
    site: Site, browser: Browser
) -> None:
    site.all_for_the_plane = True
    page = await supervisor(site, browser)
    calls(site, "c1", "c2")
    await page.locator('tr[data-row="tech"]').get_by_role("button", name="2").press("Enter")
    dialog = page.get_by_role("dialog")
    rows = dialog.locator("tbody tr")
    await expect(dialog.get_by_role("heading").first).to_have_text("Waiting, tech: 2")
    await expect(rows.first).to_contain_text("13800000001")
    calls(site, "c3")
    await expect(rows).to_have_count(3)

    await dialog.get_by_role("button", name="c3").press("Enter")
    await dialog.get_by_label("Priority").fill("7")
    await dialog.get_by_role("button", name="Set priority").press("Enter")
    await expect(rows.first).to_contain_text("c3")
    await expect(dialog.get_by_role("status")).to_have_text("Ordered for c3.")
    await dialog.get_by_role("group").get_by_text("Why does this contact wait?").click()
    await expect(dialog.locator(".one")).to_contain_text("c3 in en")

    await dialog.get_by_label("To queue").select_option("vip")
    await dialog.get_by_role("button", name="Move").press("Enter")
    await expect(dialog).to_contain_text("c3 waits here no more.")
    await expect(rows).to_have_count(2)

    site.happens(events.DeviceLost("PJSIP/1003"))
    site.happens(events.DeviceFound("PJSIP/1003"))
    await dialog.get_by_role("button", name="c2").press("Enter")
    await dialog.get_by_label("As far as").select_option(label="after 30 s: needs tv >= 1")
    await dialog.get_by_role("button", name="Advance").press("Enter")
    await expect(rows.nth(1)).to_contain_text("needs tv >= 1")
    site.happens(events.AgentSignedIn("1001"))
    await expect(rows.first).to_contain_text("offered to 1001")
    await dialog.get_by_label("For agent").select_option("1001")
    await dialog.get_by_role("button", name="Assign").press("Enter")
    await expect(rows.nth(1)).to_contain_text("for 1001 alone")
    await dialog.get_by_role("button", name="c1").press("Enter")
    await dialog.get_by_role("button", name="Move").press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("waits no more")


async def test_agents_see_nothing_of_it(site: Site, browser: Browser) -> None:
    page = await (await window(browser)).new_page()
    served: Served = SimpleNamespace(url=site.url, token={"Authorization": f"Bearer {TOKEN}"})
    await sign_in_at(f"{site.url}/board", page, *await add_user(served, "1001"))
    await expect(page.locator("main")).to_have_text("The board is for supervisors and admins.")


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
