"""A flow built in the browser is dialled: a real centre, a real Chromium, a real phone."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tandem.ivr.reader import read_flow
from tandem.ivr.speech import speak
from tests.live.browser import chromium
from tests.live.centre import CENTRE, live_centre
from tests.web.editors import add, at_editor, begin, field, named

pytestmark = pytest.mark.live

NIGHT = "4010"
SAID = "这里是夜间服务，请明天再来电。"


async def test_a_flow_built_in_the_editor_answers_with_its_own_words(tmp_path: Path) -> None:
    lines = CENTRE.replace('lines: {"4008": hotline}', f'lines: {{"4008": hotline, "{NIGHT}": night}}')
    async with live_centre(tmp_path, lines) as centre, chromium() as browser:
        page = await at_editor(browser, centre)
        await begin(page, "night")
        await add(page, "say")
        text = page.locator(".field", has=field(page, "nodes.say.text"))
        await text.get_by_role("button", name="New text").click()
        await text.locator("textarea[lang=zh-CN]").fill(SAID)
        await text.locator("textarea[lang=en]").fill("We are closed at night.")
        await field(page, "nodes.say.next").select_option("goodbye")
        await named(page, "Begin here").click()
        await expect(page.locator("#why-not")).to_be_empty()
        await named(page, "Publish").click()
        await expect(page.locator(".bar output")).to_have_text("Version 1 is in force.")
        await page.click("#tab-text")
        source = await page.locator(".source textarea").input_value()
        (first, *_), _ = speak(read_flow(source, "night.yaml"), "say", "zh-CN", {})
        assert first.text == SAID
        line = await (await centre.caller("13800000009")).dial(NIGHT)
        await line.hears(await centre.sound(first), 20)
        await line.ended()
        await centre.check_books()
