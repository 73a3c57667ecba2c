"""Receivers of webhooks, as an admin looks after them."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.cti.webhooks_api import WebhooksApi
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tandem.store.webhook_outbox import FAILED
from tests.cti.receivers import Gateway
from tests.cti.sites import Site
from tests.cti.test_webhooks import Centre, event


@pytest.fixture
def centre(engine: AsyncEngine, gateway: Gateway) -> Centre:
    made = Centre(engine)
    made.add(gateway)
    return made


@pytest.fixture
async def site(outbox: Outbox, users: UserStore, centre: Centre) -> AsyncIterator[Site]:
    site = Site(outbox, users)
    site.more = WebhooksApi(centre.webhooks, centre.outbox, lambda: centre.hooks, lambda: 5000.0).routes()
    async with site.running():
        yield site


async def test_an_admin_sees_how_each_receiver_is_and_sends_again_what_was_given_up(site: Site, centre: Centre) -> None:
    await centre.happen(event(1), event(2), event(3, "c2"))
    status, (shown,) = await site.json("GET", "/webhooks")
    assert (status, shown["name"], shown["state"], shown["waiting"], shown["given_up"]) == (200, "crm", "well", 3, 0)
    await centre.outbox.give_up("crm", 1e12, "not taken", 4000.0)
    status, listed = await site.json("GET", "/webhooks/crm/deliveries?state=failed&limit=2")
    assert (status, [one["id"] for one in listed]) == (200, ["9.0-3", "9.0-2"])
    assert "body" not in listed[0], "it may have what not every admin is to read"
    assert await site.json("POST", "/webhooks/crm/redeliver", body=b'{"id": "9.0-2"}') == (200, {"count": 1})
    assert await site.json("POST", "/webhooks/crm/redeliver") == (200, {"count": 2})
    (shown,) = (await site.json("GET", "/webhooks"))[1]
    assert (shown["waiting"], shown["given_up"]) == (3, 0)
    assert FAILED not in await centre.states()
    entries = (await site.json("GET", "/audit"))[1]
    assert [(one["what"], one["detail"]) for one in entries if "redeliver" in one["what"]] == [
        ("POST /webhooks/crm/redeliver", "all: 2"),
        ("POST /webhooks/crm/redeliver", "9.0-2: 1"),
    ]


async def test_a_receiver_is_tried_with_an_event_that_says_so(site: Site, gateway: Gateway) -> None:
    assert await site.json("POST", "/webhooks/crm/test") == (200, {"taken": True, "reason": ""})
    assert gateway.bodies[0]["event"] == "Test"
    gateway.answers = [500]
    status, told = await site.json("POST", "/webhooks/crm/test")
    assert (status, told) == (200, {"taken": False, "reason": "the receiver answered 500"})


@pytest.mark.parametrize("way", ["GET deliveries", "POST test", "POST redeliver"])
async def test_a_receiver_that_is_not_in_the_settings_is_not_known(site: Site, way: str) -> None:
    method, verb = way.split()
    status, refused = await site.json(method, f"/webhooks/nobody/{verb}")
    assert (status, refused["error"]["code"]) == (404, "unknown_webhook")


async def test_not_more_is_listed_than_can_be_borne(site: Site) -> None:
    status, refused = await site.json("GET", "/webhooks/crm/deliveries?limit=1000")
    assert (status, refused["error"]["code"]) == (400, "bad_query")
