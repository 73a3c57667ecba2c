"""Notifications, taken by a real service that checks what it gets."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tandem.control.commands import Notify
from tandem.control.events import Event, Notified, NotifyFailed
from tandem.control.settings import Service
from tandem.cti import notifications
from tandem.cti.delivery import TemporaryError
from tandem.cti.notifications import Notifications
from tandem.cti.secrets import SecretError
from tandem.cti.webhook import Letter, post
from tandem.ivr import commands as ivr
from tandem.store.outbox import NotificationOutbox, Outbox
from tests.cti.receivers import SECRET, Gateway

NOW = 1_700_000_000.0
NOTE = Notify("c1", ivr.Notify(1, "shop", "repair_wanted", {"number": "138", "count": 2, "品": "电视"}))
FAST = (0.01, 0.01)


def secrets(name: str) -> str:
    if name != "signing":
        raise SecretError(f"there is no secret {name}")
    return SECRET


@pytest.fixture
def table(outbox: Outbox) -> NotificationOutbox:
    return NotificationOutbox(outbox._engine)


def shop(gateway: Gateway, signed_with: str = "signing", **headers: str) -> dict[str, Service]:
    return {"shop": Service(gateway.url, headers=headers, signed_with=signed_with)}


class Running:
    """Notifications at work; `told` gives what they emit."""

    def __init__(
        self, table: NotificationOutbox, services: Mapping[str, Service], retry_seconds: Sequence[float] = FAST
    ) -> None:
        self._told: asyncio.Queue[Event] = asyncio.Queue()
        self.notifications = Notifications(
            table, lambda: services, secrets, self._told.put_nowait, lambda: NOW, retry_seconds=retry_seconds,
            timeout_seconds=0.5,
        )  # fmt: skip

    async def answer(self, command: Notify = NOTE) -> Event:
        self.notifications.tell(command)
        return await self.told()

    async def told(self) -> Event:
        return await asyncio.wait_for(self._told.get(), 10)


@asynccontextmanager
async def running(
    table: NotificationOutbox, services: Mapping[str, Service], retry_seconds: Sequence[float] = FAST
) -> AsyncIterator[Running]:
    it = Running(table, services, retry_seconds)
    task = asyncio.create_task(it.notifications.run())
    yield it
    task.cancel()
    await asyncio.wait([task])


async def test_it_is_posted_signed_with_its_key_and_the_services_headers(
    table: NotificationOutbox, gateway: Gateway
) -> None:
    async with running(table, shop(gateway, Authorization="Bearer {secret:signing}")) as it:
        assert await it.answer() == Notified("c1", 1)
        assert it.notifications.counts == {("shop", "delivered"): 1}
    assert gateway.bodies == [
        {"contact": "c1", "number": 1, "event": "repair_wanted", "data": {"number": "138", "count": 2, "品": "电视"}}
    ]
    assert gateway.keys == ["c1/1"]
    (item,) = await table.newest(1)
    assert (item.state, item.attempts, json.loads(item.body)) == ("delivered", 0, gateway.bodies[0])


async def test_a_service_in_trouble_is_told_again_under_the_same_key(
    table: NotificationOutbox, gateway: Gateway
) -> None:
    gateway.answers = [500, 0]
    async with running(table, shop(gateway)) as it:
        assert await it.answer() == Notified("c1", 1)
        assert it.notifications.counts == {("shop", "try_again"): 2, ("shop", "delivered"): 1}
    assert gateway.keys == ["c1/1"] * 3
    assert gateway.bodies[0] == gateway.bodies[2]


async def test_a_service_that_stays_in_trouble_is_given_up_after_more_than_ten_minutes(
    table: NotificationOutbox, gateway: Gateway
) -> None:
    assert sum(notifications.RETRY_SECONDS) >= 600
    gateway.answers = [503] * 9
    async with running(table, shop(gateway)) as it:
        assert await it.answer() == NotifyFailed("c1", 1, "the service answered 503")
    assert len(gateway.keys) == len(FAST) + 1


async def test_a_service_that_has_enough_is_left_alone_for_as_long_as_it_asks_within_bounds(
    table: NotificationOutbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "LONGEST_PAUSE", 0.2)
    gateway.answers, gateway.headers = [429], {"Retry-After": "3600"}
    async with running(table, shop(gateway)) as it:
        began = asyncio.get_running_loop().time()
        assert await it.answer() == Notified("c1", 1)
        assert asyncio.get_running_loop().time() - began >= 0.2
    assert gateway.keys == ["c1/1"] * 2


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("", 0.0),
        ("7", 7.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("x", 0.0),
    ],
)
async def test_what_it_asks_for_is_seconds_or_a_date(gateway: Gateway, header: str, after: float) -> None:
    gateway.answers, gateway.headers = [429], {"Retry-After": header}
    with pytest.raises(TemporaryError, match="answered 429") as raised:
        await post(Letter(gateway.url, "k", b"{}", SECRET), int(NOW))
    assert raised.value.after == after
    assert (raised.value.pause(1.0, 30.0), raised.value.pause(100.0, 30.0)) == (max(1.0, min(after, 30.0)), 100.0)


@pytest.mark.parametrize("status", [400, 401, 404, 302])
async def test_a_refusal_is_final(table: NotificationOutbox, gateway: Gateway, status: int) -> None:
    gateway.answers = [status]
    async with running(table, shop(gateway)) as it:
        assert await it.answer() == NotifyFailed("c1", 1, f"the service answered {status}")
        assert await it.answer() == NotifyFailed("c1", 1, f"the service answered {status}")
        assert it.notifications.counts["shop", "failed"] == 2
    assert len(gateway.keys) == 1


async def test_what_was_delivered_before_a_restart_is_not_delivered_again(
    table: NotificationOutbox, gateway: Gateway
) -> None:
    for _ in range(2):
        async with running(table, shop(gateway)) as it:
            assert await it.answer() == Notified("c1", 1)
    assert len(gateway.keys) == 1


async def test_after_a_restart_the_attempts_go_on_where_they_were(table: NotificationOutbox, gateway: Gateway) -> None:
    gateway.answers = [500] * 9
    async with running(table, shop(gateway), (3600.0, 0.01)) as it:
        it.notifications.tell(NOTE)
        await asyncio.wait_for(gateway.seen.wait(), 10)
        while not (await table.newest(1))[0].attempts:
            pass
    async with running(table, shop(gateway), (3600.0, 0.01)) as it:
        assert await it.answer() == NotifyFailed("c1", 1, "the service answered 500")
    assert len(gateway.keys) == 3


async def test_a_pause_of_one_holds_up_no_other(table: NotificationOutbox, gateway: Gateway) -> None:
    gateway.answers = [500]
    async with running(table, shop(gateway), (3600.0,)) as it:
        it.notifications.tell(NOTE)
        await asyncio.wait_for(gateway.seen.wait(), 10)
        assert await it.answer(Notify("c2", NOTE.note)) == Notified("c2", 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "there is no service shop"),
        ({"signed_with": ""}, "service shop has no signed_with, so it could not know us"),
        ({"signed_with": "other"}, "there is no secret other"),
        ({"Authorization": "{secret:other}"}, "there is no secret other"),
    ],
)
async def test_nothing_is_sent_unsigned_or_to_strangers(
    table: NotificationOutbox, gateway: Gateway, change: dict[str, str], reason: str
) -> None:
    async with running(table, shop(gateway, **change) if change else {}) as it:
        assert await it.answer() == NotifyFailed("c1", 1, reason)
    assert gateway.keys == []


async def test_one_that_is_under_way_is_not_taken_twice(table: NotificationOutbox, gateway: Gateway) -> None:
    async with running(table, shop(gateway)) as it:
        it.notifications.tell(NOTE)
        assert await it.answer() == Notified("c1", 1)
        assert await it.answer(Notify("c2", NOTE.note)) == Notified("c2", 1)
    assert gateway.keys == ["c1/1", "c2/1"]


async def test_neither_secrets_nor_bodies_are_logged(table: NotificationOutbox, gateway: Gateway) -> None:
    gateway.answers = [500, 400]
    with capture_logs() as logs:
        async with running(table, shop(gateway)) as it:
            told = await it.answer()
    assert len(logs) == 1
    assert not [text for text in (SECRET, "138", "电视") if text in f"{logs} {told}"]


async def test_too_many_fail_at_once(table: NotificationOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "CAPACITY", 1)
    it = Running(table, {})
    it.notifications.tell(NOTE)
    it.notifications.tell(Notify("c2", NOTE.note))
    assert await it.told() == NotifyFailed("c2", 1, "too many notifications are under way")


async def test_a_broken_outbox_fails_the_one_and_not_the_others(
    table: NotificationOutbox, gateway: Gateway, tmp_path: Path
) -> None:
    async with running(table, shop(gateway)) as it:
        with closing(sqlite3.connect(tmp_path / "records.sqlite3")) as database:
            database.execute("ALTER TABLE notifications RENAME TO lost")
            assert await it.answer() == NotifyFailed("c1", 1, "the outbox can't be used")
            database.execute("ALTER TABLE lost RENAME TO notifications")
        assert await it.answer() == Notified("c1", 1)
