"""The agent's desktop in a real browser, at the real centre, with real calls."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.cti.customers import Customer, connection
from tests.live.centre import HOTLINE, LiveCentre, live_centre
from tests.web.desks import (
    DESK_CENTRE,
    LIVE,
    at_work,
    axe,
    contacts,
    is_in,
    state,
)

pytestmark = pytest.mark.live


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """A centre whose agents may pause for two reasons, and make their wrap-up longer."""
    async with live_centre(tmp_path, DESK_CENTRE) as running:
        yield running
        await running.check_books()


async def test_a_call_from_the_pop_to_the_next_ready_through_a_reload_and_a_kill(
    centre: LiveCentre, browser: Browser
) -> None:
    agent = await centre.lab.agent("1001", centre.password("1001"))
    page = await at_work(browser, centre)
    line = await centre.dial_service(await centre.caller("2002" * 3))
    contact = contacts(page)
    await expect(contact).to_have_class("contact offered voice")
    await expect(contact.locator("h2")).to_have_text("2002" * 3)
    await expect(contact.locator(".facts")).to_contain_text("service")
    await expect(contact.locator(".path li").first).to_contain_text("Came in")
    await expect(page).to_have_title(f"● Contact: {'2002' * 3}")
    talk = await agent.answers()
    await is_in(page, "connected")
    await expect(contact).to_have_class("contact connected voice")
    await talk.hold()
    await is_in(page, "hold")
    await talk.resume()
    await is_in(page, "connected")

    await page.reload()
    await is_in(page, "connected")
    await expect(contact.locator("h2")).to_have_text("2002" * 3)
    await page.keyboard.press("Alt+p")
    await page.click("text=lunch")
    await expect(state(page)).to_contain_text("Then: pause: lunch")
    await page.keyboard.press("Alt+r")
    await expect(state(page)).to_contain_text("Then: ready")

    await page.evaluate("window.neverReloaded = true")
    await centre.kill_controller()
    await expect(page.locator(".health")).to_have_class("health stale")
    await expect(page.locator(".notice.warn")).to_be_visible()
    await centre.start_controller()
    await expect(page.locator(".health")).to_have_class("health live", timeout=LIVE)
    assert await page.evaluate("window.neverReloaded")
    await is_in(page, "connected")

    await line.hang_up()
    await is_in(page, "wrap_up", LIVE)
    await expect(contact).to_have_count(0)
    await expect(state(page)).to_contain_text("0:5")
    await page.keyboard.press("Alt+m")
    await expect(state(page)).to_contain_text("1:5")
    await page.keyboard.press("Alt+r")
    await is_in(page, "ready")
    await talk.ended()

    await page.keyboard.press("Alt+p")
    await page.click("text=training")
    await is_in(page, "paused")
    await expect(state(page)).to_contain_text("training")
    await page.keyboard.press("Alt+r")
    await is_in(page, "ready")


async def test_who_is_calling_is_shown_with_what_was_before(centre: LiveCentre, browser: Browser) -> None:
    number = "13800000001"
    first = await centre.dial_menu(await centre.caller(number))
    await first.hang_up()
    await centre.idle()
    await centre.until_recorded()
    ann = {"name": "Ann", "tier": "gold", "tags": ["tv"], "identities": [{"kind": "phone", "value": number}]}
    assert (await centre.ask("POST", "/customers", ann))[0] == 201
    agent = await centre.lab.agent("1001", centre.password("1001"))
    page = await at_work(browser, centre)
    line = await centre.dial_service(await centre.caller(number))
    customer = contacts(page).locator("section.customer")
    await expect(customer.locator(".chips")).to_have_text("Anngoldtv")
    await expect(customer.locator(".past li")).to_have_count(1)
    await expect(customer.locator(".past li")).to_contain_text("Call")
    await expect(customer.locator(".past li")).to_contain_text("hung up in the menu")
    await customer.get_by_role("button", name="All contacts").click()
    await expect(customer.get_by_role("button")).to_have_count(0)
    await expect(customer.locator(".past li")).to_have_count(1)
    assert await axe(page) == []
    talk = await agent.answers()
    await line.hang_up()
    await talk.ended()


async def test_one_window_works_at_a_desk_and_another_takes_it_over_on_purpose(
    centre: LiveCentre, browser: Browser
) -> None:
    await centre.lab.agent("1001", centre.password("1001"))
    first = await at_work(browser, centre)
    second = await first.context.new_page()
    await second.goto(f"{centre.url}/desk")
    await expect(second.locator("h1")).to_have_text("This desk is open somewhere else")
    await second.get_by_role("button", name="Only watch").click()
    await is_in(second, "ready")
    await expect(second.locator("section.agent button").first).to_be_disabled()
    await second.get_by_role("button", name="Take over").click()
    await expect(first.locator(".notice").first).to_contain_text("in another window now")
    await expect(first.locator("section.agent button").nth(1)).to_be_disabled()
    await second.keyboard.press("Alt+p")
    await second.click("text=lunch")
    for page in (first, second):
        await is_in(page, "paused")


async def test_chats_side_by_side_and_a_draft_that_survives_a_reload(centre: LiveCentre, browser: Browser) -> None:
    await centre.lab.agent("1001", centre.password("1001"))
    page = await at_work(browser, centre)
    async with connection(centre.url) as ann, connection(centre.url) as bob:
        await write_in(ann, "Ann", "13800000001")
        await expect(contacts(page)).to_have_class("contact offered chat")
        await page.keyboard.press("Alt+a")
        await ann.until("state", state="connected")
        await write_in(bob, "Bob", "13800000002")
        await expect(contacts(page)).to_have_count(2)
        await page.keyboard.press("Alt+a")
        await bob.until("state", state="connected")
        to_ann, to_bob = (contacts(page).filter(has_text=name) for name in ("Ann", "Bob"))
        await to_ann.locator("textarea").fill("你好 Ann")
        await to_ann.locator("textarea").press("Enter")
        await ann.until("message", text="你好 Ann")
        await to_bob.locator("textarea").fill("half an ans")
        await page.reload()
        await expect(to_bob.locator("textarea")).to_have_value("half an ans")
        await to_bob.locator("textarea").fill("one")
        await to_bob.locator("textarea").press("Enter")
        await to_bob.locator("textarea").fill("two")
        await to_bob.locator("textarea").press("Enter")
        await bob.until("message", text="one")
        await bob.until("message", text="two")
        await expect(to_bob.locator(".pending")).to_have_count(0)
        await ann.says(3, "thanks")
        await expect(to_ann.locator(".messages")).to_contain_text("thanks")
        await to_ann.locator("text=End the chat").click()
        await expect(contacts(page)).to_have_count(1)


async def write_in(customer: Customer, name: str, number: str) -> None:
    """A customer writes, and asks for a person."""
    await customer.send("hello", line=HOTLINE, name=name, language="zh-CN", number=number)
    await customer.until("welcome")
    await customer.says(1, "3")
    await customer.says(2, "1")
    await customer.until("state", state="queued")
