"""The flow editor in a real browser: a flow from nothing to its publication, before a real plane without a switch."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tandem.control import events
from tandem.cti.flow_editing_api import FlowEditingApi
from tandem.cti.flows_api import FlowsApi
from tandem.ivr.release import Source
from tandem.service.config import PROJECT
from tandem.service.flow_bench import Bench
from tandem.service.flow_cli import centre_check
from tandem.service.flow_files import sources_in
from tandem.service.flow_shelf import Shelf
from tandem.store.flow_versions import FlowStore
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated
from tests.web.desks import Served, axe
from tests.web.editors import add, at_editor, begin, field, named, step, tab
from tests.web.pictures import Look, every_look

pytestmark = pytest.mark.live

KEPT_BACK = re.compile("errors? keeps? it from being published")
LINE = FLOW.lstrip().replace("nodes:\n", "# What a caller is asked.\nnodes:\n", 1)


class Floor:
    """The site, and the shelf of flows behind it."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self.site, self.shelf = site, shelf
        self.served: Served = SimpleNamespace(url=site.url, token={"Authorization": f"Bearer {TOKEN}"})

    async def published(self) -> dict[str, Any]:
        _, told = await self.site.json("GET", "/flows")
        return {one["flow"]: one["in_force"]["number"] for one in told if one["in_force"]}

    async def source(self, flow: str, number: int) -> str:
        _, told = await self.site.json("GET", f"/flows/{flow}/versions/{number}")
        source: str = told["source"]
        return source


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    database = await migrated(tmp_path / "records.sqlite3")
    site = Site(Outbox(database), UserStore(database))
    site.built, site.all_for_the_plane = PROJECT / "web/dist", True
    site.happens(events.SettingsLoaded(SETTINGS))
    store = FlowStore(database)
    plane = site.plane
    shelf = Shelf(store, lambda: plane.state, site.happens, lambda: centre_check(SETTINGS), lambda: site.now)
    bench = Bench(store, lambda: plane.state, lambda: SETTINGS)
    site.more = [*FlowsApi(shelf).routes(), *FlowEditingApi(bench).routes()]
    async with site.running():
        yield Floor(site, shelf)
    await database.dispose()


async def test_an_admin_builds_a_flow_from_nothing_checks_tests_and_publishes_it(
    floor: Floor, browser: Browser
) -> None:
    page = await at_editor(browser, floor.served)
    await begin(page, "night")
    await expect(step(page, "goodbye")).to_be_visible()
    await add(page, "menu")
    await expect(page.locator("#why-not")).to_contain_text(KEPT_BACK)
    await expect(named(page, "Publish")).to_be_disabled()
    await expect(page.locator("#panel .problem").first).to_be_visible()
    await expect(step(page, "menu").locator(".found")).to_be_visible()

    await page.fill('[aria-label="Name: menu"]', "ask")
    await named(page, "Rename").click()
    await expect(step(page, "ask")).to_be_visible()
    text = page.locator(".field", has=field(page, "nodes.ask.text"))
    await text.get_by_role("button", name="New text").click()
    await text.locator("textarea[lang=en]").fill("For an agent, press one.")
    await text.locator("textarea[lang=zh-CN]").fill("人工服务请按一。")
    for name in ("no_input", "wrong_key"):
        await field(page, f"nodes.ask.{name}").select_option("apology")
    await field(page, "nodes.ask.failed").select_option("goodbye")
    await named(page, "Begin here").click()
    await page.fill('[aria-label="Name of the entry: choices"]', "1")
    await page.keyboard.press("Enter")
    await expect(field(page, "nodes.ask.choices.1")).to_be_visible()
    await add(page, "queue")
    await field(page, "nodes.queue.queue").fill("tech")
    await field(page, "nodes.queue.next").select_option("goodbye")
    await page.locator("nav.nodes button", has_text="ask").click()
    await field(page, "nodes.ask.choices.1").select_option("queue")
    await expect(page.locator(".react-flow__edge")).to_have_count(3)
    await expect(page.locator("#why-not")).to_be_empty()

    await tab(page, "walk")
    await named(page, "Begin").click()
    await page.fill("[name=action]", "1")
    await named(page, "Do it").click()
    await expect(page.locator(".steps")).to_contain_text("人工服务请按一。")
    await expect(page.locator(".steps")).to_contain_text("queue tech")
    await expect(step(page, "queue")).to_have_class("step walked here")
    await page.fill("[name=test]", "who presses one waits for an agent")
    await named(page, "Keep as a test").click()
    await tab(page, "tests")
    await named(page, "Run the tests").click()
    await expect(page.locator(".tests output")).to_have_text("1 of 1 passed")

    await page.fill("[aria-label='What has changed']", "by night too")
    await named(page, "Publish").click()
    await expect(page.locator(".bar output")).to_have_text("Version 1 is in force.")
    assert await floor.published() == {"night": 1}
    assert "night" in floor.site.plane.state.published
    _, version = await floor.site.json("GET", "/flows/night/versions/1")
    assert (version["author"], version["message"]) == ("ann", "by night too")
    assert "who presses one" in version["tests"]["night.yaml"]
    assert "    choices:\n      1: queue\n" in version["source"]


