"""One history over every channel, for the pop and for whoever looks further; and its end, when it is erased."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands
from tandem.control.commands import TellReceivers
from tandem.control.desktop.customer import PastContact
from tandem.control.webhooks.told import ContactDisposed
from tandem.store.chat_archive import ChatArchive
from tandem.store.customers.erasing import erase
from tandem.store.customers.history import LAST, find, history
from tandem.store.customers.joins import Joins
from tandem.store.customers.people import NotDone, People, Person
from tandem.store.models import Base
from tandem.store.outbox import NotificationOutbox, Outbox
from tandem.store.queries import check_balance, contacts, intervals, survey
from tandem.store.records import Batch, RecordWriter
from tandem.store.retention import DAY, Retention
from tandem.store.sound import Sounds
from tandem.store.webhook_outbox import WebhookOutbox
from tests.store import examples

NUMBER, PHONE = "13812345678", "phone:+8613812345678"
SECRETS = (
    NUMBER,
    "Ann",
    "tea",
    "王",
    "没有图像",
    "Main Street",
    "wants the blue one",
    "moved house",
    "living room",
    "her bill",
    "recording-c1-1.wav",
    "a digest",
)


@pytest.fixture
async def ann(engine: AsyncEngine) -> Person:
    return await People(engine).create(Person("", "Ann", "gold", ("tv",), "en", "likes tea", identities=(PHONE,)), 1.0)


def keep_quiet(_: str) -> None:
    """There is no file to remove."""


def archive(engine: AsyncEngine, folder: Path) -> ChatArchive:
    return ChatArchive(engine, folder / "files")


async def a_life(engine: AsyncEngine, customer: str, folder: Path) -> None:
    """A call with all that may come of one, a chat, a mail, and somebody else's call."""
    theirs: dict[str, Any] = {"caller": NUMBER, "identity": PHONE, "customer": customer}
    await written(
        engine,
        examples.contact("c1", 1000.0, outcome="served", ended_at=1090.0, talk_seconds=48.0, **theirs),
        examples.wait("c1", 1005.0, 1008.0, "overflowed_out", "tv"),
        examples.wait("c1", 1008.0, 1012.0, "answered", since=1005.0),
        examples.interval(900.0, "tv", offered=1, overflowed_out=1),
        examples.interval(900.0, offered=1, answered=1, answered_in_target=1, wait_answered=7.0),
        commands.RecordCallback(
            "tandem-callback-c1-1", NUMBER, "help", "c1", 1005.0, 990.0, 1005.0, 9e4, 1, 1100.0, "reached", "1001", "c2"
        ),
        commands.RecordStep("tandem-callback-c1-1", 1, 1005.0, "callback booked", f"{NUMBER}, help"),
        commands.RecordVoicemail(
            "voicemail-c1-1", "c1", NUMBER, "help", "voicemail-c1-1.wav", 7.0, 1080.0, 1085.0, "1002"
        ),
        commands.RecordRecording(
            "recording-c1-1", "c1", "1001", "help", 1012.0, 1060.0, "recording-c1-1.wav", 47.9, 766_444, "a digest"
        ),
        commands.RecordLink("c1", 1, "order_status", "webhook", "opened", 1004.0),
        commands.RecordForm("c1", "booking", '{"name": "王", "street": "Main Street"}', True, 1060.0),
        commands.RecordAnswer("c1", "satisfied", "5", 1070.0),
        commands.RecordStep("c1", 1, 1000.0, "entered", f"{NUMBER} dialled 4008"),
        commands.RecordStep("c1/1", 1, 1050.0, "page form", "Main Street"),
        examples.contact("chat-1", 2000.0, channel="chat", outcome="contained", **theirs),
        commands.RecordMessage(
            "chat-1", 1, 2000.5, "customer", "我的电视没有图像", "", "", "f1", "her bill.png", "image/png", 9
        ),
        commands.RecordDisposition("c1", "1001", "help", "sold", "wants the blue one", 1085.0),
        commands.RecordTransfer("c1", 1, 1020.0, "blind", "1002", "1001", "", "moved house"),
        commands.RecordDial("c1", "outbound", "1001", "help", NUMBER, 999.0, 999.5, 1000.0, 1090.0, "answered", 48.0),
        examples.contact("mail-1", 3000.0, channel="mail", outcome="", **theirs),
        examples.contact("c9", 1500.0, caller="13900000000", identity="phone:+8613900000000"),
        commands.RecordStep("c9", 1, 1500.0, "entered", "13900000000 dialled 4008"),
    )
    await archive(engine, folder).add("chat-1", "living room.png", "png", b"a picture", 2001.0)
    links, notes = Outbox(engine), NotificationOutbox(engine)
    link = await links.add(
        commands.SendLink("c1", 1, "order_status", "en", "Ann, {link}", NUMBER, "PJSIP/x"), "t1", 1004.0
    )
    await links.finish(link, "delivered", "", 1005.0)
    await links.add(commands.SendLink("c1", 2, "order_status", "en", "{link}", NUMBER, "PJSIP/x"), "t2", 1004.0)
    for subject in ("c1", "c1/1"):
        await notes.finish(
            await notes.add(subject, 1, "shop", json.dumps({"who": NUMBER}), 1005.0), "delivered", "", 1005.0
        )


