"""The desks on the whole running system: real browsers, a real Asterisk, real calls, a controller that is killed."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from demo.shop_page import shop_page
from tandem.store.models import Disposition, Monitoring
from tandem.store.queries import Difference
from tests.live.centre import HOTLINE, LiveCentre, live_centre
from tests.live.proxy import proxy
from tests.phones import Line, tone
from tests.phones.audio import RATE, TONE_PRESENT, tone_share
from tests.web.desks import LIVE, add_supervisor, add_user, contacts, is_in, sign_in, sign_in_at, state, window
from tests.web.phoning import (
    CALLS,
    REGISTERED,
    SPEAKS,
    hears,
    phone_is,
    phone_window,
    phoning,
    talking_browser,
    talks_here,
)
from tests.web.plane import missed_nothing, remembered, shows_the_floor, shows_the_plane

pytestmark = pytest.mark.live

COLLEAGUE, SUPERVISOR = 1300.0, 880.0
"""Hertz of what the second agent's microphone hears, and of what the supervisor says."""
NUMBER = "13800000001"
TO_AN_AGENT = (("main_menu", "1"), ("orders", "2"), ("order_number", "123456#"), ("repeat_order_number", "0"))
"""An order's number is typed, and then a person is wanted."""
CENTRE = """
lines: {"4008": hotline, web: hotline}
queues:
  tech: {needs: {tech: 2}, channel: chat, ring_seconds: 30, wrap_up_seconds: 1}
  service:
    needs: {service: 1}
    ring_seconds: 30
    wrap_up_seconds: 1
    disposition_required: true
    disposition_seconds: 120
    dispositions:
      solved: {words: {en: Solved}}
      other: {words: {en: Something else}, needs_note: true}
agents:
  "1001": {skills: {tech: 3, service: 3}, browser_phone: true, costs: {voice: 40, chat: 20}}
  "1002": {skills: {service: 3}, browser_phone: true}
pause_reasons: {lunch: {}}
canned_answers:
  hello: {text: {en: "Hello {customer}, this is {agent}.", zh-CN: "{customer}您好。"}}
"""
FIRST_OFFER = """
window.firstOffer = "";
setInterval(() => {
  const can = document.querySelector("article.contact .offer button.main:not(:disabled)");
  if (can && !window.firstOffer) window.firstOffer = can.closest("article").innerText;
}, 5);
"""
"""Keeps what the page shows of a contact when it can first be answered."""
SECOND = 2000.0
"""Milliseconds in which a board shows what happened: it is told once a second, and this machine has more to do."""


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with talking_browser(tmp_path) as running:
        yield running


@pytest.fixture
async def shop_port() -> int:
    """A port for the shop's page, which the centre must know before it begins."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
async def centre(tmp_path: Path, shop_port: int) -> AsyncIterator[LiveCentre]:
    async with live_centre(tmp_path, CENTRE, chat_origins=(f"http://127.0.0.1:{shop_port}",)) as running:
        yield running
        await running.check_books()


async def dial(centre: LiveCentre, number: str = NUMBER, *keys: tuple[str, str]) -> Line:
    """Dial the hotline and press keys, each at its node, by what the plane sees: that costs less than listening."""
    line = await (await centre.caller(number)).dial(HOTLINE)
    for node, key in keys:
        await at_node(centre, node, number)
        await line.press(key)
    return line


async def at_node(centre: LiveCentre, node: str, number: str = NUMBER) -> None:
    """Wait until the call of a number has come to a node."""
    await centre.until(lambda seen: (number, node) in ((c["caller"], c["node"]) for c in seen["calls"]), node)


async def wants_a_person(centre: LiveCentre, number: str = NUMBER) -> Line:
    """A caller on their way to the queue `service`, or already to an agent."""
    line = await dial(centre, number, ("main_menu", "0"))
    await at_node(centre, "service", number)
    return line


async def in_talk(page: Page, centre: LiveCentre) -> Line:
    """A caller's line, whom the agent of the page answered in the browser: both hear each other."""
    line = await wants_a_person(centre)
    await is_in(page, "ringing")
    await page.get_by_role("button", name="Answer").click()
    await is_in(page, "connected")
    await line.hears_tone(SPEAKS)
    line.says(tone(CALLS, seconds=150))
    await hears(page, CALLS)
    return line