async def test_a_broken_flow_can_not_be_published_and_its_text_keeps_the_graph_of_before(
    floor: Floor, browser: Browser
) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    page = await at_editor(browser, floor.served)
    await page.click(".cards button")
    await expect(step(page, "rate")).to_be_visible()
    await tab(page, "text")
    text = page.locator(".source textarea")
    await expect(text).to_have_value(LINE)
    await text.fill(LINE.replace("next: rate", "next: rat"))
    await expect(page.locator("#why-not")).to_contain_text(KEPT_BACK)
    await expect(named(page, "Publish")).to_be_disabled()
    await tab(page, "problems")
    await expect(page.locator(".problems")).to_contain_text("Perhaps rate is meant")
    await page.get_by_role("button", name="Show: agent").click()
    await field(page, "nodes.agent.next").select_option("rate")
    await expect(page.locator("#why-not")).to_be_empty()

    await tab(page, "text")
    await expect(text).to_have_value(LINE)
    await text.fill(LINE.replace("languages: [en]", "languages: [en"))
    await expect(page.locator(".source [role=alert]")).to_contain_text("Line ")
    await expect(step(page, "rate")).to_be_visible()
    await expect(page.locator("#why-not")).to_have_text("The text is no YAML: mend it first")
    await named(page, "Undo").click()
    await expect(text).to_have_value(LINE)
    assert await floor.published() == {"line": 1}


async def test_forms_graph_and_text_are_one_flow(floor: Floor, browser: Browser) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    page = await at_editor(browser, floor.served)
    await page.click(".cards button")
    await page.locator("nav.nodes button", has_text="agent").click()
    await page.fill('[aria-label="Name: agent"]', "person")
    await named(page, "Rename").click()
    await tab(page, "text")
    renamed = LINE.replace("2: agent}", "2: person}").replace("\n  agent:", "\n  person:")
    await expect(page.locator(".source textarea")).to_have_value(renamed)
    handle = step(page, "person").locator("li", has_text="unavailable").locator(".react-flow__handle")
    await page.click(".react-flow__controls-fitview")
    await handle.drag_to(step(page, "bye").locator(".react-flow__handle-left"), force=True)
    await expect(page.locator(".source textarea")).to_have_value(
        renamed.replace("    next: rate\n", "    next: rate\n    unavailable: bye\n")
    )
    await named(page, "Undo").click()
    await named(page, "Undo").click()
    await expect(page.locator(".source textarea")).to_have_value(LINE)
    await named(page, "Redo").click()
    await expect(step(page, "person")).to_be_visible()
    await page.locator("nav.nodes button", has_text="done").click()
    await named(page, "Copy").click()
    await expect(step(page, "done_2")).to_be_visible()
    await named(page, "Delete").click()
    await expect(step(page, "done_2")).to_have_count(0)


