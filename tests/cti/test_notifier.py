import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from tandem.control.commands import SendLink
from tandem.control.events import Event, LinkDelivered, LinkFailed
from tandem.cti.delivery import Adapter, DeliveryError, OutboxOnly
from tandem.cti.notifier import Notifier
from tandem.cti.sip_message import SipMessage
from tandem.cti.tokens import Tokens
from tandem.cti.webhook import Webhook
from tandem.store.outbox import Outbox
from tests.cti.receivers import SECRET, Gateway

NOW = 1_700_000_000.0
LINK = SendLink("c1", 1, "order_status", "zh-CN", "查订单:{link}", "13800000000", "PJSIP/caller-00000001")


class Phones:
    """Phones that can take text, as the switch would reach them."""

    def __init__(self, *channels: str, refuses: Exception | None = None) -> None:
        self.texts: list[tuple[str, str]] = []
        self.adapter = SipMessage(lambda channel: channel in channels, self.message_send)
        self._refuses = refuses

    async def message_send(self, device: str, text: str) -> None:
        self.texts.append((device, text))
        if self._refuses:
            raise self._refuses


class Running:
    """A notifier at work; `told` gives what it emits."""

    def __init__(self, outbox: Outbox, adapters: Sequence[Adapter], capacity: int = 100) -> None:
        self._told: asyncio.Queue[Event] = asyncio.Queue()
        self.notifier = Notifier(
            outbox, adapters, self._told.put_nowait, "https://care.example/", Tokens("a key").new, lambda: NOW,
            retry_seconds=(0.01, 0.01), capacity=capacity,
        )  # fmt: skip

    async def told(self) -> Event:
        return await asyncio.wait_for(self._told.get(), 10)


@asynccontextmanager
async def running(outbox: Outbox, *adapters: Adapter) -> AsyncIterator[Running]:
    running = Running(outbox, adapters)
    task = asyncio.create_task(running.notifier.run())
    yield running
    task.cancel()
    await asyncio.wait([task])


def webhook(gateway: Gateway, timeout_seconds: float = 5.0) -> Webhook:
    return Webhook(gateway.url, SECRET, lambda: NOW, timeout_seconds)


async def test_a_link_goes_to_the_gateway_signed_and_with_its_key(outbox: Outbox, gateway: Gateway) -> None:
    async with running(outbox, webhook(gateway)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "webhook")
    (body,) = gateway.bodies
    (item,) = await outbox.newest(1)
    url = f"https://care.example/l/{item.token}"
    assert body == {
        "call": "c1", "link": 1, "purpose": "order_status", "language": "zh-CN",
        "to": "13800000000", "url": url, "text": f"查订单:{url}",
    }  # fmt: skip
    assert gateway.keys == ["c1/1"]
    assert len(item.token) >= 22
    assert (item.state, item.attempts) == ("delivered", 1)


async def test_a_phone_that_takes_text_is_preferred(outbox: Outbox, gateway: Gateway) -> None:
    phones = Phones(LINK.channel)
    async with running(outbox, phones.adapter, webhook(gateway)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "sip_message")
    ((device, text),) = phones.texts
    assert device == "PJSIP/caller"
    assert text.startswith("查订单:https://care.example/l/")
    assert gateway.bodies == []


async def test_a_phone_that_takes_no_text_gets_it_by_the_gateway(outbox: Outbox, gateway: Gateway) -> None:
    async with running(outbox, Phones("PJSIP/other-1").adapter, webhook(gateway)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "webhook")


async def test_without_a_way_to_the_caller_the_link_fails(outbox: Outbox) -> None:
    async with running(outbox) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkFailed("c1", 1, "no way to reach the caller")
    (item,) = await outbox.newest(1)
    assert item.state == "failed"


async def test_a_demo_may_count_the_outbox_as_delivery(outbox: Outbox) -> None:
    async with running(outbox, OutboxOnly()) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "outbox")


async def test_a_gateway_in_trouble_is_tried_again_with_the_same_key(outbox: Outbox, gateway: Gateway) -> None:
    gateway.answers = [503, 500]
    async with running(outbox, webhook(gateway)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "webhook")
        assert it.notifier.counts == {"try_again": 2, "delivered": 1}
    assert gateway.keys == ["c1/1"] * 3
    assert gateway.bodies[0] == gateway.bodies[2]
    (item,) = await outbox.newest(1)
    assert item.attempts == 3


async def test_a_gateway_that_stays_in_trouble_is_given_up(outbox: Outbox, gateway: Gateway) -> None:
    gateway.answers = [503] * 9
    async with running(outbox, webhook(gateway)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkFailed("c1", 1, "the gateway answered 503")
    assert len(gateway.keys) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 302])
