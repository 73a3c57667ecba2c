"""The quarter-hour dispatch in a real browser, before a real plane: looked at, applied, taken back, measured."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page, expect

from tandem.control import events
from tandem.control.dispatch.loan import Change, Effect, Figure
from tandem.control.dispatch.outlook import GroupOutlook, Outlook, Quarter, QueueOutlook
from tandem.cti import boards
from tandem.cti.board_protocol import Process
from tandem.service.config import PROJECT
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.dispatch import proposal
from tests.control.playbook import SETTINGS
from tests.cti.sites import Site
from tests.databases import migrated
from tests.web.desks import axe
from tests.web.operators import supervisor
from tests.web.pictures import Look, every_look

pytestmark = pytest.mark.live
WORDS = {
    "en": "move 2 of day from chat to tech until 11:15: tech: service level 71% -> 82%, mean wait 40 s -> 22 s",
    "zh-CN": "将day的2名坐席从chat调到tech,至11:15:tech:服务水平71% -> 82%,平均等待40秒 -> 22秒",
}
TABS = {"en": "Dispatch", "zh-CN": "调度"}


def quarters(now: float) -> tuple[Quarter, ...]:
    """A day from eight quarter-hours before now to sixteen after, a hump with a band."""
    first = now // 900 * 900 - 8 * 900
    counts = [round(40 - (number - 11) ** 2 / 5) for number in range(24)]
    over = [Quarter(first + 900 * number, count + number % 3) for number, count in enumerate(counts[:8])]
    ahead = [
        Quarter(first + 900 * number, None, float(count), count - 7, count + 8, count // 4 + 2)
        for number, count in enumerate(counts[8:], 8)
    ]
    return tuple(over + ahead)


def outlook(now: float) -> Outlook:
    level, better = Figure(0.71, 0.66, 0.76), Figure(0.82, 0.78, 0.86)
    before, after = Effect(level, Figure(40.0, 31.0, 49.0)), Effect(better, Figure(22.0, 18.0, 26.0))
    one = proposal(8, now + 3600, words=WORDS, changes=(Change("tech", before, after),))
    tech = QueueOutlook("tech", 7, 1.12, 1.18, 0.64, 0.8, 20.0, 9, quarters(now))
    groups = GroupOutlook("day", 6, 8), GroupOutlook("night", 3, None)
    return Outlook(now, now + 3600, (tech, replace(tech, queue="chat")), groups, (one,), ("new",))


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(boards, "EVERY", 0.2)
    database = await migrated(tmp_path / "records.sqlite3")
    site = Site(Outbox(database), UserStore(database), database)
    site.now = time.time()
    site.built = PROJECT / "web/dist"
    site.all_for_the_plane = True
    site.happens(events.SettingsLoaded(SETTINGS))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001", "PJSIP/1002")))
    for name in ("1001", "1002"):
        site.happens(events.AgentSignedIn(name))
    site.dispatch.outlook = outlook(site.now)
    async with site.running():
        yield site
    await database.dispose()


async def panel(site: Site, browser: Browser, language: str = "en", theme: str = "light") -> Page:
    page = await supervisor(site, browser, language=language, theme=theme)
    await page.get_by_role("button", name=TABS[language]).click()
    await expect(page.locator(".dispatch .plot canvas")).to_have_count(2)
    return page


@every_look
async def test_the_dispatch_is_for_everybody(
    site: Site, browser: Browser, language: str, theme: str, look: Look
) -> None:
    over = proposal(5, site.now + 60, words=WORDS, agents=1, changes=outlook(site.now).proposals[0].changes)
    site.happens(events.ProposalApplied(over, "mei"))
    site.now += 60
    site.happens(events.TimePassed())
    running = replace(over, number=6, until=site.now + 1800)
    site.happens(events.ProposalApplied(running, "mei"))
    page = await panel(site, browser, language, theme)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await expect(page.locator(".proposals li > p")).to_have_text(WORDS[language])
    await expect(page.locator(".loans.over li")).to_have_count(1)
    await look.at(page, "board-dispatch")
    await page.locator(".proposals button").click()
    assert await axe(page) == []
    assert errors == []


async def test_a_proposal_is_applied_by_keyboard_measured_and_taken_back(site: Site, browser: Browser) -> None:
    page = await panel(site, browser)
    await expect(page.locator(".proposals")).to_contain_text(
        "tech: Service level 71 % (66 %–76 %) → 82 % (78 %–86 %), Mean wait 40 s (31–49) → 22 s (18–26)"
    )
    await page.get_by_role("button", name="Apply").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog")).to_contain_text(WORDS["en"])
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert site.plane.state.loans == {}
    await page.keyboard.press("Enter")
    await page.locator("dialog").get_by_role("button", name="Apply").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".loans li")).to_contain_text("1001, 1002; applied by agent")
    await expect(page.locator(".loans .left")).to_contain_text("left")
    await expect(page.get_by_text("No move would surely help.")).to_be_visible()
    await expect(page.locator(".loans")).to_contain_text("Not measured yet")
    site.now += 900
    site.happens(events.TimePassed())
    await expect(page.locator(".loans tbody tr")).to_contain_text("71 % (66 %–76 %), 40 s (31–49)")
    await page.get_by_role("button", name="Take back").click()
    await expect(page.locator(".loans.over")).to_contain_text("taken back by agent")
    await expect(page.get_by_text("Nobody is lent.")).to_be_visible()


async def test_a_new_outlook_comes_by_itself_and_a_failure_is_an_alarm(site: Site, browser: Browser) -> None:
    page = await panel(site, browser)
    await page.locator("select").last.select_option("chat")
    await expect(page.locator(".dispatch")).to_contain_text("Today is expected at 112 % of the 7 past days.")
    site.dispatch.outlook = replace(outlook(site.now + 1), proposals=())
    site.process = Process(outlook_made_at=site.now + 1)
    site.happens(events.AgentPaused("1001", "lunch"))
    await expect(page.get_by_text("No move would surely help.")).to_be_visible()
    site.dispatch.failed = "it took longer than 240 s"
    site.process = Process(outlook_made_at=site.now + 1, outlook_failed="it took longer than 240 s")
    site.happens(events.AgentWentReady("1001"))
    await expect(page.get_by_role("alert")).to_have_text("The last try failed: it took longer than 240 s")
    await page.get_by_role("button", name="Now").click()
    await expect(page.locator(".alarms")).to_contain_text("The dispatch was not worked out: it took longer than 240 s")
    await page.get_by_role("button", name="Dispatch").click()
    await page.get_by_role("button", name="Work it out anew").click()
    await expect(page.get_by_text("Being worked out …")).to_be_visible()
    assert site.dispatch.working
