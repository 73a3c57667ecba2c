"""A customer's orders in the screen pop: of a real shop, which is in trouble for a while."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from examples.order_service.app import TOKEN, OrderService
from examples.order_service.app import running as serving
from examples.order_service.misbehaviour import Fault
from tandem.service.config import Config
from tandem.service.secrets import write_secret
from tests.live.centre import CENTRE, LiveCentre, live_centre
from tests.web.desks import at_work, axe, contacts

pytestmark = pytest.mark.live

PLAN = """
services: {shop: {url: URL, headers: {Authorization: "Bearer {secret:shop}"}}}
orders: {service: shop, fields: {number: $.number, product: $.name_en, status: $.status}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> OrderService:
    return OrderService(tmp_path / "shop.json", today=date(2026, 11, 24))


@pytest.fixture
async def centre(tmp_path: Path, shop: OrderService) -> AsyncIterator[LiveCentre]:
    write_secret(Config(home=tmp_path), "shop", TOKEN)
    async with serving(shop) as url, live_centre(tmp_path, CENTRE + PLAN.replace("URL", url)) as running:
        yield running


async def test_orders_that_could_not_be_had_are_there_at_the_second_try(
    centre: LiveCentre, shop: OrderService, browser: Browser
) -> None:
    shop.misbehaviour.faults = [Fault("/orders", "fail", 2)]
    agent = await centre.lab.agent("1001", centre.password("1001"))
    page = await at_work(browser, centre)
    line = await centre.dial_service(await centre.caller("13800000001"))
    talk = await agent.answers()
    orders = contacts(page).locator("section.orders")
    await expect(orders.locator("output")).to_have_text("The orders can't be shown: it answered 500.")
    assert await axe(page) == []
    await orders.get_by_role("button", name="Try again").click()
    await expect(orders.locator("li")).to_have_count(2)
    await expect(orders.locator("li").first).to_contain_text("20261006")
    assert await axe(page) == []
    await line.hang_up()
    await talk.ended()