async def written(engine: AsyncEngine, *records: commands.Command) -> None:
    writer = await RecordWriter.open(engine)
    await writer._write([Batch(writer.progress + 1, 1000.0, records)])


async def everything(engine: AsyncEngine) -> str:
    """All that stands in the database."""
    async with engine.connect() as connection:
        rows = [str((await connection.execute(select(table))).all()) for table in Base.metadata.sorted_tables]
    return "\n".join(rows)


async def test_the_pop_has_who_it_is_and_what_was_before(engine: AsyncEngine, ann: Person, tmp_path: Path) -> None:
    await a_life(engine, ann.customer, tmp_path)
    known = await find(engine, PHONE)
    assert known is not None
    assert (known.customer, known.name, known.tier, known.tags, known.language) == (
        ann.customer,
        "Ann",
        "gold",
        ("tv",),
        "en",
    )
    assert known.last == (
        PastContact("mail-1", 3000.0, "mail", "", "", ""),
        PastContact("chat-1", 2000.0, "chat", "", "contained", ""),
        PastContact("c1", 1000.0, "voice", "help", "served", "1001"),
    )
    assert await find(engine, "phone:+8613900000000") is None


async def test_the_pop_has_the_last_few_only(engine: AsyncEngine, ann: Person) -> None:
    await written(engine, *(examples.contact(f"c{n}", float(n), customer=ann.customer) for n in range(9)))
    known = await find(engine, PHONE)
    assert known is not None
    assert [past.at for past in known.last] == [8.0, 7.0, 6.0, 5.0, 4.0][:LAST]


async def test_the_history_has_what_came_of_each_contact(engine: AsyncEngine, ann: Person, tmp_path: Path) -> None:
    await a_life(engine, ann.customer, tmp_path)
    mail, chat, call = await history(engine, ann.customer, 10)
    assert (mail.channel, chat.channel, chat.callbacks) == ("mail", "chat", [])
    assert (call.queue, call.agent, call.outcome, call.talk_seconds, call.number) == (
        "help",
        "1001",
        "served",
        48.0,
        NUMBER,
    )
    assert [callback["outcome"] for callback in call.callbacks] == ["reached"]
    assert [voicemail["heard_at"] for voicemail in call.voicemails] == [1085.0]
    assert [link["status"] for link in call.links] == ["opened"]
    assert call.forms[0]["content"] == {"name": "王", "street": "Main Street"}
    assert [(answer["question"], answer["answer"]) for answer in call.answers] == [("satisfied", "5")]
    assert [entry.contact for entry in await history(engine, ann.customer, 1, before=3000.0)] == ["chat-1"]
    assert await history(engine, "nobody", 10) == []


