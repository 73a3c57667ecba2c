"""The pages, each in both languages, light and dark: for everybody, and with nothing from elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from playwright.async_api import Browser, expect

from tandem.acd.settings import QueueSettings
from tandem.control import events
from tandem.control.commands import SendLink
from tandem.ivr.reader import read_flow
from tandem.service.config import PROJECT
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.customers import Customer, connection
from tests.cti.page_flows import BEGIN, call_with_a_page
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated
from tests.web.desks import Served, add_user, contacts, is_in, sign_in, window
from tests.web.pictures import Look, every_look

pytestmark = pytest.mark.live


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """The HTTP side before a real plane, without a switch: what desktops do reaches it."""
    database = await migrated(tmp_path / "records.sqlite3")
    site = Site(Outbox(database), UserStore(database))
    site.built = PROJECT / "web/dist"
    site.all_for_the_plane = True
    chats = QueueSettings("tech", {"tv": 2}, ring_seconds=60.0, channel="chat")
    settings = msgspec.structs.replace(
        SETTINGS, lines={"4008": "line"}, acd=msgspec.structs.replace(SETTINGS.acd, queues={"tech": chats})
    )
    site.happens(events.SettingsLoaded(settings))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    site.happens(events.SwitchFound("boot-1", site.now, (), ("PJSIP/1001",)))
    async with site.running():
        yield site
    await database.dispose()


@every_look
async def test_the_pages_are_for_everybody(site: Site, browser: Browser, language: str, theme: str, look: Look) -> None:
    served: Served = SimpleNamespace(url=site.url, token={"Authorization": f"Bearer {TOKEN}"})
    page = await (await window(browser, language, theme)).new_page()
    asked = set[str]()
    page.on("request", lambda one: asked.add(one.url.split("/")[2]))
    await page.goto(f"{site.url}/desk")
    await expect(page.locator("h1")).to_be_visible()
    await look.at(page, "sign-in")
    await sign_in(page, served, *await add_user(served, "1001"))
    await page.click("section.agent button.main")
    await is_in(page, "ready")
    await look.at(page, "desk-empty")
    async with connection(site.url) as ann, connection(site.url) as bob:
        await write_in(ann, "王小明", "13800000001")
        await expect(contacts(page)).to_have_class("contact offered chat")
        await page.keyboard.press("Alt+a")
        await ann.until("state", state="connected")
        await ann.says(2, "电视没有图像，遥控器也没有反应。")
        await contacts(page).locator("textarea").fill("您好，请问电源灯亮吗？")
        await contacts(page).locator("textarea").press("Enter")
        await ann.until("message", text="您好，请问电源灯亮吗？")
        await write_in(bob, "Bob", "13800000002")
        await expect(contacts(page)).to_have_count(2)
        await look.at(page, "desk")
        await page.keyboard.press("Alt+k")
        await expect(page.locator("dialog")).to_be_visible()
        await look.at(page, "keys")
        await page.keyboard.press("Escape")
        await page.locator(".more > button").click()
        await look.at(page, "more")
        await page.keyboard.press("Escape")
        await expect(page.locator(".more .menu")).to_have_count(0)
        await expect(page.locator(".more > button")).to_be_focused()
    assert asked == {site.url.split("/")[2]}


@every_look
async def test_a_link_is_opened_on_a_phone(site: Site, browser: Browser, language: str, theme: str, look: Look) -> None:
    site.now = BEGIN
    call_with_a_page(site.plane, language=language)
    token = site.tokens.new()
    sent = SendLink("c1", 1, "booking", language, "{link}", "13812345678", "PJSIP/a-1")
    await site.outbox.add(sent, token, BEGIN)
    page = await (await window(browser, language, theme, on_phone=True)).new_page()
    await page.goto(f"{site.url}/l/{token}")
    await page.locator("button[value='1']").first.click()
    await expect(page.locator("input:visible").first).to_be_visible()
    await look.at(page, "link-form")


async def write_in(customer: Customer, name: str, number: str) -> None:
    """A customer writes, and asks for a person."""
    await customer.send("hello", line="4008", name=name, language="en", number=number)
    await customer.until("welcome")
    await customer.says(1, "2")
    await customer.until("state", state="queued")
