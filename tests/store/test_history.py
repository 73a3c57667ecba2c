"""Figures of the past, and that the list behind every number has just as many."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands, events
from tandem.store import behind, history
from tandem.store.behind import Behind, Page, StillWaiting
from tests.control.playbook import SETTINGS, Playbook, one, these
from tests.control.test_chats import ChatBook
from tests.control.test_mails import MAIL
from tests.control.test_mails import accepted as mail_accepted
from tests.control.test_mails import book_of as mail_book
from tests.control.test_rejoining import ACD, answers, lost
from tests.control.test_rejoining import talk as browser_talk
from tests.databases import migrated
from tests.property.test_plane import Step, lives
from tests.store.examples import ALL, contact, interval, wait
from tests.store.test_queries import write

DAY = (0.0, 1e7)


async def test_every_service_level_follows_its_formula(engine: AsyncEngine) -> None:
    counts: dict[str, Any] = {"offered": 20, "answered": 10, "abandoned": 6, "called_back": 4}
    row = interval(900.0, **counts, answered_in_target=8, abandoned_in_target=2, wait_answered=150.0)
    await write(engine, [row])
    (quarter,) = await history.queues(engine, 900.0, 1800.0)
    assert quarter.service_level_answered == 8 / 10
    assert quarter.service_level_offered == 8 / 20
    assert quarter.service_level_patient == 8 / (10 + 6 - 2)
    assert quarter.service_level_kept == (8 + 2) / 16
    assert (quarter.abandonment, quarter.mean_wait, quarter.mean_talk) == (6 / 20, 15.0, None)


async def test_handling_is_the_talk_and_the_wrap_up_that_followed(engine: AsyncEngine) -> None:
    leg = commands.RecordLeg("l1", "c1", "1001", "PJSIP/1001", 1010.0, 1012.0, 1012.0, 1060.0, 5.0, "answered")
    later = commands.RecordActivity("1001", "wrap_up", "", 5000.0, 5100.0)
    wrapped = commands.RecordActivity("1001", "wrap_up", "", 1060.0, 1072.0)
    answered = interval(900.0, offered=1, answered=1)
    await write(engine, [contact(), answered, wait("c1", 1005.0, 1012.0, "answered"), leg, wrapped, later])
    (quarter,) = await history.queues(engine, 900.0, 1800.0, "help")
    assert (quarter.handled, quarter.mean_talk, quarter.mean_handling) == (1, 48.0, 60.0)
    assert await history.queues(engine, 900.0, 1800.0, "other") == []


async def test_chats_and_mails_are_handled_too(engine: AsyncEngine) -> None:
    """A mail that came back to its queue is one, with the time of all who were at it."""
    rows: list[commands.Command] = [
        *(interval(900.0, queue=queue, offered=1, answered=1) for queue in ("chats", "mails")),
        wait("c1", 1005.0, 1010.0, "answered", queue="chats"),
        commands.RecordChatTalk("c1", 1, "chats", "1001", 1005.0, 1010.0, 1070.0, None, 1, 0, 0, 0.0),
        commands.RecordChatTalk("c1", 2, "chats", "1002", 1070.0, 1080.0, 1090.0, None, 1, 0, 0, 0.0),
        commands.RecordActivity("1001", "wrap_up", "", 1070.0, 1080.0),
        wait("m1", 1005.0, 1010.0, "answered", queue="mails"),
        wait("m1", 1100.0, 1110.0, "answered", queue="mails"),
        msgspec.structs.replace(
            contact("m1", 1005.0, channel="mail", outcome="served"), talk_seconds=40.0, ended_at=1150.0
        ),
        wait("m2", 1200.0, 1210.0, "answered", queue="mails"),
        contact("m2", 1200.0, channel="mail", outcome=""),
        commands.RecordActivity("1001", "wrap_up", "", 1150.0, 1155.0),
    ]
    await write(engine, rows)
    chats, mails = await history.queues(engine, 900.0, 1800.0)
    assert (chats.queue, chats.handled, chats.mean_talk, chats.mean_handling) == ("chats", 1, 60.0, 70.0)
    assert (mails.queue, mails.handled, mails.mean_talk, mails.mean_handling) == ("mails", 1, 40.0, 45.0)


async def test_what_the_plane_records_of_a_chat_and_a_mail_is_handled(engine: AsyncEngine) -> None:
    chat, book = ChatBook(), mail_book("1001")
    chat.talking()
    chat.pass_time(60)
    chat.close()
    chat.tell(events.AgentWentReady("1001"), after=9)
    book.tell(MAIL)
    mail_accepted(book)
    book.tell(events.MailClosed("mail-1", "1001"), after=50)
    for played in (chat, book):
        await write(engine, [one for _, _, out in played.history for one in out if isinstance(one, RECORDS)])
    found = {each.queue: each for each in await history.queues(engine, 0.0, chat.now + 900.0)}
    assert (found["tech"].handled, found["tech"].mean_talk, found["tech"].mean_handling) == (1, 61.0, 70.0)
    assert (found["mails"].handled, found["mails"].mean_talk, found["mails"].mean_handling) == (1, 50.0, 50.0)


async def test_a_talk_that_was_cut_off_goes_on_to_its_last_word(engine: AsyncEngine) -> None:
    book = Playbook(replace(SETTINGS, acd=ACD))
    leg = browser_talk(book)
    ring = one(commands.RingAgent, lost(book, after=10.0))
    book.tell(events.LegEnded(leg))
    book.reenter(last_leg=leg)
    answers(book, ring)
    ended = book.now + 20.0
    book.tell(events.LegEnded(ring.leg), after=20.0)
    book.reenter(last_leg=ring.leg)
    book.tell(events.AgentWentReady("1001"), after=9.0)
    await write(engine, [one for _, _, out in book.history for one in out if isinstance(one, RECORDS)])
    (quarter,) = [each for each in await history.queues(engine, 0.0, book.now + 900.0) if each.answered]
    began = min(row.bridged_at or 0.0 for _, _, out in book.history for row in these(commands.RecordLeg, out))
    assert quarter.handled == 1 and quarter.mean_talk == pytest.approx(ended - began)
    assert quarter.mean_handling and quarter.mean_talk
    assert quarter.mean_handling - quarter.mean_talk == pytest.approx(book.now - ended)


async def test_who_waited_again_after_a_cut_has_another_talk(engine: AsyncEngine) -> None:
    rows: list[commands.Command] = [interval(900.0, offered=2, answered=2)]
    rows += [wait("c1", 1000.0, 1010.0, "answered"), wait("c1", 1060.0, 1100.0, "answered")]
    rows += [
        commands.RecordLeg("a", "c1", "1001", "PJSIP/1001", None, None, 1010.0, 1030.0, 0.0, "cut off"),
        commands.RecordLeg("b", "c1", "1001", "PJSIP/1001", None, None, 1100.0, 1160.0, 0.0, "served"),
    ]
    await write(engine, rows)
    (quarter,) = await history.queues(engine, 900.0, 1800.0)
    assert (quarter.handled, quarter.mean_talk) == (2, (20.0 + 60.0) / 2)


async def test_an_agents_day_is_cut_at_its_edges(engine: AsyncEngine) -> None:
    stretches = [("ready", 0, 200), ("ringing", 200, 210), ("connected", 210, 270), ("hold", 270, 280)]
    stretches += [("wrap_up", 280, 310), ("paused", 310, 400), ("signed_out", 400, 900)]
    rows: list[commands.Command] = [
        commands.RecordActivity("1001", state, "", float(since), float(until)) for state, since, until in stretches
    ]
    offers = ["answered", "answered", "no_answer", "withdrawn"]
    rows += [commands.RecordOffer(n, f"c{n}", "1001", "help", 150.0, 160.0, how) for n, how in enumerate(offers)]
    await write(engine, rows)
    (day,) = await history.agents(engine, 100.0, 500.0)
    assert (day.ready, day.ringing, day.talk, day.hold, day.wrap_up, day.paused) == (100, 10, 60, 10, 30, 90)
    assert (day.signed_in, day.occupancy) == (300, 100 / 200)
    assert (day.offers, day.answered, day.not_answered) == (4, 2, 1)


async def test_flows_and_links(engine: AsyncEngine) -> None:
    ends = ["contained", "contained", "served", "", "left_menu"]
    rows: list[commands.Command] = [contact(f"c{n}", 100.0 + n, outcome=how) for n, how in enumerate(ends)]
    rows += [
        commands.RecordLink("c0", 1, "pay", "sms", "opened", 120.0),
        commands.RecordLink("c1", 1, "pay", "", "failed", 1.0),
        commands.RecordLink("c0", 2, "pay", "sms", "opened", 130.0),
        commands.RecordStep("c0/1", 3, 140.0, "page done", "pay"),
        commands.RecordStep("c0/2", 3, 140.0, "page stuck", "pay"),
        commands.RecordStep("c0/12", 3, 140.0, "page done", "pay"),
        commands.RecordStep("c1", 3, 140.0, "page done", "pay"),
    ]
    await write(engine, rows)
    (flow,) = await history.flows(engine, *DAY)
    assert (flow.contacts, flow.contained, flow.open, flow.containment) == (5, 2, 1, 2 / 4)
    (link,) = await history.links(engine, *DAY)
    assert (link.purpose, link.links, link.opened, link.failed, link.delivered) == ("pay", 3, 2, 1, 0)
    assert (link.done, link.completion) == (1, 1 / 3)
    found = await behind.of_link(engine, *DAY, "pay", "done", Page())
    assert [(row.call, row.at) for row in found.rows] == [("c0", 120.0)]


async def test_whatever_a_contact_came_to_the_sums_add_up(engine: AsyncEngine) -> None:
    book = mail_book("1001")
    book.tell(MAIL)
    book.tell(events.MailWithdrawn("mail-1"), after=5)
    await write(engine, [one for _, _, out in book.history for one in out if isinstance(one, RECORDS)])
    await write(engine, [contact("d1", book.now, flow="", outcome="no_answer"), contact("d2", book.now, flow="")])
    mails, dialled = await history.flows(engine, 0.0, book.now + 1.0)
    assert (mails.channel, mails.contacts, mails.other, mails.open) == ("mail", 1, 1, 0)
    assert (dialled.channel, dialled.contacts, dialled.other, dialled.open) == ("voice", 2, 1, 1)
    found = await behind.of_flow(engine, 0.0, book.now + 1.0, "", "other", Page())
    assert [row.call for row in found.rows] == ["d1"]


async def test_a_list_comes_in_parts_those_who_wait_first(engine: AsyncEngine) -> None:
    rows = [wait(f"c{n}", 1000.0 + n, 1010.0, "answered") for n in range(5)]
    await write(engine, [interval(900.0, offered=7, answered=5, waiting=2), *rows])
    waits = [StillWaiting(name, "help", 1200.0, 1200.0) for name in ("w1", "w2")]
    waits += [StillWaiting("w3", "help", 5000.0, 1200.0), StillWaiting("w4", "other", 1200.0, 1200.0)]
    seen = []
    for offset in range(0, 9, 3):
        part = await behind.of_queue(engine, 900.0, 1800.0, "help", "offered", Page(offset, 3), waits)
        assert part.total == 7
        seen.append([row.call for row in part.rows])
    assert seen == [["w1", "w2", "c0"], ["c1", "c2", "c3"], ["c4"]]
    waiting = await behind.of_queue(engine, 900.0, 1800.0, "help", "waiting", Page(1, 1), waits)
    assert (waiting.total, [row.call for row in waiting.rows]) == (2, ["w2"])


async def test_all_of_one_contact(engine: AsyncEngine) -> None:
    await write(engine, ALL)
    found = await behind.whole(engine, "c1")
    assert found
    assert [step["what"] for step in found.steps] == ["node"]
    parts = (found.waits, found.offers, found.legs, found.forms, found.links)
    assert [len(part) for part in parts] == [1, 1, 1, 1, 1]
    assert await behind.whole(engine, "c9") is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives)
def test_the_list_behind_every_number_has_just_as_many(tmp_path_factory: Any, life: list[tuple[Step, int]]) -> None:
    book = Playbook()
    for step, pick in life:
        step(book, pick)
    asyncio.run(check(tmp_path_factory.mktemp("records"), book))


async def check(folder: Any, book: Playbook) -> None:
    engine = await migrated(folder / "records.sqlite3")
    await write(engine, [one for _, _, out in book.history for one in out if isinstance(one, RECORDS)])
    span = (book.history[0][0] - 86400.0, book.now + 86400.0)
    contacts = book.router.contacts.values()
    unanswered = [one for one in contacts if one.state in ("waiting", "offered", "connecting") and one.on_line]
    waits = [StillWaiting(one.id, one.queue, one.arrived_at, one.enqueued_at) for one in unanswered]
    for quarter in await history.queues(engine, *span):
        at = (quarter.start, quarter.start + 900.0)
        await counts(engine, at, quarter, quarter.queue, history.QUEUE_FIGURES, behind.of_queue, waits)
    for agent in await history.agents(engine, *span):
        await counts(engine, span, agent, agent.agent, history.AGENT_FIGURES, behind.of_agent)
    for flow in await history.flows(engine, *span):
        await counts(engine, span, flow, flow.flow, history.FLOW_FIGURES, behind.of_flow, flow.channel)
        assert flow.contacts == sum(getattr(flow, ended) for ended in history.FLOW_FIGURES[1:])
    for link in await history.links(engine, *span):
        await counts(engine, span, link, link.purpose, history.LINK_FIGURES, behind.of_link)
    await engine.dispose()


async def counts(
    engine: AsyncEngine, span: tuple[float, float], row: object, name: str, figures: Iterable[str],
    of: Callable[..., Awaitable[Behind]], *more: object,
) -> None:  # fmt: skip
    """Each figure of the row has as many behind it."""
    for figure in figures:
        found = await of(engine, *span, name, figure, Page(0, 500), *more)
        assert found.total == len(found.rows) == getattr(row, figure), figure


RECORDS = (
    commands.RecordContact, commands.RecordLeg, commands.RecordWait, commands.RecordOffer, commands.RecordActivity,
    commands.RecordLink, commands.RecordInterval, commands.RecordStep, commands.RecordChatTalk,
)  # fmt: skip
