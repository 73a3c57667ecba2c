"""Webhooks and orders beside real calls: the controller is killed in mid-call, and the CRM is in trouble meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from examples.order_service.app import TOKEN, OrderService
from examples.order_service.app import running as serving
from tandem.service.config import Config
from tandem.service.secrets import write_secret
from tandem.store.models import WebhookItem
from tests.cti.receivers import SECRET, Gateway, running_gateway
from tests.live.centre import CENTRE, HOTLINE, LiveCentre, live_centre
from tests.live.desktop import Desktop, desktop

pytestmark = pytest.mark.live

NUMBER = "13800000001"
FLOW = """
name: hotline
languages: [en]
start: agent
apology: sorry
texts:
  sorry: {en: We are sorry.}
nodes:
  agent: {type: queue, queue: tech, next: done}
  done: {type: end}
"""


@asynccontextmanager
async def connected(home: Path, crm: Gateway, shop: str) -> AsyncIterator[LiveCentre]:
    """A centre with these systems outside."""
    plan = f"""
services:
  crm: {{url: "{crm.url}", signed_with: crm_events, failures: 3, open_seconds: 1}}
  shop: {{url: "{shop}", headers: {{Authorization: "Bearer {{secret:shop}}"}}}}
webhooks:
  crm: {{service: crm}}
orders: {{service: shop}}
"""
    place = Config(home=home)
    write_secret(place, "crm_events", SECRET)
    write_secret(place, "shop", TOKEN)
    async with live_centre(home, CENTRE + plan, FLOW) as centre:
        yield centre


def happened(crm: Gateway, *kinds: str) -> list[str]:
    """The events that came, each once, in the order in which they came first."""
    bodies = {body["id"]: body for body in crm.bodies}
    return [body["event"] for body in bodies.values() if body["event"] in kinds]


async def all_taken(centre: LiveCentre) -> list[WebhookItem]:
    """Wait until every event is taken; all of them. One that meets all that goes wrong is left to rest for 26 s."""
    async with asyncio.timeout(60):
        rows = await centre.rows(WebhookItem)
        while any(row.state != "delivered" for row in rows):
            await asyncio.sleep(0.2)
            rows = await centre.rows(WebhookItem)
    return rows


def orders_on(desk: Desktop) -> list[dict[str, str]]:
    """The orders in the pop."""
    return [order for one in desk.contacts.values() for order in (one["orders"] or {}).get("found", ())]


async def test_every_event_is_delivered_under_one_key_though_the_controller_is_killed(tmp_path: Path) -> None:
    async with (
        AsyncExitStack() as stack,
        running_gateway() as crm,
        serving(OrderService(tmp_path / "shop.json", today=date(2026, 11, 24))) as shop,
        connected(tmp_path, crm, shop) as centre,
    ):
        agent = await centre.agent("1001")
        desk = await stack.enter_async_context(desktop(centre.url, centre.token, "1001"))
        caller = await centre.caller(NUMBER)
        line = await caller.dial(HOTLINE)
        there = await agent.answers()
        await centre.agent_is("1001", "connected")
        await desk.until(lambda: orders_on(desk), "the customer's orders")
        assert {order["number"] for order in orders_on(desk)} == {"20261006", "20261007"}
        crm.answers = [500, 0, 503]
        await centre.tell("1001", "pause", "lunch")
        await centre.kill_controller()
        await there.hang_up()
        await centre.start_controller()
        await line.hang_up()
        await centre.idle()

        rows = await all_taken(centre)
    numbers = sorted(int(row.event.partition("-")[2]) for row in rows)
    assert numbers == list(range(1, len(rows) + 1)), "nothing is missing, nothing is there twice"
    assert {row.state for row in rows} == {"delivered"}
    assert set(crm.keys) == {row.event for row in rows}
    life = happened(crm, "ContactOffered", "ContactConnected", "ContactEnded")
    assert life == ["ContactOffered", "ContactConnected", "ContactEnded"]
