"""Events, taken by real receivers that hang, fail, talk nonsense, or are not there for a while."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.commands import TellReceivers
from tandem.control.events import Event, EventsGivenUp, ReceiverLost
from tandem.control.settings import Service
from tandem.control.webhooks.told import ContactDisposed
from tandem.control.webhooks.webhook_settings import Webhook
from tandem.cti import webhooks as shell
from tandem.cti.secrets import SecretError
from tandem.cti.webhooks import Around, Webhooks
from tandem.store.records import Batch, RecordWriter
from tandem.store.webhook_outbox import DELIVERED, FAILED, REMOVED, WebhookOutbox
from tests.cti.receivers import SECRET, Gateway, running_gateway
from tests.cti.sites import until

SECRETS = {"signing": SECRET}
SOON = 1e-9
"""Hours: at the first failure."""


def secrets(name: str) -> str:
    if name not in SECRETS:
        raise SecretError(f"there is no secret {name}")
    return SECRETS[name]


class Centre:
    """Settings, a database, and webhooks at work; `told` is what the plane was told."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.outbox = WebhookOutbox(engine)
        self.writer = RecordWriter(engine, 0)
        self.hooks: dict[str, Webhook] = {}
        self.services: dict[str, Service] = {}
        self.told: list[Event] = []
        self.entries = 0
        self.webhooks = self.made()

    def made(self) -> Webhooks:
        around = Around(
            self.outbox, lambda: self.hooks, lambda: self.services, secrets, self.told.append, time.time,
            pauses=(0.05, 0.1), timeout=0.3,
        )  # fmt: skip
        made = Webhooks(around)
        self.writer.webhooks_written = made.wake
        return made

    def add(
        self, gateway: Gateway, name: str = "crm", failures: int = 100, hours: float = 24.0, path: str = ""
    ) -> None:
        self.services[name] = Service(gateway.url, failures=failures, open_seconds=0.2, signed_with="signing")
        self.hooks[name] = Webhook(name, path, give_up_hours=hours)

    async def happen(self, *events: TellReceivers) -> None:
        self.entries += 1
        await self.writer._write([Batch(self.entries, time.time(), list(events))])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.webhooks.run())
        yield
        task.cancel()
        await asyncio.wait([task])

    async def states(self, receiver: str = "crm") -> list[str]:
        return [item.state for item in await self.outbox.newest(receiver, "", 100)]

    async def each_state(self, receiver: str) -> AsyncIterator[list[str]]:
        while True:
            yield await self.states(receiver)

    async def all_delivered(self, count: int, receiver: str = "crm") -> None:
        await until_states(self, [DELIVERED] * count, receiver)


def event(number: int, subject: str = "c1", *receivers: str) -> TellReceivers:
    disposed = ContactDisposed(subject, "tech", str(number), "")
    return TellReceivers(f"9.0-{number}", receivers or ("crm",), time.time(), subject, "1001", disposed)


async def until_states(centre: Centre, wanted: list[str], receiver: str = "crm") -> None:
    async with asyncio.timeout(20):
        async for states in centre.each_state(receiver):
            if states == wanted:
                return


