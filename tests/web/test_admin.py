"""The admin's rooms in a real browser, before a real plane and a real shelf of settings, without a switch."""

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tandem.control import events
from tandem.cti.outside_api import OutsideApi
from tandem.cti.prompts_api import PromptsApi
from tandem.cti.settings_api import SettingsApi
from tandem.cti.webhooks import Around, Webhooks
from tandem.cti.webhooks_api import WebhooksApi
from tandem.ivr.flow import Flow
from tandem.ivr.reader import read_flow
from tandem.service.config import PROJECT, Config
from tandem.service.outside import Outside
from tandem.service.prompt_shelf import PromptShelf
from tandem.service.settings_shelf import SettingsShelf
from tandem.store.outbox import Outbox
from tandem.store.records import Batch, RecordWriter
from tandem.store.settings_versions import SettingsStore
from tandem.store.users import Role, UserStore
from tandem.store.webhook_outbox import WebhookOutbox
from tandem.telephony.speech.espeak import Espeak
from tandem.telephony.speech.library import PromptLibrary
from tests.control.playbook import FLOW
from tests.cti.sites import TOKEN, Site
from tests.cti.test_accounts import PASSWORD, user
from tests.cti.test_webhooks import event
from tests.databases import migrated
from tests.live.browser import chromium
from tests.sounds import is_tone, tone
from tests.web.desks import window
from tests.web.pictures import Look, every_look

pytestmark = pytest.mark.live

CENTRE: dict[str, Any] = {
    "lines": {"4008": "line"},
    "queues": {
        "tech": {
            "needs": {"tv": 2},
            "wrap_up_seconds": 30,
            "plan": [
                {"after": 20, "needs": {"tv": 1}, "team": "blue"},
                {"when": {"measure": "length", "on": 10}, "offer": "callback"},
            ],
            "head_starts": {"vip": 90},
            "callback": {
                "zone": "Asia/Shanghai",
                "hours": {"monday-friday": "09:00-18:00"},
                "days": {"10-01": "closed"},
            },
        },
        "service": {"needs": {"service": 1}},
    },
    "agents": {
        "1001": {"display_name": "李娜", "skills": {"tv": 4}, "certified_until": {"tv": "2027-06-30"}, "team": "blue"},
        "1002": {
            "display_name": "Tom Baker",
            "skills": {"tv": 2, "service": 5},
            "vendor": "Helpers",
            "certified_until": {"service": "2026-12-15"},
        },
    },
    "time_zone": "Asia/Shanghai",
    "canned_answers": {"hello": {"text": {"zh-CN": "您好，我是{agent}。", "en": "Hello, this is {agent}."}}},
    "customers": {"13800000001": {"name": "王芳", "tier": "vip"}},
    "services": {
        "shop": {"url": "https://shop.example", "headers": {"Authorization": "Bearer {secret:shop_token}"}},
        "crm": {"url": "http://127.0.0.1:9/", "signed_with": "crm"},
    },
    "webhooks": {"crm": {"service": "crm", "events": ["ContactEnded"]}},
}