async def test_a_refusal_is_final(outbox: Outbox, gateway: Gateway, status: int) -> None:
    gateway.answers = [status]
    async with running(outbox, webhook(gateway)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkFailed("c1", 1, f"the gateway answered {status}")
    assert len(gateway.keys) == 1


async def test_a_gateway_that_checks_refuses_a_wrong_secret(outbox: Outbox, gateway: Gateway) -> None:
    async with running(outbox, Webhook(gateway.url, "wrong", lambda: NOW)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkFailed("c1", 1, "the gateway answered 401")


async def test_a_silent_gateway_is_tried_again(outbox: Outbox, gateway: Gateway) -> None:
    gateway.answers = [0]
    async with running(outbox, webhook(gateway, timeout_seconds=0.2)) as it:
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "webhook")
    assert len(gateway.keys) == 2


async def test_an_absent_gateway_is_given_up_and_no_secret_is_logged(outbox: Outbox, gateway: Gateway) -> None:
    absent = gateway.url.replace("http://", "http://user:hunter2@").replace("/sms", "/sms?key=hunter3")
    port = gateway.url.split(":")[2].split("/")[0]
    absent = absent.replace(port, "9")
    with capture_logs() as logs:
        async with running(outbox, Webhook(absent, SECRET, lambda: NOW)) as it:
            it.notifier.send(LINK)
            assert await it.told() == LinkFailed("c1", 1, "the gateway can't be reached")
    assert len(logs) == 4
    (item,) = await outbox.newest(1)
    assert not [secret for secret in ("hunter2", "hunter3", SECRET, item.token) if secret in str(logs)]


@pytest.mark.parametrize("error", [DeliveryError("refused"), TimeoutError(), ConnectionResetError()])
async def test_a_message_the_switch_does_not_take_fails_and_is_not_repeated(outbox: Outbox, error: Exception) -> None:
    phones = Phones(LINK.channel, refuses=error)
    async with running(outbox, phones.adapter) as it:
        it.notifier.send(LINK)
        assert isinstance(await it.told(), LinkFailed)
    assert len(phones.texts) == 1


async def test_a_link_asked_for_again_after_a_restart_is_not_sent_again(outbox: Outbox, gateway: Gateway) -> None:
    for _ in range(2):
        async with running(outbox, webhook(gateway)) as it:
            it.notifier.send(LINK)
            assert await it.told() == LinkDelivered("c1", 1, "webhook")
    assert len(gateway.keys) == 1


async def test_a_link_asked_for_twice_at_once_is_sent_once(outbox: Outbox, gateway: Gateway) -> None:
    async with running(outbox, webhook(gateway)) as it:
        it.notifier.send(LINK)
        it.notifier.send(LINK)
        await it.told()
        it.notifier.send(SendLink("c2", 1, "default", "en", "{link}", "1", "x"))
        assert await it.told() == LinkDelivered("c2", 1, "webhook")
    assert gateway.keys == ["c1/1", "c2/1"]


async def test_a_gateway_request_cut_by_a_restart_is_repeated_with_its_key(outbox: Outbox, gateway: Gateway) -> None:
    gateway.answers = [0]
    async with running(outbox, webhook(gateway)) as it:
        it.notifier.send(LINK)
        await asyncio.wait_for(gateway.seen.wait(), 10)
    async with running(outbox, webhook(gateway)) as it:
        assert await it.told() == LinkDelivered("c1", 1, "webhook")
    assert gateway.keys == ["c1/1", "c1/1"]
    assert gateway.bodies[0] == gateway.bodies[1]


@pytest.mark.parametrize("channels", [[LINK.channel], []])
async def test_a_message_cut_by_a_restart_is_not_repeated_and_counts_as_delivered(
    outbox: Outbox, channels: list[str]
) -> None:
    item = await outbox.add(LINK, "token", NOW)
    await outbox.sending(item, "sip_message", NOW)
    phones = Phones(*channels)
    async with running(outbox, phones.adapter, OutboxOnly()) as it:
        assert await it.told() == LinkDelivered("c1", 1, "sip_message")
    assert phones.texts == []
    (item,) = await outbox.newest(1)
    assert item.reason == "sent just before a restart; not sent twice"


async def test_too_many_links_at_once_fail_at_once(outbox: Outbox) -> None:
    it = Running(outbox, [OutboxOnly()], capacity=1)
    it.notifier.send(LINK)
    it.notifier.send(SendLink("c2", 1, "default", "en", "{link}", "1", "x"))
    assert await it.told() == LinkFailed("c2", 1, "too many links wait to be sent")


async def test_a_broken_outbox_fails_the_link_and_not_the_notifier(outbox: Outbox, tmp_path: Path) -> None:
    async with running(outbox, OutboxOnly()) as it:
        it.notifier.send(SendLink("c0", 1, "default", "en", "{link}", "1", "x"))
        assert await it.told() == LinkDelivered("c0", 1, "outbox")
        with closing(sqlite3.connect(tmp_path / "records.sqlite3")) as database:
            database.execute("ALTER TABLE outbox RENAME TO lost")
            it.notifier.send(LINK)
            assert await it.told() == LinkFailed("c1", 1, "the outbox can't be used")
            database.execute("ALTER TABLE lost RENAME TO outbox")
        it.notifier.send(LINK)
        assert await it.told() == LinkDelivered("c1", 1, "outbox")


async def test_an_error_of_ours_fails_the_link_and_not_the_notifier(outbox: Outbox, gateway: Gateway) -> None:
    phones = Phones(LINK.channel, refuses=RuntimeError("unforeseen"))
    async with running(outbox, phones.adapter, webhook(gateway)) as it:
        it.notifier.send(LINK)
        failed = await it.told()
        assert isinstance(failed, LinkFailed)
        assert "unforeseen" in failed.reason
        it.notifier.send(msgspec.structs.replace(LINK, link=2, channel="PJSIP/trunk-00000002"))
        assert await it.told() == LinkDelivered("c1", 2, "webhook")
