"""Links reach the caller by each way there is, and a way that is closed costs the caller nothing but the link."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tandem.store import queries
from tests.cti.receivers import SECRET, Gateway, running_gateway
from tests.live.centre import AFTER_TALK, LiveCentre, live_centre
from tests.phones import Line, message_phone

pytestmark = pytest.mark.live


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """An SMS gateway that checks our signature."""
    async with running_gateway() as running:
        yield running


@pytest.fixture
async def centre(tmp_path: Path, gateway: Gateway) -> AsyncIterator[LiveCentre]:
    """A centre whose links go by SIP MESSAGE or by the gateway, and in no other way."""
    async with live_centre(tmp_path, **ways_to_send(gateway)) as running:
        yield running
        await running.check_books()


async def test_a_customers_phone_gets_links_as_messages_whose_pages_open_in_the_calls_language(
    centre: LiveCentre, gateway: Gateway
) -> None:
    async with message_phone(centre.config.port("sip_port"), "2001", centre.password("2001")) as phone:
        line = await centre.dial_menu(await centre.customer("2001"))
        await ask_for_order_status(centre, line)
        chinese = url_in((await phone.receives()).text, "【云岭电器】点击查看您的订单进度：")
        await line.hears(await centre.prompt("link_sent"), 15)
        await until_link(centre, 1, "delivered", "sip_message")
        assert '<html lang="zh-CN">' in await opened(chinese)
        await until_link(centre, 1, "opened", "sip_message")

        await line.press("1")
        await line.hears(await centre.prompt("main_menu"))
        await line.press("9")
        await line.hears(await centre.prompt("main_menu", "en"))
        await ask_for_order_status(centre, line, "en")
        english = url_in((await phone.receives()).text, "Yunling: see where your order is: ")
        assert '<html lang="en">' in await opened(english)
        await until_link(centre, 2, "opened", "sip_message")
        await line.hang_up()

    assert chinese != english
    assert gateway.bodies == []
    await centre.idle()
    assert (await centre.contacts())["2001"].outcome == "contained"


async def test_a_strangers_link_is_posted_signed_until_the_gateway_takes_it_once(
    centre: LiveCentre, gateway: Gateway
) -> None:
    gateway.answers = [500]
    line = await centre.dial_menu(await centre.caller("13800000005"))
    await ask_for_order_status(centre, line)
    await line.hears(await centre.prompt("link_sent"), 15)
    (call,) = (await centre.state())["calls"]
    await line.hang_up()

    assert gateway.keys == [f"{call['call']}/1"] * 2
    refused, taken = gateway.bodies
    assert refused == taken
    assert (taken["to"], taken["purpose"], taken["language"]) == ("13800000005", "order_status", "zh-CN")
    assert url_in(taken["text"], "【云岭电器】点击查看您的订单进度：") == taken["url"]
    await until_link(centre, 1, "delivered", "webhook")
    assert '<html lang="zh-CN">' in await opened(taken["url"])
    await until_link(centre, 1, "opened", "webhook")  # though the call is over
    figures = await centre.metrics()
    assert figures['tandem_links_total{outcome="try_again"}'] == 1
    assert figures['tandem_links_total{outcome="delivered"}'] == 1


async def test_a_caller_whose_link_finds_the_gateway_down_comes_to_an_agent(tmp_path: Path) -> None:
    async with running_gateway() as gone:
        pass
    async with live_centre(tmp_path, **ways_to_send(gone)) as centre:
        line = await centre.dial_menu(await centre.caller("13800000006"))
        await ask_for_order_status(centre, line)
        agent = await centre.agent("1001")
        await line.hears(await centre.prompt("link_failed"), 20)
        call = await agent.answers()
        await call.hang_up()
        await line.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
        await line.hang_up()
        await centre.idle()

        assert gone.bodies == []
        assert (await centre.contacts())["13800000006"].outcome == "served"
        figures = await centre.metrics()
        assert figures['tandem_links_total{outcome="try_again"}'] >= 2
        assert figures['tandem_counted_total{kind="flow fault"}'] == 1
        await centre.check_books()


def ways_to_send(gateway: Gateway) -> dict[str, Any]:
    """Settings."""
    return {"outbox_delivers": False, "webhook_url": gateway.url, "webhook_secret": SECRET}


async def ask_for_order_status(centre: LiveCentre, line: Line, language: str = "zh-CN") -> None:
    await line.press("1")
    await line.hears(await centre.prompt("orders", language))
    await line.press("1")
    await line.hears(await centre.prompt("sending_link", language))


async def until_link(centre: LiveCentre, number: int, status: str, adapter: str) -> None:
    """Wait until the records say that of a link."""

    recorded: list[tuple[str, str]] = []
    try:
        async with asyncio.timeout(10):
            while (status, adapter) not in recorded:
                links = await centre.records(queries.links)
                recorded = [(link.status, link.adapter) for link in links if link.link == number]
    except TimeoutError:
        raise AssertionError(f"link {number} is {recorded}, not {status} by {adapter}") from None


def url_in(text: str, before: str) -> str:
    """The address that makes up the whole rest of `text` after `before`."""
    assert text.startswith(before)
    url = text.removeprefix(before)
    assert urlsplit(url).path.startswith("/l/")
    return url


async def opened(url: str) -> str:
    """The page at `url`."""
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
        return await answer.text()