class Centre:
    """The HTTP side, and what it brings into force."""

    def __init__(self, site: Site, users: UserStore, hooked: WebhookOutbox) -> None:
        self.site, self.users, self.hooked = site, users, hooked

    @property
    def queue(self) -> Any:
        """The queue `tech` as the plane has it."""
        return self.site.plane.state.settings.acd.queues["tech"]

    async def change(self, field: str, value: float) -> None:
        """Another admin, with a program."""
        settings = {**CENTRE, "queues": {**CENTRE["queues"], "tech": {**CENTRE["queues"]["tech"], field: value}}}
        await self.put(settings)

    async def put(self, settings: object) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "If-Match": "*"}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.put(f"{self.site.url}/settings", json={"author": "bob", "settings": settings}) as answer,
        ):
            assert answer.status == 200, await answer.text()

    async def open(self, browser: Browser, room: str, role: Role = "admin", **looks: Any) -> Page:
        """The room, as somebody of this role sees it."""
        if await self.users.user(role) is None:
            await user(self.users, role, role)
        page = await (await window(browser, **looks)).new_page()
        await page.goto(f"{self.site.url}/admin#{room}")
        await page.fill("[name=name]", role)
        await page.fill("[name=password]", PASSWORD)
        await page.click("button[type=submit]")
        await expect(page.locator(".admin h1")).to_be_visible()
        return page


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    database = await migrated(tmp_path / "records.sqlite3")
    users = UserStore(database)
    site = Site(Outbox(database), users)
    site.built, site.all_for_the_plane = PROJECT / "web/dist", True
    site.now = 1_795_000_000.0  # in November 2026
    flow = read_flow(FLOW, "line.yaml")
    site.happens(events.FlowPublished(flow))

    async def flows() -> list[Flow]:
        return [flow]

    shelf = SettingsShelf(SettingsStore(database), lambda: site.plane.state, site.happens, flows, lambda: site.now)
    library = PromptLibrary(tmp_path / "recorded", tmp_path / "cache", Espeak())
    outside = Outside(Config(home=tmp_path), lambda: site.plane.state.settings.services, flows, "https://care.example")
    hooked = WebhookOutbox(database)
    around = Around(
        hooked, lambda: site.plane.state.settings.webhooks, lambda: site.plane.state.settings.services, lambda _: "s",
        site.happens, lambda: site.now,
    )  # fmt: skip
    site.more = [
        *WebhooksApi(Webhooks(around), hooked, around.webhooks, lambda: site.now).routes(),
        *SettingsApi(shelf).routes(),
        *PromptsApi(PromptShelf(library, flows)).routes(),
        *OutsideApi(outside.told).routes(),
    ]
    async with site.running():
        centre = Centre(site, users, hooked)
        await centre.put(CENTRE)
        yield centre
    await database.dispose()


def field(page: Page, label: str) -> Locator:
    """The first field of this label, with what is told about it."""
    return page.locator(".field", has=page.get_by_label(label, exact=True)).first


async def review(page: Page) -> Locator:
    """Open what changes."""
    await page.get_by_role("button", name="Review and save").click()
    return page.locator("dialog")


async def test_a_changed_wrap_up_is_looked_at_saved_and_in_force(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    await page.get_by_label("Wrap-up (s)", exact=True).fill("45")
    dialog = await review(page)
    await expect(dialog.locator("tbody tr")).to_have_text("queues.tech.wrap_up_seconds3045")
    assert centre.queue.wrap_up_seconds == 30
    await dialog.get_by_label("Note for the history").fill("longer notes")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("footer")).to_contain_text("version 2 is in force")
    assert centre.queue.wrap_up_seconds == 45
    assert centre.queue.plan[1].offer == "callback", "what was not touched is as it was"
    await page.goto(f"{centre.site.url}/admin#history")
    newest = page.locator(".versions > li").first
    await expect(newest).to_contain_text("longer notes")
    await expect(newest).to_contain_text("queue tech: wrap_up_seconds 30 -> 45")
    await page.locator("[data-version='1']").get_by_role("button", name="Go back to it").click()
    await expect(page.locator("dialog tbody tr")).to_have_text("queues.tech.wrap_up_seconds4530")
    await page.locator("dialog").get_by_role("button", name="Go back to it").click()
    await expect(page.locator(".versions > li").first).to_contain_text("gone back to")
    assert centre.queue.wrap_up_seconds == 30