async def test_two_admins_at_one_flow_notice_each_other(floor: Floor, browser: Browser) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    ann, bob = await at_editor(browser, floor.served), await at_editor(browser, floor.served, "bob")
    for page, bye in ((ann, "Farewell."), (bob, "See you.")):
        await page.click(".cards button")
        await tab(page, "text")
        await page.locator(".source textarea").fill(LINE.replace("Goodbye.", bye))
    await named(ann, "Save draft").click()
    await expect(ann.locator(".bar output")).to_have_text("Draft saved")
    await named(bob, "Save draft").click()
    await expect(bob.locator(".bar [role=alert]")).to_contain_text("ann has saved a draft of line meanwhile.")
    await named(bob, "Load theirs").click()
    await tab(bob, "text")
    await expect(bob.locator(".source textarea")).to_have_value(LINE.replace("Goodbye.", "Farewell."))
    await expect(named(bob, "Publish")).to_be_enabled()
    await named(bob, "Publish").click()
    await expect(bob.locator(".bar output")).to_have_text("Version 2 is in force.")
    await ann.locator(".source textarea").fill(LINE.replace("Goodbye.", "Bye."))
    await named(ann, "Save draft").click()
    await expect(ann.locator(".bar [role=alert]")).to_contain_text("bob has brought another version of line into force")
    await named(ann, "Keep mine").click()
    await expect(ann.locator(".bar output")).to_have_text("Draft saved")


async def test_versions_their_difference_a_trial_and_the_way_back(floor: Floor, browser: Browser) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    second = LINE.replace("  done: {type: end}\n", "  done: {type: end, text: bye}\n  last: {type: end}\n").replace(
        "next: done", "next: last"
    )
    second = second.replace("  done: {type: end, text: bye}\n", "")
    await floor.shelf.take_files({"line": Source(second)})
    page = await at_editor(browser, floor.served)
    await page.click(".cards button")
    await tab(page, "versions")
    await expect(page.locator(".versions li").first).to_contain_text("in force")
    await page.select_option("[name=from]", "1")
    await page.select_option("[name=to]", "2")
    await named(page, "Compare").click()
    await expect(step(page, "last")).to_have_class("step added")
    await expect(step(page, "done")).to_have_class("step removed")
    await expect(step(page, "bye")).to_have_class("step changed")
    await expect(page.locator(".diff .added").filter(has_text="last: {type: end}")).to_be_visible()

    await tab(page, "text")
    await page.locator(".source textarea").fill(second.replace("Goodbye.", "Farewell."))
    await named(page, "Save draft").click()
    await expect(page.locator(".bar output")).to_have_text("Draft saved")
    await tab(page, "versions")
    await named(page, "Try the saved draft").click()
    await expect(page.locator(".versions table")).to_contain_text("on trial")
    await named(page, "Stop the trial").click()
    await expect(named(page, "Try the saved draft")).to_be_visible()
    await named(page, "Back to 1").click()
    await expect(page.locator(".bar h1")).to_have_text("line")
    await expect(step(page, "last")).to_be_visible()
    assert await floor.published() == {"line": 1}


FAILING = "flow: line\ntests:\n  - {name: to the agent, do: [1], expect: {nodes: [agent]}}\n"


async def test_tests_that_fail_keep_a_flow_back_until_somebody_says_why(floor: Floor, browser: Browser) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    await floor.site.json("PUT", "/flows/line/draft", body=_draft(LINE.replace("Goodbye.", "Farewell.")))
    page = await at_editor(browser, floor.served)
    await page.click(".cards button")
    await expect(named(page, "Publish")).to_be_enabled()
    await named(page, "Publish").click()
    await expect(page.locator("ul.told")).to_contain_text("to the agent: node agent did not come")
    await expect(page.locator("#why-not")).to_have_text("1 doubt: say why it must be")
    assert await floor.published() == {"line": 1}
    await page.fill("[aria-label^='Publish although']", "the test is old")
    await named(page, "Publish").click()
    await expect(page.locator(".bar output")).to_have_text("Version 2 is in force.")
    await tab(page, "versions")
    await expect(page.locator(".versions")).to_contain_text("the test is old")