async def test_erasing_leaves_nothing_of_them_and_every_figure(
    engine: AsyncEngine, ann: Person, tmp_path: Path
) -> None:
    await a_life(engine, ann.customer, tmp_path)
    bob = await People(engine).create(Person("", "Bob", identities=("phone:+8613900000009",)), 1.0)
    await Joins(engine).merge(ann.customer, bob.customer, "li", 5.0)
    figures = await intervals(engine, 0.0, 9e9)
    balanced = await check_balance(engine, 0.0, 9e9)
    disposed = ContactDisposed("c1", "", "", "")
    told = [TellReceivers(f"9.0-{at}", ("crm",), at, "c1", "", disposed) for at in (5.0, 9.0)]
    await written(engine, *told)
    await WebhookOutbox(engine).give_up("crm", 5.0, "not taken", 6.0)
    removed: list[str] = []
    done = await erase(engine, ann.customer, removed.append, archive(engine, tmp_path))
    assert removed == ["voicemail-c1-1", "recording-c1-1"]
    assert (done.customers, done.identities, done.joins, done.contacts, done.messages, done.forms) == (2, 2, 1, 3, 1, 1)
    assert (done.voicemails, done.callbacks, done.links, done.notifications, done.unfinished) == (1, 1, 1, 2, 2)
    assert (done.webhooks, done.recordings, done.answers) == (1, 1, 1)
    assert (done.steps, done.files, done.dispositions, done.transfers, done.dials) == (3, 1, 1, 1, 1)
    assert list((tmp_path / "files").rglob("*.*")) == []
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM outbox WHERE state = 'pending'"))  # left alone until it is done
    left = await everything(engine)
    assert not [secret for secret in SECRETS if secret in left]
    assert "13900000000 dialled 4008" in left, "what is somebody else's stays"
    assert await intervals(engine, 0.0, 9e9) == figures
    assert await check_balance(engine, 0.0, 9e9) == balanced == []
    assert [row.talk_seconds for row in await contacts(engine, 0.0, 1400.0)] == [48.0]
    assert [(row.question, row.answer, row.times) for row in await survey(engine, 0.0, 9e9)] == [("satisfied", "", 1)]
    assert await Sounds(engine).of_contact("c1") == []
    with pytest.raises(NotDone, match="no such customer"):
        await erase(engine, ann.customer, removed.append, archive(engine, tmp_path))


async def test_contacts_that_belong_to_nobody_yet_are_theirs_by_number(
    engine: AsyncEngine, ann: Person, tmp_path: Path
) -> None:
    await written(engine, examples.contact("c1", 1.0, caller=NUMBER, identity=PHONE))
    await erase(engine, ann.customer, keep_quiet, archive(engine, tmp_path))
    assert NUMBER not in await everything(engine)


async def test_a_recording_that_stays_leaves_all_to_the_next_try(
    engine: AsyncEngine, ann: Person, tmp_path: Path
) -> None:
    await a_life(engine, ann.customer, tmp_path)

    def refuse(_: str) -> None:
        raise PermissionError("no")

    with pytest.raises(PermissionError):
        await erase(engine, ann.customer, refuse, archive(engine, tmp_path))
    assert await People(engine).person(ann.customer) == ann
    assert (await erase(engine, ann.customer, keep_quiet, archive(engine, tmp_path))).contacts == 3


async def test_who_was_not_heard_of_for_long_is_forgotten(engine: AsyncEngine, ann: Person, tmp_path: Path) -> None:
    people = People(engine)
    silent = await people.create(Person("", "Bob", identities=("phone:+861391",)), 1.0)
    fresh = await people.create(Person("", "Carl"), 95 * DAY)
    other = await people.create(Person("", "Dora", identities=("phone:+861392",)), 1.0)
    await Joins(engine).merge(silent.customer, other.customer, "li", 2.0)
    await written(
        engine,
        examples.contact("c1", 91 * DAY, customer=ann.customer),
        examples.contact("c2", 89 * DAY, customer=silent.customer),
    )
    retention = Retention(engine, {"customers": 10, "joins": 0}, keep_quiet, archive(engine, tmp_path))
    await retention.prune(100 * DAY)
    assert {one.customer for one in await people.page(10, "")} == {ann.customer, fresh.customer}
    assert await people.known_by("phone:+861391") is None
    assert await people.known_by("phone:+861392") is None
    assert await Joins(engine).of(silent.customer) == []
    assert [row.customer for row in await contacts(engine, 0.0, 9e9)] == ["", ann.customer]
    await Joins(engine).merge(ann.customer, fresh.customer, "li", 99 * DAY)
    await Retention(engine, {"joins": 2}, keep_quiet, archive(engine, tmp_path)).prune(100 * DAY)
    assert len(await Joins(engine).of(ann.customer)) == 1
    await Retention(engine, {"joins": 1}, keep_quiet, archive(engine, tmp_path)).prune(100 * DAY + 1)
    assert await Joins(engine).of(ann.customer) == []
