"""The chat widget on a shop's page of another site, in a real browser, before a real plane."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Download, Page, Route, expect

from demo.shop_page import shop_page
from tandem.acd.settings import QueueSettings
from tandem.control import commands, events
from tandem.control.settings import CannedAnswer
from tandem.service.config import PROJECT
from tandem.service.flow_files import flows_of
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import SETTINGS
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated
from tests.live.browser import PHONE
from tests.web.desks import Served, add_user, contacts, is_in, sign_in, window
from tests.web.pictures import Look, every_look

pytestmark = pytest.mark.live

PICTURE = {"name": "my television.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(40_000)}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """The HTTP side before a real plane with the demo's online desk, without a switch."""
    database = await migrated(tmp_path / "records.sqlite3")
    site = Site(Outbox(database), UserStore(database))
    site.built = PROJECT / "web/dist"
    site.all_for_the_plane = True
    queue = QueueSettings("online", {"tv": 2}, ring_seconds=60.0, channel="chat")
    hello = CannedAnswer({"zh-CN": "{customer}您好，我是{agent}。", "en": "Hello {customer}, this is {agent}."})
    settings = msgspec.structs.replace(
        SETTINGS,
        lines={"web": "online"},
        acd=msgspec.structs.replace(SETTINGS.acd, queues={"online": queue}),
        canned_answers={"hello": hello},
    )
    site.happens(events.SettingsLoaded(settings))
    flow = next(flow for flow in flows_of(PROJECT / "flows") if flow.name == "online")
    site.happens(events.FlowPublished(flow))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001",)))
    async with site.running():
        yield site
    await database.dispose()