def _draft(source: str) -> bytes:
    return json.dumps({"author": "cy", "source": source, "tests": {"line.yaml": FAILING}}).encode()


@pytest.mark.parametrize(("template", "why"), [("nothing", ""), ("menu", "1 doubt"), ("hours", "1 doubt")])
async def test_templates_are_right_but_for_the_queue(floor: Floor, browser: Browser, template: str, why: str) -> None:
    page = await at_editor(browser, floor.served)
    await begin(page, "fresh", template)
    await expect(page.locator("#why-not")).to_have_text(re.compile(f"^{why}" if why else "^$"))
    await tab(page, "problems")
    await expect(page.locator("#panel")).to_contain_text(
        "the centre has no queue 'service'" if why else "Nothing found."
    )


async def test_a_copy_and_a_file_become_drafts(floor: Floor, browser: Browser) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    page = await at_editor(browser, floor.served)
    await begin(page, "other", "copy line")
    await tab(page, "text")
    await expect(page.locator(".source textarea")).to_have_value(LINE.replace("name: line", "name: other"))
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await named(page, "All flows").click()
    changed = LINE.replace("Goodbye.", "Farewell.")
    file: Any = {"name": "x.yaml", "mimeType": "text/plain", "buffer": changed.encode()}
    await page.set_input_files("[type=file]", file)
    await expect(page.locator(".bar h1")).to_have_text("line")
    await named(page, "Save draft").click()
    await expect(page.locator(".bar output")).to_have_text("Draft saved")
    async with page.expect_download() as downloading:
        await named(page, "Export").click()
    exported = await (await downloading.value).path()
    assert await asyncio.to_thread(exported.read_text) == changed


async def test_who_is_no_admin_is_told(floor: Floor, browser: Browser) -> None:
    page = await at_editor(browser, floor.served, "eve", role="supervisor")
    await expect(page.locator("main h1")).to_have_text("Flows are for admins.")


async def test_callers_are_shown_on_the_nodes_they_are_at(floor: Floor, browser: Browser) -> None:
    await floor.shelf.take_files({"line": Source(LINE)})
    for call in ("a", "b"):
        floor.site.happens(events.CallEntered(call, f"PJSIP/{call}", "7", "", "4008"))
    page = await at_editor(browser, floor.served)
    await page.click(".cards button")
    await expect(step(page, "menu").locator(".callers")).to_have_text("2")
    await expect(page.locator("nav.nodes button", has_text="2 callers")).to_have_count(1)


UNKNOWN = {"en": "there is no node 'nowhere'", "zh-CN": "没有节点“nowhere”"}


@every_look
async def test_the_editor_is_for_everybody(
    floor: Floor, browser: Browser, language: str, theme: str, look: Look
) -> None:
    await floor.shelf.take_files({"line": Source(LINE), **_shipped("satisfaction", "join", "membership")})
    page = await at_editor(browser, floor.served, language=language, theme=theme)
    await page.set_viewport_size({"width": 1500, "height": 900})
    await look.at(page, "flows")
    await page.locator(".cards button", has_text="membership").click()
    await expect(page.locator(".step").first).to_be_visible()
    await page.locator("nav.nodes button").nth(3).click()
    await look.at(page, "editor")
    for name in ("flow", "text", "problems", "tests", "versions"):
        await tab(page, name)
        assert await axe(page) == []
    await look.at(page, "editor-versions")
    await tab(page, "walk")
    await page.select_option(".given [name=language]", language)
    await page.click(".given button")
    await expect(page.locator(".steps li").first).to_be_visible()
    await look.at(page, "editor-walk")
    await tab(page, "text")
    text = page.locator("#text textarea, .text textarea, textarea").first
    await text.fill((await text.input_value()).replace("next:", "next: nowhere #", 1))
    await tab(page, "problems")
    await expect(page.locator(".problems li").first).to_contain_text(UNKNOWN[language])
    await look.at(page, "editor-problems")


def _shipped(*names: str) -> dict[str, Source]:
    return {name: source for name, source in sources_in(PROJECT / "flows").items() if name in names}
