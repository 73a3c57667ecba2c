"""What a page was told, and whether what it shows is what the plane has."""

import asyncio
from typing import Any

import aiohttp
from playwright.async_api import BrowserContext, Page

from tests.live.centre import LiveCentre

RECEIVED = """
window.received = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string" && data[0] === "{") window.received.push(JSON.parse(data));
    });
  }
};
"""
"""Keeps what comes over the page's WebSockets, but for the phone's, which is SIP."""
SHOWN = """() => ({
  agent: document.querySelector(".state")?.dataset.state,
  contacts: [...document.querySelectorAll("article.contact")].map((one) => one.dataset.contact + " " + one.className),
  paths: [...document.querySelectorAll(".path li")].map((one) => one.innerText),
})"""
ROWS = """() => Object.fromEntries([...document.querySelectorAll("tr[data-row]")].map(
  (row) => [row.dataset.row, [...row.cells].map((cell) => cell.innerText)]))"""


async def remembered(context: BrowserContext) -> None:
    """From now on, the pages of a window keep what they are told."""
    await context.add_init_script(RECEIVED)


async def missed_nothing(page: Page) -> None:
    """Each number that the page was told follows the one before, or a snapshot."""
    told = [one for one in await page.evaluate("window.received") if one["type"] in ("snapshot", "event", "resumed")]
    assert told and told[0]["type"] == "snapshot", told[:1]
    number = 0
    for one in told:
        if one["type"] == "snapshot":
            number = one["position"]["number"]
        elif one["type"] == "event":
            number += 1
            assert one["number"] == number, one


async def first_told(centre: LiveCentre, path: str, **hello: Any) -> dict[str, Any]:
    """The snapshot that a program is given now."""
    async with (
        aiohttp.ClientSession(centre.url, headers=centre.token) as http,
        http.ws_connect(path) as socket,
    ):
        await socket.send_json({"type": "hello"} | hello)
        snapshot: dict[str, Any] = await socket.receive_json(timeout=10)
        assert snapshot["type"] == "snapshot", snapshot
        return snapshot


async def shows_the_plane(page: Page, centre: LiveCentre, agent: str = "1001") -> None:
    """What a desk shows is what the plane has of it, and what a window shows that is opened now."""
    new = await page.context.new_page()
    await new.goto(f"{centre.url}/desk")
    await new.get_by_role("button", name="Only watch").click()
    await new.locator(".state").wait_for()
    shown = fresh = told = None
    try:
        async with asyncio.timeout(5):
            while not shown or shown != fresh or told != (shown["agent"], shown["contacts"]):
                shown, fresh = await page.evaluate(SHOWN), await new.evaluate(SHOWN)
                told = _desk(await first_told(centre, "/desktop", agent=agent, mode="watch"))
    except TimeoutError:
        raise AssertionError(f"shown: {shown}; in a window opened now: {fresh}; told: {told}") from None
    await new.close()


def _desk(snapshot: dict[str, Any]) -> tuple[str, list[str]]:
    """The agent's state and the contacts, as a page names them."""
    contacts = [one["contact"] for one in snapshot["contacts"]]
    return snapshot["agent"]["state"], [f"{one['contact']} contact {one['state']} {one['channel']}" for one in contacts]


async def shows_the_floor(board: Page, centre: LiveCentre) -> None:
    """What a board shows of queues and agents is what a board is told that is opened now."""
    rows: dict[str, list[str]] = {}
    told: dict[str, Any] = {}
    try:
        async with asyncio.timeout(5):
            while True:
                told, rows = await first_told(centre, "/board/live"), await board.evaluate(ROWS)
                if _is_floor(rows, told):
                    return
    except TimeoutError:
        raise AssertionError(f"shown: {rows}; told: {told['queues']} {told['agents']}") from None


def _is_floor(rows: dict[str, list[str]], told: dict[str, Any]) -> bool:
    return all(_is_queue(rows[queue["queue"]], queue) for queue in told["queues"]) and all(
        _is_agent(rows[agent["agent"]], agent) for agent in told["agents"]
    )


def _is_queue(cells: list[str], queue: dict[str, Any]) -> bool:
    """Behind name and waiting are five that the clock moves, or that are worked out."""
    counts = [
        f"{queue['today'][name]}" for name in ("offered", "answered", "abandoned", "overflowed_out", "self_served")
    ]
    rest = [*counts, f"{queue['callbacks']}", f"{queue['in_talk']}", f"{queue['ready']} / {queue['at_work']}"]
    return f"{queue['waiting']}" in cells[1].split() and cells[6:] == rest


def _is_agent(cells: list[str], agent: dict[str, Any]) -> bool:
    """Name and team, state and how long, contacts, attention."""
    return cells[5] == f"{agent['units']}" and cells[4].count("·") == len(agent["contacts"])