class Shop:
    """A customer's page of the shop, and what is in its widget."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launch = page.locator("#tandem-chat .launch")
        self.dialog = page.get_by_role("dialog")
        self.log = self.dialog.get_by_role("log")
        self.text = self.dialog.locator("textarea")
        self.status = self.dialog.get_by_role("status")

    async def choose(self, label: str) -> None:
        await self.dialog.get_by_role("group").get_by_role("button", name=label, exact=True).click()


ZH = {
    "path": "",
    "agent": "人工客服",
    "hello": "王小明您好，我是Li Na。",
    "typing": "正在输入",
    "ended": "会话已结束",
    "past": "上一次会话",
    "welcome": "欢迎光临云岭",
    "in talk": "客服正在为您服务",
    "new": "开始新的会话",
}
EN = {
    "path": "/en",
    "agent": "Speak with someone",
    "hello": "Hello Ann Miller, this is Li Na.",
    "typing": "is writing",
    "ended": "The chat has ended",
    "past": "From your last chat",
    "welcome": "welcome to Yunling",
    "in talk": "You are talking with an agent",
    "new": "Begin a new chat",
}


@every_look
async def test_from_the_bot_to_an_agent_a_file_each_way_and_the_survey_over_a_reload(
    site: Site, browser: Browser, language: str, theme: str, look: Look
) -> None:
    words = {"zh-CN": ZH, "en": EN}[language]
    served: Served = SimpleNamespace(url=site.url, token={"Authorization": f"Bearer {TOKEN}"})
    desk = await (await window(browser, language, theme)).new_page()
    await sign_in(desk, served, *await add_user(served, "1001"))
    await desk.click("section.agent button.main")
    await is_in(desk, "ready")
    async with shop_page(site.url, 0) as address:
        site.chat_origins.add(address)
        shop = Shop(await (await window(browser, language, theme)).new_page())
        troubles = list[str]()
        shop.page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        await shop.page.goto(f"{address}{words['path']}")
        await shop.launch.focus()
        await shop.page.keyboard.press("Enter")
        await expect(shop.text).to_be_focused()
        await expect(shop.log).to_contain_text(words["welcome"])
        await look.at(shop.page, "widget-bot")
        await shop.page.keyboard.press("Escape")
        await expect(shop.dialog).to_be_hidden()
        await expect(shop.launch).to_be_focused()
        await shop.launch.click()
        await shop.choose(words["agent"])

        contact = contacts(desk)
        await expect(contact).to_have_class("contact offered chat")
        await desk.keyboard.press("Alt+a")
        await expect(shop.status).to_contain_text(words["in talk"])
        answer = contact.locator("textarea")
        came = asyncio.Event()
        await desk.route("**/canned-answers", lambda route: late(route, came))
        await answer.fill("/he")
        await answer.press("Enter")
        await expect(answer).to_have_value("/he")
        came.set()
        await expect(contact.get_by_role("option")).to_have_count(1)
        await look.at(desk, "desk-canned")
        await answer.press("Enter")
        await expect(answer).to_have_value(words["hello"])
        await answer.press("Enter")
        await expect(shop.log).to_contain_text(words["hello"])
        await answer.press("x")
        await expect(shop.dialog.locator(".typing")).to_contain_text(words["typing"])
        await answer.fill("")

        await shop.text.press_sequentially("TV")
        await expect(contact.locator(".typing")).not_to_be_empty()
        await shop.text.press("Enter")
        await expect(contact.locator(".messages")).to_contain_text("TV")
        await expect(contact.locator(".typing")).to_be_empty()
        await desk.locator("header .settings button").first.focus()
        await shop.page.locator("#tandem-chat input[type=file]").set_input_files(PICTURE)  # type: ignore[arg-type]
        link = contact.get_by_role("link", name="my television.png")
        await expect(link).to_be_visible()
        await expect(contact.locator(".chip.unread")).to_contain_text("1")
        await look.at(desk, "desk-chat")
        async with desk.expect_download() as download:
            await link.click()
        assert await saved(await download.value) == PICTURE["buffer"]
        await expect(contact.locator(".chip.unread")).to_have_count(0)
        pdf = {"name": "guide.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 guide"}
        await contact.locator("input[type=file]").set_input_files(pdf)  # type: ignore[arg-type]
        got = shop.log.get_by_role("button", name="guide.pdf")
        async with shop.page.expect_download() as download:
            await got.click()
        assert await saved(await download.value) == b"%PDF-1.7 guide"
        await contact.locator("input[type=file]").set_input_files(
            {"name": "a.png", "mimeType": "image/png", "buffer": b"MZ"}
        )
        await expect(contact.locator(".answer .problem")).to_be_visible()
        await look.at(shop.page, "widget-agent")

        before = await shop.log.locator(".message").count()
        await shop.page.reload()
        await expect(shop.dialog).to_be_visible()
        await expect(shop.log.locator(".message")).to_have_count(before)
        await expect(shop.log).to_contain_text(words["hello"])
        await contact.get_by_role("button").last.click()
        await shop.choose("5")
        await look.at(shop.page, "widget-survey")
        await shop.choose("1")
        await expect(shop.status).to_contain_text(words["ended"])
        answers = [told for told in site.recorded if isinstance(told, commands.RecordAnswer)]
        assert [answer.answer for answer in answers] == ["5", "1"]
        await shop.dialog.get_by_role("button", name=words["new"]).click()
        await expect(shop.log).to_contain_text(words["past"])
        await expect(shop.dialog.get_by_role("group").get_by_role("button")).to_have_count(4)
        assert troubles == []


async def test_the_shops_page_and_the_widget_leave_each_other_as_they_are(site: Site, browser: Browser) -> None:
    looks = """() => [...document.querySelectorAll('body, header, main, li')].map(one => {
        const {font, color, backgroundColor, letterSpacing} = getComputedStyle(one)
        return [font, color, backgroundColor, letterSpacing] })"""
    async with shop_page(site.url, 0) as address:
        site.chat_origins.add(address)
        page = await (await window(browser, "en")).new_page()
        await page.route("**/widget.js", lambda route: route.abort())
        await page.goto(f"{address}/en")
        before = await page.evaluate(looks)
        await page.unroute("**/widget.js")
        await page.goto(f"{address}/en")
        shop = Shop(page)
        await shop.launch.click()
        assert await page.evaluate(looks) == before
        own = await shop.launch.evaluate(
            "one => [getComputedStyle(one).fontFamily, getComputedStyle(one).letterSpacing]"
        )
        assert "Georgia" not in own[0] and own[1] == "normal"
        assert await shop.launch.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(156, 28, 47)"


async def test_a_page_of_a_site_that_is_not_allowed_reaches_no_chat_and_says_so(site: Site, browser: Browser) -> None:
    async with shop_page(site.url, 0) as address:
        page = await (await window(browser, "en")).new_page()
        await page.goto(f"{address}/en")
        shop = Shop(page)
        await shop.launch.click()
        await expect(shop.status).to_contain_text("can't be reached")
        assert not [told for told in site.told if isinstance(told, events.ChatBegan)]


@every_look
async def test_on_a_phone_the_dialog_fills_the_screen(
    site: Site, browser: Browser, language: str, theme: Any, look: Look
) -> None:
    words = {"zh-CN": ZH, "en": EN}[language]
    async with shop_page(site.url, 0) as address:
        site.chat_origins.add(address)
        shop = Shop(await (await window(browser, language, theme, on_phone=True)).new_page())
        await shop.page.goto(f"{address}{words['path']}")
        await shop.launch.tap()
        await expect(shop.log).to_contain_text(words["welcome"])
        assert await shop.dialog.bounding_box() == {"x": 0, "y": 0, **PHONE}
        await look.at(shop.page, "widget-phone")


async def late(route: Route, came: asyncio.Event) -> None:
    """An answer of the centre that takes its time."""
    await came.wait()
    await route.continue_()


async def saved(download: Download) -> bytes:
    """The content of a file that a browser saved."""
    return await asyncio.to_thread(Path(await download.path()).read_bytes)