def heard_share(line: Line, since: int, frequency: float) -> float:
    """The share of the half seconds since a sample in which a tone was heard."""
    heard = line.heard[since:]
    pieces = [heard[at : at + RATE // 2] for at in range(0, len(heard) - RATE // 2, RATE // 2)]
    return float(np.mean([tone_share(piece, frequency) >= TONE_PRESENT for piece in pieces]))


def button(page: Page, name: str) -> Locator:
    """A button of the talk."""
    return page.get_by_role("group", name="This call").get_by_role("button", name=name)


async def dispose(page: Page, code: str, note: str) -> None:
    """Say what the contact was about, with a note."""
    form = page.locator("form.disposition")
    await form.get_by_label(code).check()
    await form.locator("textarea").fill(note)
    await form.get_by_role("button", name="Save").click()


async def tandem(centre: LiveCentre, *words: str) -> str:
    """What the command line says."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tandem", *words), env=centre.config.environment(), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await command.communicate()
    assert command.returncode == 0, said
    return said.decode()


async def test_a_call_from_the_pop_to_the_report(centre: LiveCentre, browser: Browser, tmp_path: Path) -> None:
    """Answered in the browser, held, discussed with and handed over to a second one, wrapped up; then all is in the
    customer's history, in the figures and the contacts behind them, and in the reports."""
    began = time.time() - 1
    ann = {"name": "Ann", "tier": "gold", "tags": ["tv"], "identities": [{"kind": "phone", "value": NUMBER}]}
    made, customer = await centre.ask("POST", "/customers", ann)
    assert made == 201, customer
    line = await dial(centre)
    await at_node(centre, "main_menu")
    await line.hang_up()
    await centre.idle()
    await centre.until_recorded()
    page = await phoning(browser, centre)
    await page.evaluate(FIRST_OFFER)
    line = await dial(centre, NUMBER, *TO_AN_AGENT)
    await is_in(page, "ringing")
    await expect(page.get_by_role("button", name="Answer")).to_be_enabled()
    pop = await page.evaluate("window.firstOffer")
    for part in ("Ann", "gold", "tv", "hung up in the menu", "order.number", "123456", "Came in", "Waits for"):
        assert part in pop, pop

    await page.keyboard.press("Alt+a")
    await is_in(page, "connected")
    await line.hears_tone(SPEAKS)
    line.says(tone(CALLS, seconds=150))
    await hears(page, CALLS)
    await page.keyboard.press("Alt+l")
    await is_in(page, "hold")
    await line.hears_part_of(centre.music)
    await page.keyboard.press("Alt+l")
    await is_in(page, "connected")
    await line.hears_tone(SPEAKS)
    await hears(page, CALLS)

    async with talking_browser(tmp_path, COLLEAGUE) as second:
        other = await phoning(second, centre, "1002")
        await _consult(page, other)
        await hears(page, COLLEAGUE)
        await hears(other, SPEAKS)
        await line.hears_part_of(centre.music)
        await button(page, "Hand over").click()
        await is_in(page, "wrap_up")
        await line.hears_tone(COLLEAGUE)
        await hears(other, CALLS)
        await expect(contacts(other)).to_have_class("contact connected voice")
        await dispose(page, "Something else", "asked 1002 about order 123456")
        await is_in(page, "ready")
        await other.keyboard.press("Alt+h")
        await is_in(other, "wrap_up")
        await dispose(other, "Solved", "sent again")
        await is_in(other, "ready")
    await at_node(centre, "survey")
    await line.press("5")
    await line.ended(20)
    await centre.idle()
    await centre.until_recorded()
    await _is_in_the_books(centre, customer["customer"], began)


async def _consult(page: Page, other: Page) -> None:
    """The agent asks the colleague, who answers."""
    await page.keyboard.press("Alt+t")
    await page.get_by_label("Agent").select_option("1002")
    await page.get_by_label("Note for").fill("where is it?")
    await page.get_by_role("button", name="Consult first").click()
    await expect(contacts(other)).to_have_class("contact offered consultation")
    await expect(contacts(other)).to_contain_text("123456")
    await other.get_by_role("button", name="Answer").click()
    await expect(contacts(page)).to_contain_text("You talk with 1002, the caller hears music.")


async def _is_in_the_books(centre: LiveCentre, customer: str, began: float) -> None:
    _, history = await centre.ask("GET", f"/customers/{customer}/history")
    told = [(one["channel"], one["queue"], one["agent"], one["outcome"]) for one in history]
    assert told[1] == ("voice", "", "", "left_menu")
    assert told[0][:2] == ("voice", "service") and told[0][3] == "served", told
    assert [answer["answer"] for answer in history[0]["answers"]] == ["5"]
    call = history[0]["contact"]
    within = f"since={began // 900 * 900:.0f}&until={time.time() + 900:.0f}"
    _, quarters = await centre.ask("GET", f"/history/queues?{within}&queue=service")
    assert sum(one["offered"] for one in quarters) == sum(one["answered"] for one in quarters) == 1, quarters
    for figure, total in (("offered", 1), ("answered", 1), ("abandoned", 0), ("waiting", 0)):
        _, behind = await centre.ask("GET", f"/history/queues/contacts?{within}&name=service&figure={figure}")
        assert behind["total"] == total and {row["call"] for row in behind["rows"]} <= {call}, behind
    for agent, contact in (("1001", call), ("1002", f"consultation-{call}-1")):
        _, behind = await centre.ask("GET", f"/history/agents/contacts?{within}&name={agent}&figure=answered")
        assert [row["call"] for row in behind["rows"]] == [contact], (agent, behind)
    _, whole = await centre.ask("GET", f"/history/contacts/{call}")
    steps = [step["what"] for step in whole["steps"]]
    wanted = ["entered", "queued", "offered", "connected", "held", "retrieved", "consulting", "handed over", "ended"]
    assert [step for step in wanted if step not in steps] == [], steps
    dispositions = {(row.agent, row.code, row.note) for row in await centre.rows(Disposition)}
    assert dispositions == {("1001", "other", "asked 1002 about order 123456"), ("1002", "solved", "sent again")}
    assert (await tandem(centre, "report", "balance", "--csv")).split() == [",".join(Difference.__struct_fields__)]
    (row,) = [one for one in (await tandem(centre, "report", "contacts", "--csv")).splitlines() if call in one]
    assert "served" in row
    assert "every quarter-hour balances" in await tandem(centre, "balance")


async def test_three_chats_and_a_call_at_one_desk_and_not_one_more(
    centre: LiveCentre, browser: Browser, shop_port: int
) -> None:
    page = await phoning(browser, centre)
    async with shop_page(centre.url, shop_port) as address, AsyncExitStack() as shops:
        dialogs = []
        for count in (1, 2):
            dialogs.append(await _write(browser, address, shops))
            await _accept(page, count)
        line = await wants_a_person(centre)
        await page.get_by_role("button", name="Answer").click()
        await line.hears_tone(SPEAKS)
        dialogs.append(await _write(browser, address, shops))
        await _accept(page, 4)
        line.says(tone(CALLS, seconds=60))
        await hears(page, CALLS)

        dialogs.append(await _write(browser, address, shops))
        waits = await wants_a_person(centre, "13800000002")
        await centre.until(
            lambda seen: (
                sorted(one["state"] for one in (*seen["chats"], *seen["calls"])) == ["connected"] * 4 + ["queued"] * 2
            ),
            "two to wait",
        )
        await expect(contacts(page)).to_have_count(4)
        await expect(page.locator(".contact.offered")).to_have_count(0)
        await expect(page.locator(".state meter")).to_have_attribute("value", "100")

        for number, dialog in enumerate(dialogs[:3]):
            await _greet(page.locator(".contact.chat").nth(number), dialog, f"answer {number}")
        await line.hears_tone(SPEAKS)
        await page.locator(".contact.chat").first.get_by_role("button", name="End the chat").click()
        await expect(page.locator(".contact.offered.chat")).to_have_count(1, timeout=REGISTERED)
        await waits.hang_up()
        await line.hang_up()


async def _write(browser: Browser, address: str, shops: AsyncExitStack) -> Locator:
    """A customer on the shop's page, in a browser of their own, who wants technical help: the widget's dialog."""
    context = await shops.enter_async_context(await window(browser))
    page = await context.new_page()
    await page.goto(f"{address}/en")
    await page.locator("#tandem-chat .launch").click()
    dialog = page.get_by_role("dialog")
    for key in ("3", "1"):
        await dialog.get_by_role("group").get_by_role("button", name=key, exact=True).click()
    return dialog


async def _accept(page: Page, count: int) -> None:
    """Take the chat that is offered; so many contacts are on the desk then."""
    await page.locator(".contact.offered").get_by_role("button", name="Accept").click()
    await expect(page.locator(".contact.connected")).to_have_count(count)


async def _greet(contact: Locator, dialog: Locator, more: str) -> None:
    """An answer at hand, and one of one's own."""
    answer = contact.locator("textarea").last
    await answer.fill("/hello")
    await expect(contact.get_by_role("option")).to_have_count(1)
    await answer.press("Enter")
    await expect(answer).to_have_value("Hello Ann Miller, this is Li Na.")
    await answer.press("Enter")
    await answer.fill(more)
    await answer.press("Enter")
    for text in ("Hello Ann Miller, this is Li Na.", more):
        await expect(dialog.get_by_role("log")).to_contain_text(text)


async def test_a_supervisor_whispers_to_an_agent_in_the_browser_and_barges(
    centre: LiveCentre, browser: Browser
) -> None:
    page = await phoning(browser, centre)
    boss = await centre.lab.agent("1002", centre.password("1002"))
    line = await wants_a_person(centre)
    await page.get_by_role("button", name="Answer").click()
    await line.hears_tone(SPEAKS)
    await button(page, "Mute").click()
    await line.silent()
    board = await _board(browser, centre)
    await board.locator('tr[data-row="1001"]').get_by_role("button").click()
    dialog = board.get_by_role("dialog")
    mine = dialog.locator("output.mine")
    await dialog.get_by_label("Phone that rings").select_option("PJSIP/1002")
    await dialog.get_by_role("button", name="Whisper").click()
    await expect(mine).to_contain_text("rings")
    ear = await boss.answers()
    ear.says(tone(SUPERVISOR, seconds=120))
    await expect(mine).to_contain_text("The agent hears you, the caller does not.")
    await expect(state(page)).to_contain_text("whispers to you")
    await hears(page, SUPERVISOR)
    await line.silent(1.0)
    await button(page, "Unmute").click()
    await line.hears_tone(SPEAKS)
    await line.loses_tone(SUPERVISOR)
    await dialog.get_by_role("button", name="Barge in").click()
    await expect(state(page)).to_contain_text("takes part")
    await line.hears_tone(SUPERVISOR)
    await hears(page, SUPERVISOR)

    await page.reload()
    await talks_here(page)
    await expect(mine).to_contain_text("Both hear you.")
    await line.hears_tone(SUPERVISOR)
    await hears(page, SUPERVISOR)
    assert not ear.is_over
    await line.hang_up()
    await ear.ended()
    await expect(mine).to_have_text("The talk is over.")
    await is_in(page, "wrap_up")
    assert [row.mode for row in await centre.rows(Monitoring)] == ["whisper", "barge"]


async def test_a_supervisor_whose_phone_is_the_browser_answers_on_their_desk(
    centre: LiveCentre, browser: Browser, tmp_path: Path
) -> None:
    page = await phoning(browser, centre)
    line = await in_talk(page, centre)
    async with talking_browser(tmp_path, SUPERVISOR) as second:
        context = await phone_window(second)
        await context.grant_permissions(["microphone"])
        desk = await context.new_page()
        await sign_in(desk, centre, *await add_supervisor(centre, "1002"))
        await phone_is(desk, "ready")
        board = await context.new_page()
        await board.goto(f"{centre.url}/board")
        await board.locator('tr[data-row="1001"]').get_by_role("button").click(timeout=LIVE)
        dialog = board.get_by_role("dialog")
        mine = dialog.locator("output.mine")
        await expect(dialog).to_contain_text("Your phone in the browser will ring")
        await dialog.get_by_role("button", name="Barge in").click()
        await expect(mine).to_contain_text("rings")
        await desk.bring_to_front()
        await expect(desk.locator("section.other")).to_contain_text("1001")
        await desk.get_by_role("button", name="Answer").click()
        await line.hears_tone(SUPERVISOR)
        await line.hears_tone(SPEAKS)
        await desk.locator("section.other").get_by_role("button", name="Hang up").click()
        await line.loses_tone(SUPERVISOR)
        await board.bring_to_front()
        await expect(mine).to_have_text("Your phone has hung up; the talk goes on.")
    await line.hang_up()
    await is_in(page, "wrap_up")


async def test_a_desktop_asleep_cut_off_reloaded_and_opened_twice_during_a_call(
    centre: LiveCentre, browser: Browser
) -> None:
    async with proxy(centre.config.port("http_port")) as cable:
        context = await phone_window(browser)
        await remembered(context)
        await context.grant_permissions(["microphone"])
        page = await context.new_page()
        through = Through(f"http://127.0.0.1:{cable.port}", centre.token)
        await sign_in(page, through, *await add_user(centre, "1001"))
        await phone_is(page, "ready")
        await page.click("section.agent button.main")
        line = await in_talk(page, centre)
        since = len(line.heard)

        sleep = await context.new_cdp_session(page)
        await sleep.send("Debugger.enable")
        await sleep.send("Debugger.pause")
        await centre.tell("1001", "pause", "lunch")
        await _desktops(centre, 0)
        await line.hears_tone(SPEAKS)
        await sleep.send("Debugger.disable")
        await expect(state(page)).to_contain_text("Then: pause: lunch", timeout=REGISTERED)
        await shows_the_plane(page, centre)

        await cable.cut()
        await context.set_offline(True)
        await expect(page.locator(".health").first).to_have_class("health stale")
        await centre.tell("1001", "ready")
        await line.hears_tone(SPEAKS)
        await cable.mend()
        await context.set_offline(False)
        await expect(page.locator(".health").first).to_have_class("health live", timeout=LIVE)
        await expect(state(page)).to_contain_text("Then: ready")
        await phone_is(page, "ready")
        await shows_the_plane(page, centre)
        await missed_nothing(page)
        await hears(page, CALLS)
        assert heard_share(line, since, SPEAKS) > 0.9

        await page.reload()
        await talks_here(page)
        await line.hears_tone(SPEAKS)
        await hears(page, CALLS)
        await shows_the_plane(page, centre)

        second = await context.new_page()
        await second.goto(f"{through.url}/desk")
        await second.get_by_role("button", name="Only watch").click()
        await is_in(second, "connected")
        await line.hears_tone(SPEAKS)
        await second.get_by_role("button", name="Take over").click()
        await phone_is(page, "elsewhere")
        await talks_here(second)
        await line.hears_tone(SPEAKS)
        await hears(second, CALLS)
        await shows_the_plane(page, centre)
        await shows_the_plane(second, centre)
        await second.keyboard.press("Alt+h")
        for one in (page, second):
            await is_in(one, "wrap_up")
            await missed_nothing(one)
        await line.hang_up()


class Through:
    """The centre as it is reached by another address."""

    def __init__(self, url: str, token: dict[str, str]) -> None:
        self.url, self.token = url, token


async def _desktops(centre: LiveCentre, count: int) -> None:
    """Wait until so many desktops are there; one that says nothing is let go."""
    async with asyncio.timeout(30):
        while (await centre.metrics())["tandem_desktops"] != count:
            await asyncio.sleep(0.1)


async def test_the_board_and_the_desk_follow_a_call_through_a_kill(centre: LiveCentre, browser: Browser) -> None:
    """A call's life is on the board at once. The controller dies in it, the caller hangs up meanwhile: nothing is
    missed, nobody reloads."""
    board = await _board(browser, centre)
    service = board.locator('tr[data-row="service"]').first.locator("td")
    phone = await centre.lab.agent("1001", centre.password("1001"))
    desk_window = await window(browser)
    await remembered(desk_window)
    desk = await desk_window.new_page()
    await sign_in(desk, centre, *await add_user(centre, "1001"))
    line = await wants_a_person(centre)
    await expect(service.nth(0)).to_contain_text("1", timeout=SECOND)
    await desk.click("section.agent button.main")
    talk = await phone.answers()
    await expect(service.nth(0)).to_have_text("0", timeout=SECOND)
    await expect(service.nth(6)).to_have_text("1", timeout=SECOND)
    talk.says(tone(SPEAKS, seconds=60))
    await line.hears_tone(SPEAKS)
    waits = await wants_a_person(centre, "13800000002")
    await expect(service.nth(0)).to_contain_text("1", timeout=SECOND)
    for page in (board, desk):
        await page.evaluate("window.neverReloaded = true")

    since = len(line.heard)
    await centre.kill_controller()
    for page in (board, desk):
        await expect(page.locator(".health").first).to_have_class("health stale")
    await waits.hang_up()
    await line.hears_tone(SPEAKS)
    await centre.start_controller()
    for page in (board, desk):
        await expect(page.locator(".health").first).to_have_class("health live", timeout=LIVE)
    await expect(service.nth(0)).to_have_text("0", timeout=LIVE)
    await expect(service.nth(7)).to_have_text("1")
    await shows_the_plane(desk, centre)
    await shows_the_floor(board, centre)
    assert heard_share(line, since, SPEAKS) > 0.9

    await talk.hang_up()
    await is_in(desk, "wrap_up")
    await dispose(desk, "Solved", "")
    await is_in(desk, "ready")
    await line.hang_up()
    await centre.idle()
    await shows_the_floor(board, centre)
    for page in (board, desk):
        await missed_nothing(page)
        assert await page.evaluate("window.neverReloaded")
    await centre.until_recorded()
    await _is_behind(board, (await centre.contacts())[NUMBER].call)


async def _board(browser: Browser, centre: LiveCentre) -> Page:
    """A supervisor's board, once it is live."""
    context = await window(browser)
    await remembered(context)
    page = await context.new_page()
    await sign_in_at(f"{centre.url}/board", page, *await add_supervisor(centre))
    await expect(page.locator(".health")).to_have_class("health live", timeout=LIVE)
    return page


async def _is_behind(board: Page, call: str) -> None:
    """The number of the answered leads to the call, and to its path."""
    await board.get_by_role("button", name="Looking back").click()
    await board.get_by_label("Queue").select_option("service")
    await board.locator("tbody tr").last.get_by_role("button", name="1", exact=True).first.click()
    await expect(board.locator("dialog h2")).to_have_text("Answered, service: 1")
    await board.locator("dialog").get_by_role("button", name=call).click()
    await expect(board.locator("dialog .one")).to_contain_text("dialled 4008")
