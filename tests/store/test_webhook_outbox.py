"""Events for receivers: in the records' own transaction, once each, in order for a subject."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.commands import TellReceivers
from tandem.control.webhooks.told import ContactDisposed
from tandem.store.chat_archive import ChatArchive
from tandem.store.records import Batch, RecordWriter
from tandem.store.retention import DAY, Retention
from tandem.store.webhook_outbox import DELIVERED, FAILED, PENDING, REMOVED, Figures, Outcome, WebhookOutbox

NOW = 1000.0


def told(number: int, subject: str = "c1", *receivers: str, at: float = NOW) -> TellReceivers:
    disposed = ContactDisposed(subject, "tech", "solved", "")
    return TellReceivers(f"900.000000-{number}", receivers or ("crm",), at, subject, "1001", disposed)


async def written(engine: AsyncEngine, *events: TellReceivers, seq: int = 1) -> WebhookOutbox:
    writer = RecordWriter(engine, 0)
    await writer._write([Batch(seq, NOW, list(events))])
    return WebhookOutbox(engine)


async def waiting(outbox: WebhookOutbox, now: float = NOW, receiver: str = "crm", limit: int = 10) -> list[str]:
    return [item.event.partition("-")[2] for item in await outbox.next_of(receiver, now, limit)]


async def numbers(outbox: WebhookOutbox) -> dict[str, int]:
    return {item.event.partition("-")[2]: item.number for item in await outbox.newest("crm", "", 100)}


async def test_every_receiver_has_its_row_with_the_body_as_it_is_sent(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1, "c1", "crm", "bi"))
    (mine,), (theirs,) = await outbox.next_of("crm", NOW, 10), await outbox.next_of("bi", NOW, 10)
    assert mine.body == theirs.body
    assert json.loads(mine.body) == {
        "id": "900.000000-1", "at": NOW, "agent": "1001", "event": "ContactDisposed", "contact": "c1",
        "queue": "tech", "code": "solved", "note": "",
    }  # fmt: skip
    assert (mine.kind, mine.subject, mine.state, mine.attempts) == ("ContactDisposed", "c1", PENDING, 0)


async def test_an_event_that_is_written_again_stays_as_it_is(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1))
    await outbox.settle([Outcome((await numbers(outbox))["1"], DELIVERED)], NOW)
    await written(engine, told(1), told(2), seq=2)
    assert await waiting(outbox) == ["2"]


async def test_the_writer_says_when_there_is_something_for_receivers(engine: AsyncEngine) -> None:
    writer, said = RecordWriter(engine, 0), list[int]()
    writer.webhooks_written = lambda: said.append(writer.progress)
    await writer._write([Batch(1, NOW, [])])
    await writer._write([Batch(2, NOW, [told(1)])])
    assert said == [2]


async def test_what_is_not_due_holds_up_its_own_subject_only(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1), told(2), told(3, "c2"), told(4), told(5, "c2"))
    number = await numbers(outbox)
    assert await waiting(outbox) == ["1", "2", "3", "4", "5"]
    assert await waiting(outbox, limit=2) == ["1", "2"]
    await outbox.settle(
        [Outcome(number["1"], PENDING, "it answered 500", NOW + 4.0), Outcome(number["3"], DELIVERED)], NOW
    )
    assert await waiting(outbox) == ["5"]
    assert await outbox.next_due("crm", NOW) == NOW + 4.0
    assert await waiting(outbox, NOW + 4.0) == ["1", "2", "4", "5"]
    assert await outbox.next_due("crm", NOW + 4.0) is None
    (first,) = await outbox.next_of("crm", NOW + 4.0, 1)
    assert (first.attempts, first.reason) == (1, "it answered 500")


async def test_of_what_was_delivered_the_content_is_forgotten(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1))
    await outbox.settle([Outcome((await numbers(outbox))["1"], DELIVERED)], NOW + 1.0)
    (item,) = await outbox.newest("crm", DELIVERED, 1)
    assert (item.body, item.changed_at, item.attempts) == ("{}", NOW + 1.0, 1)
    assert await outbox.figures("crm") == Figures(0, None, 0, NOW + 1.0)


async def test_what_was_given_up_can_be_sent_again(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1), told(2, at=NOW + 50.0), told(3, "c3", at=NOW + 60.0))
    assert await outbox.give_up("crm", NOW + 50.0, "not taken in 24 h", NOW + 99.0) == 2
    assert await outbox.figures("crm") == Figures(1, NOW + 60.0, 2, None)
    (item, _) = await outbox.newest("crm", FAILED, 10)
    assert (item.reason, item.event) == ("not taken in 24 h", "900.000000-2")
    assert await outbox.redeliver("crm", item.event, NOW + 100.0) == 1
    assert await outbox.redeliver("crm", item.event, NOW + 100.0) == 0
    assert await waiting(outbox, NOW + 100.0) == ["2", "3"]
    assert await outbox.give_up("crm", NOW + 55.0, "", NOW + 101.0) == 0, "its time begins anew"
    assert await outbox.redeliver("crm", "", NOW + 102.0) == 1
    assert await waiting(outbox, NOW + 102.0) == ["1", "2", "3"]


async def test_for_a_receiver_that_is_gone_nothing_waits(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1, "c1", "crm", "bi"))
    assert await outbox.give_up_others(["bi"], NOW) == 1
    assert await waiting(outbox, receiver="bi") == ["1"]
    assert [item.reason for item in await outbox.newest("crm", FAILED, 1)] == [REMOVED]


async def test_what_is_old_and_done_is_forgotten(engine: AsyncEngine) -> None:
    outbox = await written(engine, told(1), told(2), told(3, at=NOW + 2 * DAY))
    number = await numbers(outbox)
    await outbox.settle([Outcome(number["1"], DELIVERED), Outcome(number["3"], DELIVERED)], NOW)
    nothing: Any = None
    await Retention(engine, {"webhooks": 1}, nothing, ChatArchive(engine, nothing)).prune(NOW + 1.5 * DAY)
    async with engine.connect() as connection:
        left = (await connection.scalars(text("SELECT event FROM webhook_items ORDER BY number"))).all()
    assert left == ["900.000000-2", "900.000000-3"]


async def test_what_is_asked_every_few_seconds_reads_what_waits_and_not_what_was_taken_for_a_month(
    engine: AsyncEngine,
) -> None:
    """SQLite's plan says by which index; a scan of the whole table under a write lock would hold up the records."""
    questions = (
        "SELECT receiver, count(*) FROM webhook_items WHERE state = 'pending' GROUP BY receiver",
        "UPDATE webhook_items SET state = 'failed' WHERE receiver NOT IN ('crm') AND state = 'pending'",
        "SELECT * FROM webhook_items WHERE receiver = 'crm' AND state = 'pending' ORDER BY number LIMIT 200",
    )
    if engine.dialect.name != "sqlite":
        pytest.skip("another database's plan looks otherwise")
    async with engine.connect() as connection:
        for question in questions:
            plan = " ".join(row[3] for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {question}")))
            assert "ix_webhook_items_next (state=?" in plan
            assert "SCAN" not in plan