@pytest.fixture
def centre(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> Centre:
    monkeypatch.setattr(shell, "LOOK_AGAIN", 0.05)
    return Centre(engine)


def codes(gateway: Gateway, subject: str = "c1") -> list[str]:
    return [body["code"] for body in gateway.bodies if body["contact"] == subject]


async def test_events_of_a_contact_go_in_order_signed_and_under_their_keys(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    await centre.happen(*(event(number, f"c{number % 3}") for number in range(30)))
    async with centre.running():
        await centre.all_delivered(30)
    for subject in range(3):
        assert codes(gateway, f"c{subject}") == [str(number) for number in range(30) if number % 3 == subject]
    assert sorted(gateway.keys) == sorted({f"9.0-{number}" for number in range(30)})
    assert gateway.bodies[0]["id"] == gateway.keys[0]
    assert centre.webhooks.counts == {("crm", "delivered"): 30}


async def test_what_is_new_goes_at_once(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    async with centre.running():
        await until(lambda: "crm" in centre.webhooks.receivers)
        await centre.happen(event(1))
        await asyncio.wait_for(gateway.seen.wait(), 5)


async def test_it_goes_to_the_path_under_the_services_address(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway, path="/sms")
    centre.services["crm"] = Service(gateway.url.removesuffix("/sms"), signed_with="signing")
    await centre.happen(event(1))
    async with centre.running():
        await centre.all_delivered(1)


async def test_an_event_that_is_not_taken_holds_up_its_own_contact_only(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    gateway.answers = [500]
    await centre.happen(event(1), event(2), event(3, "c2"), event(4, "c2"))
    async with centre.running():
        await centre.all_delivered(4)
    assert (codes(gateway), codes(gateway, "c2")) in (
        (["1", "1", "2"], ["3", "4"]),
        (["1", "2"], ["3", "3", "4"]),
    )
    assert centre.webhooks.counts["crm", "try_again"] == 1


@pytest.mark.parametrize("status", [400, 401, 404, 302, 503])
async def test_whatever_it_refuses_with_it_is_asked_again(centre: Centre, gateway: Gateway, status: int) -> None:
    centre.add(gateway)
    gateway.answers = [status, status]
    await centre.happen(event(1))
    async with centre.running():
        await centre.all_delivered(1)
    assert gateway.keys == ["9.0-1"] * 3
    (item,) = await centre.outbox.newest("crm", "", 1)
    assert item.attempts == 3


async def test_who_asks_to_be_left_alone_is_left_alone_with_everything(
    centre: Centre, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "LONGEST_PAUSE", 0.5)
    centre.add(gateway)
    gateway.answers, gateway.headers = [429], {"Retry-After": "7200"}
    await centre.happen(event(1))
    async with centre.running():
        await until(lambda: gateway.keys)
        began = time.monotonic()
        await centre.happen(event(2, "c2"))
        await until(lambda: len(gateway.keys) >= 2)
        assert time.monotonic() - began > 0.4
        await centre.all_delivered(2)


async def test_one_that_hangs_delays_no_other_and_is_asked_again(centre: Centre, gateway: Gateway) -> None:
    async with running_gateway() as slow:
        centre.add(gateway)
        centre.add(slow, "slow")
        slow.answers = [0] * 20
        for number in range(20):
            await centre.happen(event(number, f"c{number}", "crm", "slow"))
        async with centre.running():
            await centre.all_delivered(20)
            assert DELIVERED not in await centre.states("slow")
            assert len(slow.keys) <= shell.AT_ONCE
            await centre.all_delivered(20, "slow")
    assert set(slow.keys) == set(gateway.keys)


async def test_one_that_is_down_for_a_while_gets_all_in_order_and_the_alarm_is_raised_once(centre: Centre) -> None:
    async with running_gateway() as gateway:
        centre.add(gateway, failures=2)
        port = gateway.url
    centre.services["crm"] = Service(port, failures=2, open_seconds=0.1, signed_with="signing")
    await centre.happen(*(event(number, f"c{number % 2}") for number in range(10)))
    async with centre.running():
        await until(lambda: centre.webhooks.counts["crm", "try_again"] >= 5)
        assert centre.told == [ReceiverLost("crm", "the receiver can't be reached")]
        assert centre.webhooks.left_alone() == {"crm": 1.0}
        async with running_gateway() as back:
            centre.services["crm"] = Service(back.url, failures=2, open_seconds=0.1, signed_with="signing")
            await centre.all_delivered(10)
    assert codes(back, "c0") == ["0", "2", "4", "6", "8"]
    assert len(back.keys) == 10
    assert len(centre.told) == 1


async def test_one_that_is_dead_is_asked_seldom(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway, failures=3)
    gateway.answers = [500] * 1000
    await centre.happen(*(event(number, f"c{number}") for number in range(100)))
    async with centre.running():
        await until(lambda: ReceiverLost("crm", "the receiver answered 500") in centre.told)
        first, began = len(gateway.keys), time.monotonic()
        assert first <= 3 + shell.AT_ONCE
        await until(lambda: len(gateway.keys) >= first + 3)
        assert time.monotonic() - began >= 0.4, "one try every 0.2 s"


@pytest.mark.parametrize("nonsense", [b"", b"\x00\xff" * 1000, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 999 x\r\n\r\n"])
async def test_one_that_talks_nonsense_is_in_trouble(centre: Centre, nonsense: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(nonsense)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    centre.services["crm"] = Service(f"http://127.0.0.1:{port}/", failures=100, signed_with="signing")
    centre.hooks["crm"] = Webhook("crm")
    await centre.happen(event(1))
    async with server, centre.running():
        await until(lambda: centre.webhooks.counts["crm", "try_again"] >= 2)
    assert DELIVERED not in await centre.states()
    assert "receiver" in centre.webhooks.receivers["crm"].trouble


async def test_a_body_without_end_is_not_read(centre: Centre) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            try:
                await writer.drain()
            except ConnectionError:
                return

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    centre.services["crm"] = Service(f"http://127.0.0.1:{port}/", signed_with="signing")
    centre.hooks["crm"] = Webhook("crm")
    await centre.happen(event(1), event(2))
    async with centre.running():
        await centre.all_delivered(2)
    server.close()


async def test_what_is_not_taken_in_time_is_given_up_and_can_be_sent_again(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway, hours=SOON)
    gateway.answers = [500]
    await centre.happen(event(1), event(2))
    async with centre.running():
        await until(lambda: centre.told)
        (given_up,) = centre.told
        assert isinstance(given_up, EventsGivenUp)
        assert (given_up.receiver, given_up.count) == ("crm", 2)
        assert given_up.reason.endswith("the receiver answered 500")
        assert await centre.states() == [FAILED, FAILED]
        assert centre.webhooks.counts["crm", "given_up"] == 2
        assert await centre.outbox.redeliver("crm", "", time.time()) == 2
        centre.webhooks.wake()
        await centre.all_delivered(2)
    assert codes(gateway) == ["1", "1", "2"]


async def test_one_that_is_killed_while_it_posts_goes_on_under_the_same_key(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    gateway.answers = [0]
    await centre.happen(event(1), event(2))
    async with centre.running():
        await until(lambda: gateway.keys)
    assert set(await centre.states()) == {"pending"}
    centre.webhooks = centre.made()
    async with centre.running():
        await centre.all_delivered(2)
    assert gateway.keys == ["9.0-1", "9.0-1", "9.0-2"]


async def test_a_receiver_that_is_taken_away_gets_nothing_more(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    gateway.answers = [500] * 1000
    await centre.happen(event(1))
    async with centre.running():
        await until(lambda: gateway.keys)
        centre.hooks = {}
        await until_states(centre, [FAILED])
        await until(lambda: centre.webhooks.receivers == {})
        (item,) = await centre.outbox.newest("crm", "", 1)
        assert item.reason == REMOVED


async def test_what_waits_outlives_settings_that_come_late(
    centre: Centre, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "LOOK_AGAIN", 0.5)
    await centre.happen(event(1))
    async with centre.running():
        await until(lambda: centre.webhooks._tasks is not None)
        centre.add(gateway)
        await centre.all_delivered(1)


async def test_without_its_secret_nothing_is_sent_until_it_is_there(
    centre: Centre, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(SECRETS, "signing")
    centre.add(gateway)
    await centre.happen(event(1))
    async with centre.running():
        await until(lambda: centre.webhooks.counts["crm", "try_again"])
        assert gateway.keys == []
        assert centre.webhooks.receivers["crm"].trouble == "there is no secret signing"
        monkeypatch.setitem(SECRETS, "signing", SECRET)
        await centre.all_delivered(1)


async def test_a_test_goes_past_all_that_waits(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    assert await centre.webhooks.test("crm") == ""
    assert (gateway.bodies[0]["event"], gateway.keys[0]) == ("Test", gateway.bodies[0]["id"])
    gateway.answers = [404]
    assert await centre.webhooks.test("crm") == "the receiver answered 404"
    assert await centre.states() == []


async def test_the_metrics_know_how_many_wait(centre: Centre, gateway: Gateway) -> None:
    centre.add(gateway)
    gateway.answers = [500] * 1000
    await centre.happen(event(1), event(2))
    async with centre.running():
        await until(lambda: centre.webhooks.waiting == {"crm": 2})