async def test_a_wrong_value_is_told_at_its_field_and_refused(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    ring = field(page, "Ring for (s)")
    await ring.locator("input").fill("soon")
    await expect(ring.locator(".problem")).to_be_visible()
    await ring.locator("input").fill("900")
    await expect(ring.locator(".problem")).to_have_text("is 900 — write 1 to 300")
    await expect(ring.locator("input")).to_have_attribute("aria-invalid", "true")
    move = page.locator(".plan .group").nth(0).get_by_label("Move to queue")
    await move.fill("servise")
    await expect(page.locator(".plan .problem")).to_contain_text("there is no queue 'servise'")
    dialog = await review(page)
    await expect(dialog.locator(".findings li")).to_have_count(2)
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    await page.keyboard.press("Escape")
    await ring.locator("input").fill("")
    await move.fill("")
    await expect(page.locator("footer")).to_contain_text("Version 1 is in force")
    assert centre.queue.ring_seconds == 20


async def test_who_saves_on_an_old_version_sees_what_changed_and_goes_on(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    await page.get_by_label("Wrap-up (s)", exact=True).fill("45")
    dialog = await review(page)
    await centre.change("ring_seconds", 12)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("by bob")
    await expect(dialog.locator("tbody tr")).to_have_text("queues.tech.ring_seconds2012")
    await dialog.get_by_role("button", name="Make my changes on that").click()
    await expect(dialog.locator("tbody tr")).to_have_text("queues.tech.wrap_up_seconds3045")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("footer")).to_contain_text("version 3 is in force")
    assert (centre.queue.wrap_up_seconds, centre.queue.ring_seconds) == (45, 12)


async def test_where_both_changed_the_same_it_is_told(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    await page.get_by_label("Wrap-up (s)", exact=True).fill("45")
    dialog = await review(page)
    await centre.change("wrap_up_seconds", 10)
    await dialog.get_by_role("button", name="Save").click()
    await dialog.get_by_role("button", name="Make my changes on that").click()
    await expect(dialog.locator(".problem")).to_contain_text("queues.tech.wrap_up_seconds")
    await expect(dialog.locator("tbody tr")).to_have_text("queues.tech.wrap_up_seconds1045")


async def test_skills_and_steps_by_their_own_editors(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "skills")
    await page.get_by_label("1001 service", exact=True).select_option("3")
    await page.get_by_label("1001 is certified for service until").fill("2027-01-31")
    await page.get_by_label("1002 tv", exact=True).select_option("")
    await page.get_by_role("link", name="Queues and plans").click()
    await page.get_by_role("button", name="service").click()
    await page.get_by_role("button", name="Add a step").click()
    await page.locator(".plan .group").first.get_by_label("Team").fill("blue")
    await page.get_by_role("link", name="Hours and holidays").click()
    await page.get_by_label("Saturday").fill("10:00-14:00")
    dialog = await review(page)
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("footer")).to_contain_text("version 2 is in force")
    settings = centre.site.plane.state.settings
    assert settings.acd.agents["1001"].skills == {"tv": 4, "service": 3}
    assert settings.acd.agents["1002"].skills == {"service": 5}
    assert set(settings.acd.agents["1001"].certified_until) == {"tv", "service"}
    assert [(step.after, step.team) for step in settings.acd.queues["service"].plan] == [(20, "blue")]
    assert settings.callbacks["tech"].hours == {"monday-friday": "09:00-18:00", "saturday": "10:00-14:00"}


async def test_a_team_is_renamed_wherever_it_is_named(centre: Centre, browser: Browser) -> None:
    tech = {**CENTRE["queues"]["tech"], "needs": "tv >= 2 or team == 'blue'", "plan": [{"after": 20, "team": "blue"}]}
    await centre.put({**CENTRE, "queues": {**CENTRE["queues"], "tech": tech}})
    page = await centre.open(browser, "groups")
    blue = page.get_by_role("region", name="blue", exact=True)
    await expect(blue.locator(".chip")).to_have_text(["tech: needs", "tech: step 1"])
    await blue.get_by_label("Add to blue").select_option("1002")
    await expect(blue.locator(".members li")).to_have_count(2)
    await blue.get_by_label("New name of blue").fill("sky")
    await blue.get_by_role("button", name="Rename").click()
    helpers = page.get_by_role("region", name="Helpers", exact=True)
    await helpers.get_by_role("button", name="Take 1002 out").click()
    await expect(helpers).to_have_count(0)
    dialog = await review(page)
    await expect(dialog.locator("tbody tr")).to_have_text(
        [
            "queues.tech.needstv >= 2 or team == 'blue'tv >= 2 or team == 'sky'",
            "queues.tech.plan[0].teambluesky",
            "agents.1001.teambluesky",
            "agents.1002.teamnonesky",
            "agents.1002.vendorHelpersnone",
        ]
    )
    assert centre.queue.needs == "tv >= 2 or team == 'blue'"
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("footer")).to_contain_text("version 3 is in force")
    agents = centre.site.plane.state.settings.acd.agents
    assert {(agent.team, agent.vendor) for agent in agents.values()} == {("sky", "")}
    assert (centre.queue.needs, centre.queue.plan[0].team) == ("tv >= 2 or team == 'sky'", "sky")


