import asyncio

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.commands import SendLink
from tandem.store.outbox import NotificationOutbox, Outbox
from tandem.store.records import RecordWriter
from tests.store.examples import ALL

LINK = SendLink("c1", 1, "order_status", "zh-CN", "查订单:{link}", "13800000000", "PJSIP/caller-1")


async def test_a_key_is_taken_up_once_with_its_first_token_and_time(engine: AsyncEngine) -> None:
    outbox = Outbox(engine)
    first = await outbox.add(LINK, "token-a", 100.0)
    again = await outbox.add(LINK, "token-b", 200.0)
    assert (first.state, first.token, first.created_at) == ("pending", "token-a", 100.0)
    assert (again.token, again.created_at) == ("token-a", 100.0)
    assert len(await outbox.newest(10)) == 1


async def test_attempts_and_outcome_are_kept(engine: AsyncEngine) -> None:
    outbox = Outbox(engine)
    item = await outbox.add(LINK, "token", 100.0)
    await outbox.sending(item, "webhook", 101.0)
    await outbox.sending(item, "webhook", 102.0)
    (item,) = await outbox.unfinished()
    assert (item.state, item.adapter, item.attempts, item.changed_at) == ("sending", "webhook", 2, 102.0)
    await outbox.finish(item, "failed", "gateway answered 400", 103.0)
    assert await outbox.unfinished() == []
    (item,) = await outbox.newest(10)
    assert (item.state, item.reason, item.attempts) == ("failed", "gateway answered 400", 2)


async def test_a_page_is_opened_once(engine: AsyncEngine) -> None:
    outbox = Outbox(engine)
    await outbox.add(LINK, "token", 100.0)
    item = await outbox.by_token("token")
    assert item
    assert [await outbox.open(item, 110.0), await outbox.open(item, 120.0)] == [True, False]
    reread = await outbox.by_token("token")
    assert reread and reread.opened_at == 110.0
    assert await outbox.by_token("tokex") is None


async def test_the_outbox_and_the_record_writer_do_not_get_in_each_others_way(engine: AsyncEngine) -> None:
    outbox, writer = Outbox(engine), await RecordWriter.open(engine)

    async def push(number: int) -> None:
        item = await outbox.add(msgspec.structs.replace(LINK, link=number), f"token-{number}", 100.0)
        await outbox.sending(item, "webhook", 101.0)
        await outbox.finish(item, "delivered", "", 102.0)

    task = asyncio.create_task(writer.run())
    for first in range(1, 41, 8):
        for seq in range(first, first + 8):
            writer.feed(seq, 1.0, ALL)
        await asyncio.gather(*map(push, range(first, first + 8)))
    await asyncio.wait_for(writer.flush(), 10)
    task.cancel()
    assert (writer.failures, writer.progress) == (0, 40)
    assert {item.state for item in await outbox.newest(100)} == {"delivered"}


async def test_a_notification_is_taken_up_once_and_its_attempts_are_kept(engine: AsyncEngine) -> None:
    outbox = NotificationOutbox(engine)
    first = await outbox.add("c1", 1, "shop", "{}", 100.0)
    assert (first.state, first.attempts, first.body) == ("pending", 0, "{}")
    await outbox.tried(first, "the service answered 500", 101.0)
    await outbox.add("c1", 2, "shop", "{}", 102.0)
    again = await outbox.add("c1", 1, "shop", "[]", 103.0)
    assert (again.attempts, again.reason, again.body, again.created_at) == (1, "the service answered 500", "{}", 100.0)
    await outbox.finish(again, "delivered", "", 104.0)
    assert [(item.number, item.state) for item in await outbox.newest(9)] == [(2, "pending"), (1, "delivered")]


async def test_a_page_is_open_on_one_device_until_another_takes_it_over(engine: AsyncEngine) -> None:
    outbox = Outbox(engine)
    item = await outbox.add(LINK, "token", 100.0)
    claims = [await outbox.claim(item, device) for device in ("phone", "tablet", "phone")]
    assert claims == [True, False, True]
    await outbox.take_over(item, "tablet")
    assert [await outbox.claim(item, device) for device in ("phone", "tablet")] == [False, True]
