import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands
from tandem.store import queries
from tandem.store.queries import AgentTime, CallbackFigures, Difference, SurveyCount
from tandem.store.records import RecordWriter
from tests.store.examples import ALL, contact, interval, wait


async def write(engine: AsyncEngine, records: Sequence[commands.Command]) -> None:
    writer = await RecordWriter.open(engine)
    writer.feed(writer.progress + 1, 1000.0, records)
    task = asyncio.create_task(writer.run())
    await asyncio.wait_for(writer.flush(), 10)
    task.cancel()


async def test_a_contact_and_its_timeline_are_found_by_call(engine: AsyncEngine) -> None:
    steps = [commands.RecordStep("c1", n, 1000.0 + n, "node", f"n{n}") for n in (2, 10, 1)]
    await write(engine, [*ALL, *steps, commands.RecordStep("c2", 1, 1.0, "node", "other")])
    found = await queries.contact(engine, "c1")
    assert found and found.caller == "13800000000"
    assert await queries.contact(engine, "c9") is None
    assert [step.number for step in await queries.timeline(engine, "c1")] == [1, 2, 10]


async def test_the_timeline_of_a_contact_has_the_steps_of_its_pages_and_guides(engine: AsyncEngine) -> None:
    ids = [
        ("c1", 1, 10.0),
        ("c1/1", 1, 11.0),
        ("c1", 2, 12.0),
        ("c1/guide-7", 1, 13.0),
        ("c1/1", 2, 99.0),
        ("c12", 1, 11.5),
    ]
    await write(engine, [commands.RecordStep(call, n, at, "node", "n") for call, n, at in ids])
    found = [(step.call, step.number) for step in await queries.timeline(engine, "c1")]
    assert found == [("c1", 1), ("c1/1", 1), ("c1", 2), ("c1/guide-7", 1), ("c1/1", 2)]


async def test_forms_are_found_by_their_contact(engine: AsyncEngine) -> None:
    await write(engine, [commands.RecordForm(call, "booking", "{}", True, 1.0) for call in ("c1", "c2")])
    assert [form.call for form in await queries.forms(engine, "c2")] == ["c2"]


async def test_a_range_holds_its_beginning_but_not_its_end(engine: AsyncEngine) -> None:
    await write(engine, [contact(f"c{at:.0f}", at) for at in (300.0, 100.0, 200.0)])
    assert [row.call for row in await queries.contacts(engine, 100.0, 300.0)] == ["c100", "c200"]


async def test_both_service_levels_follow_their_formulas(engine: AsyncEngine) -> None:
    counts: dict[str, Any] = {
        "answered": 8,
        "abandoned": 4,
        "overflowed_out": 1,
        "called_back": 1,
        "self_served": 1,
        "lost": 1,
        "waiting": 1,
    }
    figures = interval(900.0, offered=17, answered_in_target=6, abandoned_in_target=3, wait_answered=100.0, **counts)
    await write(engine, [figures, interval(1800.0)])
    busy, empty = await queries.intervals(engine, 0.0, 9000.0)
    assert (busy.service_level, busy.service_level_2, busy.mean_wait) == (6 / 8, 9 / 12, 12.5)
    assert (empty.service_level, empty.service_level_2, empty.mean_wait) == (None, None, None)


async def test_an_agents_time_counts_with_the_part_inside_the_range(engine: AsyncEngine) -> None:
    stretches = [("ready", "", 0.0, 150.0), ("paused", "lunch", 150.0, 170.0), ("ready", "", 170.0, 500.0)]
    await write(engine, [commands.RecordActivity("1001", *stretch) for stretch in stretches])
    assert await queries.agents(engine, 100.0, 200.0) == [
        AgentTime("1001", "paused", "lunch", 1, 20.0),
        AgentTime("1001", "ready", "", 2, 50.0 + 30.0),
    ]