async def test_certificates_that_end_soon_are_extended_together(centre: Centre, browser: Browser) -> None:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    soon, over, late, new = (f"{today + timedelta(days=days)}" for days in (10, -1, 100, 400))
    ends = {"1001": {"tv": soon}, "1002": {"tv": over, "service": late}}
    agents = {name: {**agent, "certified_until": ends[name]} for name, agent in CENTRE["agents"].items()}
    await centre.put({**CENTRE, "agents": agents})
    page = await centre.open(browser, "certificates")
    rows = page.locator("main tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.first).to_contain_text("over")
    await page.get_by_label("Which").select_option("30")
    await expect(rows).to_have_count(1)
    await expect(rows.first).to_contain_text(f"tv4{soon}")
    await page.get_by_label("Which").select_option("dated")
    await page.get_by_label("Skill", exact=True).select_option("tv")
    await page.get_by_label("Choose all").check()
    await page.get_by_label("Last day", exact=True).fill(new)
    await page.get_by_role("button", name="Extend 2 chosen").click()
    dialog = await review(page)
    await expect(dialog.locator("tbody tr")).to_have_text(
        [f"agents.1001.certified_until.tv{soon}{new}", f"agents.1002.certified_until.tv{over}{new}"]
    )


async def test_what_is_found_changes_its_language_with_the_page(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    ring = page.locator(".field", has=page.get_by_label("Ring for (s)", exact=True)).first
    await ring.locator("input").fill("900")
    await expect(page.locator(".part").nth(1).locator(".problem")).to_have_text("is 900 — write 1 to 300")
    await page.locator("header select").first.select_option("zh-CN")
    await expect(page.locator(".part").nth(1).locator(".problem")).to_have_text("现为 900 — 请填 1 至 300")


async def test_the_whole_goes_out_and_comes_in_again_after_a_look(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "exchange")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download version 1").click()
    text = await asyncio.to_thread((await (await download.value).path()).read_text)
    assert "wrap_up_seconds: 30" in text
    changed = text.replace("wrap_up_seconds: 30", "wrap_up_seconds: 31").encode()
    await page.get_by_label("Choose a YAML file").set_input_files(
        {"name": "broken.yaml", "mimeType": "application/yaml", "buffer": b"queues:\n  tv: {ring: 3}\n"}
    )
    await expect(page.locator(".findings li").first).to_contain_text("line 2")
    await expect(page.get_by_role("button", name="Bring into force")).to_be_disabled()
    await page.get_by_label("Choose a YAML file").set_input_files(
        {"name": "new.yaml", "mimeType": "application/yaml", "buffer": changed}
    )
    await expect(page.locator(".changes tbody tr")).to_have_text("queues.tech.wrap_up_seconds3031")
    await page.get_by_role("button", name="Bring into force").click()
    await expect(page.locator("main output")).to_contain_text("version 2 is in force")
    assert centre.queue.wrap_up_seconds == 31


async def test_a_user_is_made_signs_in_and_is_shut_out(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "users")
    await page.locator("[name=name]").fill("li")
    await page.locator("[name=agent]").fill("1001")
    await page.get_by_role("button", name="Add user").click()
    password = await page.locator(".one-time").inner_text()
    theirs = await (await window(browser)).new_page()
    await theirs.goto(f"{centre.site.url}/desk")
    await theirs.fill("[name=name]", "li")
    await theirs.fill("[name=password]", password)
    await theirs.click("button[type=submit]")
    await expect(theirs.locator("[name=again]")).to_be_visible()
    row = page.locator("[data-user=li]")
    await row.get_by_role("button", name="Signed in").click()
    await expect(row.locator("li")).to_contain_text("since")
    await row.get_by_role("button", name="Sign out everywhere").click()
    await expect(row.get_by_text("Signed in nowhere.")).to_be_visible()
    await row.get_by_label("May hear recordings").click()
    await expect(row.get_by_label("May hear recordings")).to_be_checked()
    hearer = await centre.users.user("li")
    assert hearer is not None and hearer.hears_recordings
    await row.get_by_role("button", name="Disable").click()
    await expect(row).to_contain_text("disabled")
    await theirs.reload()
    await theirs.fill("[name=name]", "li")
    await theirs.fill("[name=password]", password)
    await theirs.click("button[type=submit]")
    await expect(theirs.locator(".problem")).to_contain_text("wrong")
    await page.get_by_role("link", name="Audit log").click()
    await expect(page.locator("tbody")).to_contain_text("PATCH /users/li")
    await expect(page.locator("tbody")).to_contain_text("DELETE /users/li/sessions")
    assert password not in json.dumps([entry.detail for entry in await centre.users.audit(99)])


async def test_a_prompt_is_uploaded_and_heard_until_it_is_removed(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "prompts")
    prompt = page.locator(".prompts > li", has_text="line/").first
    key, language = (await prompt.get_attribute("data-prompt") or "").split()
    upload = prompt.get_by_label("Upload")
    await upload.set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": b"no sound at all"})
    await expect(prompt.locator(".problem")).to_contain_text("no sound")
    await upload.set_input_files({"name": "x.wav", "mimeType": "audio/wav", "buffer": tone(loud=0)})
    await expect(prompt.locator(".problem")).to_contain_text("Nothing can be heard")
    await upload.set_input_files({"name": "../../x.wav", "mimeType": "audio/wav", "buffer": tone(1.5)})
    await expect(prompt.locator(".origin")).to_have_text("recorded")
    await expect(prompt).to_contain_text("1.5 s")
    async with page.expect_response(lambda answer: "/sound" in answer.url) as heard:
        await prompt.get_by_role("button", name="Hear").click()
    answer = await heard.value
    assert (answer.ok, f"/prompts/{language}/{key}/sound" in answer.url) == (True, True)
    await page.evaluate(PLAYS)
    assert await page.evaluate("document.querySelector('audio').error") is None
    sound = await (await page.context.request.get(answer.url)).body()
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels()) == (16000, 1)
    assert is_tone(sound)
    await prompt.get_by_role("button", name="Remove the recording").click()
    await expect(prompt.locator(".origin")).to_have_text("synthesised")


async def test_a_prompt_is_recorded_by_the_microphone(centre: Centre) -> None:
    flags = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
    async with chromium(*flags) as browser:
        page = await centre.open(browser, "prompts")
        prompt = page.locator(".prompts > li").first
        await prompt.get_by_role("button", name="Record", exact=True).click()
        await expect(prompt.locator(".recording")).to_be_visible()
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, 1500))")
        await prompt.get_by_role("button", name="Stop and keep").click()
        await expect(prompt.locator(".origin")).to_have_text("recorded")
        name = await prompt.get_attribute("data-prompt") or ""
    key, language = name.split()
    told = {(one["key"], one["language"]): one for one in (await centre.site.json("GET", "/prompts"))[1]}
    assert told[key, language]["origin"] == "recorded"
    assert 1.0 < told[key, language]["seconds"] < 3.0


