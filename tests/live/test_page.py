"""A caller's phone has a browser too: what happens on the page and what is heard are one."""

import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from tandem.ivr.speech import speak
from tandem.service.flow_files import read_file
from tandem.store import queries
from tandem.store.models import Form, OutboxItem
from tests.live.browser import chromium, phone
from tests.live.centre import CENTRE, HOTLINE, LiveCentre, live_centre
from tests.phones import Line

pytestmark = pytest.mark.live

FLOWS = Path(__file__).parent / "page_flows"
LINE = CENTRE.replace('{"4008": hotline}', '{"4008": line}')
FORM = "booking/form"
AT_ONCE = 1.0
"""Seconds, on a busy machine; a twentieth of it on a quiet one."""
Note = Callable[[str, object], None]


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A line that has its installations booked on a page."""
    async with live_centre(tmp_path, LINE, flows=FLOWS) as running:
        yield running
        await running.check_books()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


async def test_who_books_on_the_page_is_served_by_themselves_with_and_without_a_script(
    centre: LiveCentre, browser: Browser, record_property: Note
) -> None:
    for link, script in enumerate((True, False), start=1):
        line = await waiting_with_a_link(centre, f"1380000000{link}")
        page = await phone(browser, await newest_url(centre, link), script=script)
        await expect(page.locator("h1")).to_have_text("预约安装")
        await expect(page.locator("#status")).to_contain_text("第 1 位")
        await page.click("button.main")
        await expect(page.locator(".error")).to_have_count(4)
        await fill_in(page)
        began = time.monotonic()
        await page.click("button.main")
        await hears(centre, line, "booked")
        record_property("seconds from the button to the first two of the voice", time.monotonic() - began)
        await expect(page.locator("h1")).to_have_text("已完成，谢谢您")
        await line.ended(20)
        await centre.idle()

    assert {contact.outcome for contact in (await centre.contacts()).values()} == {"contained"}
    (figures,) = await centre.records(queries.intervals)
    assert (figures.offered, figures.self_served, figures.abandoned) == (2, 2, 0)
    forms = await centre.rows(Form)
    assert [(form.form, form.submitted) for form in forms] == [(FORM, True)] * 2
    assert json.loads(forms[0].content)["address"] == "南京路 100 号 5 室"


async def test_who_is_stuck_gets_an_agent_who_sees_the_half_filled_form(centre: LiveCentre, browser: Browser) -> None:
    line = await waiting_with_a_link(centre)
    page = await phone(browser, await newest_url(centre, 1))
    await page.fill("[name='f.name']", "王小明")
    await page.click("text=转人工客服")
    await hears(centre, line, "person")
    await expect(page.locator("h1")).to_have_text("客服马上为您服务")
    agent = await centre.agent("1001")
    talk = await agent.answers()
    (call,) = (await centre.state())["calls"]
    assert call["pages"][0]["forms"] == {FORM: {"name": "王小明", "address": "", "day": ""}}
    assert (call["pages"][0]["outcome"], call["agent"]) == ("stuck", "1001")
    await talk.hang_up()
    await line.ended(10)
    await centre.idle()
    (form,) = await centre.rows(Form)
    assert (json.loads(form.content)["name"], form.submitted) == ("王小明", False)
    steps = [step.what for step in await centre.records(queries.timeline, call["call"])]
    assert [what for what in steps if what in ("page form", "page stuck", "talk ended")] == [
        "page form", "page stuck", "talk ended",
    ]  # fmt: skip


async def test_a_page_without_a_flow_of_its_own_and_the_voice_go_together(
    centre: LiveCentre, browser: Browser, record_property: Note
) -> None:
    line = await (await centre.caller()).dial(HOTLINE)
    await hears(centre, line, "menu")
    await line.press("2")
    page = await phone(browser, await newest_url(centre, 1))
    await expect(page.locator("h1")).to_have_text("您想查询什么？")
    await hears(centre, line, "level")

    await page.evaluate(MARK_CHANGES)
    pressed = time.time()
    await line.press("1")
    await expect(page.locator(".card")).to_contain_text("三千二百个积分")
    moved = float(await page.evaluate("window.changedAt")) / 1000 - pressed
    record_property("seconds from the key to the page", moved)
    assert moved < AT_ONCE
    await hears(centre, line, "your_points")
    await hears(centre, line, "level")

    began = time.monotonic()
    await page.click("text=查询等级")
    await hears(centre, line, "your_rank")
    record_property("seconds from the button to the first two of the voice", time.monotonic() - began)
    await line.hang_up()
    await expect(page.locator("h1")).to_have_text("通话已结束")
    await centre.idle()


async def test_a_killed_controller_loses_nothing_of_a_form(centre: LiveCentre, browser: Browser) -> None:
    line = await waiting_with_a_link(centre)
    page = await phone(browser, await newest_url(centre, 1))
    await fill_in(page)
    await expect(page.locator("#note")).to_have_text("已保存")
    await centre.kill_controller()
    await page.fill("[name='f.name']", "李小红")
    await expect(page.locator("#note")).to_have_text("网络已断开，正在重试……")
    await centre.start_controller()
    await expect(page.locator("#note")).to_have_text("已保存")
    await page.reload()
    await expect(page.locator("[name='f.name']")).to_have_value("李小红")
    await expect(page.locator("[name='f.address']")).to_have_value("南京路 100 号 5 室")
    await centre.until(lambda state: not state["calls"][0]["away"], "the caller to be back")
    await page.click("button.main")
    await hears(centre, line, "booked")
    await line.ended(20)
    await centre.idle()
    (item,) = await centre.rows(OutboxItem)
    assert (item.state, item.attempts) == ("delivered", 1)


MARK_CHANGES = """new MutationObserver(() => { window.changedAt = Date.now() })
    .observe(document.body, {childList: true, subtree: true})"""


async def waiting_with_a_link(centre: LiveCentre, number: str = "13800000001") -> Line:
    """A caller who has the link to a booking, and waits in the queue."""
    line = await (await centre.caller(number)).dial(HOTLINE)
    await hears(centre, line, "menu")
    await line.press("1")
    await centre.call_is(number, "queued")
    return line


async def newest_url(centre: LiveCentre, count: int) -> str:
    """The address in the newest of `count` links, once it was sent."""
    await centre.until_links(count)
    newest: dict[str, Any] = (await centre.outbox())[0]
    return str(newest["url"])


async def fill_in(page: Page) -> None:
    """All that the form asks for."""
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=2)
    await page.fill("[name='f.name']", "王小明")
    await page.fill("[name='f.address']", "南京路 100 号 5 室")
    await page.fill("[name='f.day']", str(tomorrow))
    await page.check("[value=low]")


async def hears(centre: LiveCentre, line: Line, text: str) -> None:
    """The caller hears a text of the flow."""
    flow = read_file(FLOWS / "line.yaml")
    (utterance,) = speak(flow, text, "zh-CN", {})[0]
    await line.hears(await centre.sound(utterance), 15)