async def test_survey_links_and_alarms(engine: AsyncEngine) -> None:
    answers = [commands.RecordAnswer(f"c{n}", "satisfied", answer, 1070.0) for n, answer in enumerate("5545")]
    await write(engine, [*answers, *ALL])
    assert await queries.survey(engine, 0.0, 2000.0) == [
        SurveyCount("satisfied", "4", 1),
        SurveyCount("satisfied", "5", 3),
    ]
    assert [row.purpose for row in await queries.links(engine, 0.0, 2000.0)] == ["order_status"]
    assert [(row.at, row.kind) for row in await queries.alarms(engine, 0.0, 2000.0)] == [(1000.0, "overstay")]


async def test_what_became_of_callbacks(engine: AsyncEngine) -> None:
    ends = [("reached", 1), ("failed", 3), ("expired", 0), ("cancelled", 0), ("rejoined", 1), ("", 0)]
    rows = [
        commands.RecordCallback(
            f"cb{n}", "138", "tech", "c", 100.0 + n, 50.0, 100.0, 9e4, dials, 150.0 if end else None, end, "", ""
        )
        for n, (end, dials) in enumerate(ends)
    ]
    await write(engine, [*rows, *ALL])
    assert await queries.callback_figures(engine, 0.0, 2000.0) == [
        CallbackFigures("help", 1, 1, 0, 0, 0, 0, 0, 1, 110.0),
        CallbackFigures("tech", 6, 1, 1, 1, 1, 1, 1, 5, 100.0),
    ]
    (attempt,) = await queries.callback_attempts(engine, "tandem-callback-c1-1")
    assert (attempt.attempt, attempt.outcome, attempt.agent) == (1, "reached", "1001")


WAITS = [
    wait("c1", 905.0, 925.0, "answered"),
    wait("c2", 910.0, 935.0, "answered"),
    wait("c6", 915.0, 917.0, "answered", since=800.0),
    wait("c3", 920.0, 921.0, "abandoned"),
    wait("c4", 1799.9, 1900.0, "overflowed_out"),
    wait("c5", 930.0, 960.0, "self_served"),
    wait("tandem-callback-c7-1-1", 940.0, 990.0, "reached"),
]
RIGHT: dict[str, Any] = {
    "offered": 7, "answered": 3, "abandoned": 1, "overflowed_out": 1, "self_served": 1, "waiting": 1,
    "answered_in_target": 1, "abandoned_in_target": 1, "wait_answered": 162.0,
}  # fmt: skip


async def test_intervals_that_agree_with_the_waits_balance(engine: AsyncEngine) -> None:
    await write(engine, [*WAITS, interval(900.0, **RIGHT)])
    assert await queries.check_balance(engine, 0.0, 9000.0) == []


@pytest.mark.parametrize("figure", RIGHT)
async def test_every_wrong_figure_is_found(engine: AsyncEngine, figure: str) -> None:
    await write(engine, [*WAITS, interval(900.0, **RIGHT | {figure: RIGHT[figure] + 1})])
    (difference,) = await queries.check_balance(engine, 0.0, 9000.0)
    blamed = "offered" if figure == "waiting" else figure
    assert (difference.queue, difference.start, difference.figure) == ("help", 900.0, blamed)
    assert abs(difference.interval - difference.waits) == 1


async def test_waits_without_an_interval_are_found(engine: AsyncEngine) -> None:
    await write(engine, [wait("c1", 905.0, 906.0, "lost")])
    assert await queries.check_balance(engine, 0.0, 9000.0) == [
        Difference("help", 900.0, "lost", 0, 1),
        Difference("help", 900.0, "offered", 0, 1),
    ]


async def test_dispositions_are_counted_by_queue_and_code(engine: AsyncEngine) -> None:
    said = [("c1", "solved"), ("c2", "solved"), ("c3", "other"), ("c1", "other")]
    records = [
        commands.RecordDisposition(call, "1001", "help", code, "", 1000.0 + n) for n, (call, code) in enumerate(said)
    ]
    await write(engine, records)
    counted = await queries.dispositions(engine, 0.0, 2000.0)
    assert [(row.queue, row.code, row.contacts) for row in counted] == [("help", "other", 2), ("help", "solved", 1)]
    assert await queries.dispositions(engine, 0.0, 1000.0) == []
