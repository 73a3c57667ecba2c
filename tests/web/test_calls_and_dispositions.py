"""An agent calls a customer from the desktop, and says what it was about; in a real browser, with real calls."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tandem.store.models import Dial, Disposition
from tests.live.centre import HOTLINE, LiveCentre, live_centre
from tests.web.desks import at_work, axe, contacts, is_in

pytestmark = pytest.mark.live

OUTSIDE = "2001"
CENTRE = f"""
lines: {{"{HOTLINE}": hotline}}
queues:
  tech: {{needs: {{tech: 2}}}}
  service:
    needs: {{service: 1}}
    ring_seconds: 20
    wrap_up_seconds: 1
    disposition_required: true
    dispositions:
      solved: {{words: {{en: Solved, zh-CN: 已解决}}}}
      other: {{words: {{en: Something else}}, needs_note: true}}
    dial_out: {{ring_seconds: 20}}
agents:
  "1001": {{skills: {{tech: 3, service: 3}}}}
caller_phones: ["{OUTSIDE}"]
dial_plan: {{numbers: ["{OUTSIDE}"], caller_id: "{HOTLINE}"}}
"""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, CENTRE) as running:
        yield running
        await running.check_books()


async def test_an_agent_calls_a_customer_and_says_what_it_was_about(centre: LiveCentre, browser: Browser) -> None:
    agent = await centre.lab.agent("1001", centre.password("1001"))
    outside = await centre.lab.agent(OUTSIDE, centre.password(OUTSIDE))
    page = await at_work(browser, centre)
    await page.get_by_role("button", name="Call somebody").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("For the queue")).to_have_value("service")
    await dialog.get_by_label("Customer's number").fill("13800000001")
    await dialog.get_by_role("button", name="Call the customer").click()
    await expect(dialog.get_by_role("alert")).to_have_text("This number may not be called from here.")
    assert await axe(page) == []
    await dialog.get_by_label("Customer's number").fill(OUTSIDE)
    await dialog.get_by_role("button", name="Call the customer").click()
    await expect(dialog).to_have_count(0)
    talk = await agent.answers()
    customer = await outside.answers()
    await is_in(page, "connected")
    form = contacts(page).locator("form.disposition")
    await form.get_by_label("Solved").check()
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("button")).to_have_text("Saved")
    assert await axe(page) == []
    await customer.hang_up()
    await talk.ended()
    await is_in(page, "ready")

    line = await centre.dial_service(await centre.caller())
    talk = await agent.answers()
    await line.hang_up()
    await is_in(page, "wrap_up")
    form = page.locator("form.disposition")
    await expect(form).to_contain_text("needed before you are ready")
    await expect(page.get_by_role("button", name="Ready")).to_be_disabled()
    await page.reload()
    await form.get_by_label("Something else").check()
    await form.get_by_label("Note (needed)").fill("wants a brochure")
    assert await axe(page) == []
    await form.get_by_role("button", name="Save").click()
    await is_in(page, "ready")
    said = {(row.code, row.note) for row in await centre.rows(Disposition)}
    assert said == {("solved", ""), ("other", "wants a brochure")}
    assert [(row.number, row.outcome) for row in await centre.rows(Dial)] == [(OUTSIDE, "answered")]
