"""Systems outside that hang, fail, answer garbage or are away, and a controller that is killed in the middle.

The caller is never dropped, nothing is done twice, and all of it is counted.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from examples.order_service.app import SECRET, TOKEN, OrderService, running
from examples.order_service.misbehaviour import Fault, Mode
from tandem.service.config import Config
from tandem.service.secrets import write_secret
from tests.live.centre import HOTLINE, LiveCentre, live_centre
from tests.phones import Line

pytestmark = pytest.mark.live

FLOW = """
name: shopline
languages: [en]
start: menu
apology: sorry
texts:
  menu: {en: 'For your order press one. To book a visit press two. To leave word press three.'}
  wrong: {en: This is not a choice.}
  moment: {en: One moment please.}
  status: {en: 'Your washing machine is {status}.'}
  booked: {en: 'The technician will come at {from}.'}
  told: {en: The workshop will be told.}
  sorry: {en: 'We are sorry, the shop does not answer.'}
nodes:
  menu:
    type: menu
    text: menu
    choices: {1: find, 2: book, 3: tell, 4: away}
    no_input: wrong
    wrong_key: wrong
    tries: 9
    failed: bye
  find:
    type: lookup
    service: shop
    path: /orders/20261002
    values: {status: {path: $.status}}
    timeout: 1
    retries: 0
    next: status
    failed: sorry
  status: {type: say, text: status, next: menu}
  book:
    type: lookup
    service: shop
    method: POST
    path: /bookings
    body: {kind: repair, phone: '{caller.number}', product: washer, date: '2026-11-27', slot: am}
    values: {from: {path: $.from}}
    timeout: 30
    meanwhile: moment
    next: booked
    failed: sorry
  booked: {type: say, text: booked, next: menu}
  tell: {type: notify, service: notices, event: repair_wanted, body: {phone: '{caller.number}'}, next: told}
  told: {type: say, text: told, next: menu}
  away: {type: lookup, service: gone, path: /, next: menu, failed: sorry, retries: 0}
  sorry: {type: say, text: sorry, next: menu}
  bye: {type: end}
"""

CENTRE = """
lines: {"4008": shopline}
services:
  shop:
    url: URL
    headers: {Authorization: "Bearer {secret:order_token}"}
    failures: 4
    open_seconds: 60
  notices: {url: URL/notifications, signed_with: order_notifications}
  gone: {url: "http://127.0.0.1:9"}
"""


@asynccontextmanager
async def shopping(home: Path) -> AsyncIterator[tuple[LiveCentre, OrderService]]:
    """A centre whose hotline asks the order service."""
    config = Config(home=home)
    write_secret(config, "order_token", TOKEN)
    write_secret(config, "order_notifications", SECRET)
    flows = home / "flows"
    flows.mkdir()
    (flows / "shopline.yaml").write_text(FLOW)
    shop = OrderService(home / "shop.json", today=date(2026, 11, 25))
    async with running(shop) as url, live_centre(home, CENTRE.replace("URL", url), flows=flows) as centre:
        yield centre, shop
        await centre.idle()
        await centre.check_books()


async def dial(centre: LiveCentre) -> Line:
    line = await (await centre.caller()).dial(HOTLINE)
    await line.hears(await centre.prompt("menu", "en"), 15)
    return line


def lookups(figures: dict[str, float], service: str, outcome: str) -> float:
    return figures[f'tandem_lookups_total{{outcome="{outcome}",service="{service}"}}']


async def test_a_service_that_goes_wrong_costs_the_caller_an_apology_and_no_more(tmp_path: Path) -> None:
    async with shopping(tmp_path) as (centre, shop):
        line = await dial(centre)
        await line.press("1")
        await line.hears((await centre.sentence("status", "en", status="paid"))[0])
        modes: tuple[Mode, ...] = ("hang", "fail", "garbage", "huge")
        for mode in modes:
            shop.misbehaviour.faults = [Fault("/orders", mode)]
            await line.press("1")
            await line.hears(await centre.prompt("sorry", "en"), 15)
        shop.misbehaviour.faults = []
        await line.press("1")  # four failures in a row: the shop is left alone, and not even asked
        await line.hears(await centre.prompt("sorry", "en"))
        await line.press("4")
        await line.hears(await centre.prompt("sorry", "en"))
        assert not line.is_over
        await line.hang_up()

        assert shop.seen["GET /orders/20261002"] == 5
        figures = await centre.metrics()
        assert lookups(figures, "shop", "answered") == 1
        assert lookups(figures, "shop", "failed") == 5
        assert lookups(figures, "gone", "failed") == 1
        assert figures['tandem_counted_total{kind="lookup failed"}'] == 6
        assert figures['tandem_service_left_alone{service="shop"}'] == 1
        assert TOKEN not in centre.log()


async def test_a_booking_under_way_when_the_controller_is_killed_is_made_once(tmp_path: Path) -> None:
    async with shopping(tmp_path) as (centre, shop):
        shop.misbehaviour.faults = [Fault("/bookings", "forget", times=1)]
        line = await dial(centre)
        await line.press("2")
        await line.hears(await centre.prompt("moment", "en"))
        await until_seen(shop, "POST /bookings", 1)
        await centre.kill_controller()
        await centre.start_controller()
        await line.hears((await centre.sentence("booked", "en", **{"from": "09:00"}))[0], 15)
        await line.hang_up()

        ((asked, times),) = [(key, times) for key, times in shop.seen.items() if key.startswith("POST /bookings")]
        assert times == 2, asked  # under one key
        assert len(shop.shop.bookings) == 1


async def test_what_is_told_when_the_controller_is_killed_is_taken_once(tmp_path: Path) -> None:
    async with shopping(tmp_path) as (centre, shop):
        shop.misbehaviour.faults = [Fault("/notifications", "forget", times=1)]
        line = await dial(centre)
        await line.press("3")
        await line.hears(await centre.prompt("told", "en"))
        await until_seen(shop, "POST /notifications", 1)
        await centre.kill_controller()
        await line.hang_up()
        await centre.start_controller()
        await until_seen(shop, "POST /notifications", 2)
        async with asyncio.timeout(10):
            while not (await centre.metrics()).get('tandem_notifications_total{outcome="delivered",service="notices"}'):
                await asyncio.sleep(0.05)

        assert [note["data"] for note in shop.shop.notifications] == [{"phone": "13800000001"}]
        await centre.kill_controller()
        await centre.start_controller()
        await centre.idle()
        assert sum(times for key, times in shop.seen.items() if key.startswith("POST /notifications")) == 2


async def until_seen(shop: OrderService, what: str, times: int) -> None:
    async with asyncio.timeout(15):
        while sum(seen for key, seen in shop.seen.items() if key.startswith(what)) < times:
            await asyncio.sleep(0.02)