async def test_without_a_microphone_it_says_so(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "prompts")
    prompt = page.locator(".prompts > li").first
    await prompt.get_by_role("button", name="Record", exact=True).click()
    await expect(prompt.locator(".problem")).to_contain_text("microphone")


async def test_what_was_not_saved_is_there_after_the_session_was_over(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    wrap_up = page.get_by_label("Wrap-up (s)", exact=True)
    await wrap_up.fill("45")
    await centre.users.end_sessions("admin")
    await field(page, "Ring for (s)").locator("input").fill("15")
    await expect(page.locator("[name=password]")).to_be_visible()
    await page.fill("[name=name]", "admin")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button[type=submit]")
    await expect(wrap_up).to_have_value("45")
    dialog = await review(page)
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("footer")).to_contain_text("version 2 is in force")
    assert (centre.queue.wrap_up_seconds, centre.queue.ring_seconds) == (45, 15)


async def test_a_supervisor_looks_and_changes_nothing(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech", "supervisor")
    await expect(page.get_by_label("Wrap-up (s)", exact=True)).to_have_attribute("readonly", "")
    assert await page.locator("nav.rooms").get_by_text("Users").count() == 0
    assert await page.locator("footer.save").count() == 0
    await page.get_by_role("link", name="Prompts").click()
    await expect(page.get_by_role("button", name="Hear").first).to_be_visible()
    assert await page.get_by_role("button", name="Synthesise again").count() == 0


async def test_a_receiver_is_tried_and_sent_again_what_was_given_up(centre: Centre, browser: Browser) -> None:
    told = (event(number, f"c{number}") for number in (1, 2))
    await RecordWriter(centre.hooked._engine, 0)._write([Batch(1, 1000.0, list(told))])
    await centre.hooked.give_up("crm", 1e12, "not taken in 24 h", 2000.0)
    page = await centre.open(browser, "webhooks/crm")
    delivery = page.get_by_role("region", name="Delivery")
    await expect(delivery.locator("dd").nth(2)).to_have_text("2")
    await expect(delivery.locator("tbody tr").first).to_contain_text("not taken in 24 h")
    await delivery.get_by_role("button", name="Send a test").click()
    await expect(delivery.locator("output")).to_have_text("The test was not taken: the receiver can't be reached.")
    await delivery.get_by_role("button", name="Send 9.0-2 again").click()
    await expect(delivery.locator("output")).to_have_text("Sent again: 1.")
    await delivery.get_by_role("button", name="Send again what was given up").click()
    await expect(delivery.locator("tbody tr")).to_contain_text(["waits", "waits"])
    await expect(delivery.get_by_role("button", name="Send again what was given up")).to_be_disabled()
    assert [item.state for item in await centre.hooked.newest("crm", "", 10)] == ["pending", "pending"]
    await page.get_by_label("Given up after (hours)", exact=True).fill("500")
    await expect(page.locator(".field .problem").first).to_contain_text("at most 168")


PLAYS = """new Promise((resolve) => {
    const audio = document.querySelector("audio");
    audio.ontimeupdate = () => audio.currentTime > 0.2 && resolve();
})"""
"""Comes to an end when the page has played a fifth of a second."""
ROOMS = {
    "queues/tech": "queues", "skills": "skills", "certificates": "certificates", "agents/1001": "agents",
    "groups": "groups", "channels/chat": "channels", "hours/tech": "hours", "customers/13800000001": "customers",
    "lines": "lines", "answers/hello": "answers", "sight": "sight", "links": "links", "services/shop": "services",
    "webhooks/crm": "webhooks", "prompts": "prompts", "users": "users", "history": "history", "exchange": "exchange",
    "audit": "audit",
}  # fmt: skip
MOST = {"en": "write 1 to 300", "zh-CN": "请填 1 至 300"}
TEAM = {"en": "Team", "zh-CN": "团队"}


@every_look
async def test_the_rooms_are_for_everybody(
    centre: Centre, browser: Browser, language: str, theme: str, look: Look
) -> None:
    page = await centre.open(browser, "queues", language=language, theme=theme)
    asked = set[str]()
    page.on("request", lambda one: asked.add(one.url.split("/")[2]))
    for place, room in ROOMS.items():
        await page.goto(f"{centre.site.url}/admin#{place}")
        await expect(page.locator(f"nav.rooms a[aria-current][href='#{room}']")).to_be_visible()
        await expect(page.locator("main section, main .entries, main .sections").first).to_be_visible()
        await look.at(page, f"admin-{room}")
    await page.goto(f"{centre.site.url}/admin#queues/tech")
    await page.locator(".part").nth(1).locator("input").nth(1).fill("45")
    await page.locator("footer button.main").click()
    await expect(page.locator("dialog tbody tr")).to_have_count(1)
    await look.at(page, "admin-review")
    await page.keyboard.press("Escape")
    await page.locator(".part").nth(1).locator("input").nth(0).fill("900")
    await page.locator(".plan .group").nth(0).get_by_label(TEAM[language], exact=True).fill("blau")
    await page.locator("footer button.main").click()
    await expect(page.locator("dialog .findings")).to_contain_text(MOST[language])
    await look.at(page, "admin-findings")
    assert asked <= {centre.site.url.split("/")[2]}


async def test_the_rooms_can_be_used_by_keys_alone(centre: Centre, browser: Browser) -> None:
    page = await centre.open(browser, "queues/tech")
    await page.get_by_label("Wrap-up (s)", exact=True).focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("45")
    save = page.get_by_role("button", name="Review and save")
    await expect(save).to_be_enabled()
    await save.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog")).to_be_visible()
    save = page.locator("dialog").get_by_role("button", name="Save")
    for _ in range(20):
        if await save.evaluate("button => button === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("footer")).to_contain_text("version 2 is in force")
    assert centre.queue.wrap_up_seconds == 45
