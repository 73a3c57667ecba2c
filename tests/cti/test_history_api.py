"""Looking back over HTTP: figures, lists, one contact, CSV."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands, events
from tandem.cti import history_api
from tandem.ivr.reader import read_flow
from tandem.store import history
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.conftest import on_both
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import TOKEN, Site
from tests.store.examples import ALL, contact, interval, wait
from tests.store.test_queries import write

RANGE = "since=0&until=90000"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc)


@pytest.fixture
async def site(engine: AsyncEngine, outbox: Outbox, users: UserStore) -> AsyncIterator[Site]:
    more: list[commands.Command] = [
        interval(900.0, offered=3, answered=2, abandoned=1, answered_in_target=1),
        contact("c2", 1001.0, caller="=1+1", outcome="served", talk_seconds=7.0),
        wait("c2", 1100.0, 1190.0, "answered"),
        wait("c3", 1200.0, 1205.0, "abandoned"),
    ]
    await write(engine, [*ALL, *more])
    async with Site(outbox, users, engine).running() as running:
        yield running


async def test_figures_and_who_is_behind_them(site: Site) -> None:
    status, rows = await site.json("GET", f"/history/queues?{RANGE}")
    assert (status, [(row["queue"], row["offered"]) for row in rows]) == (200, [("help", 3)])
    assert rows[0]["service_level_offered"] == pytest.approx(1 / 3)
    path = f"/history/queues/contacts?{RANGE}&name=help"
    _, answered = await site.json("GET", f"{path}&figure=answered")
    assert (answered["total"], [row["call"] for row in answered["rows"]]) == (2, ["c1", "c2"])
    _, second = await site.json("GET", f"{path}&figure=answered&offset=1&limit=1")
    assert (second["total"], [row["call"] for row in second["rows"]]) == (2, ["c2"])
    _, in_target = await site.json("GET", f"{path}&figure=answered_in_target")
    assert [(row["call"], row["waited"]) for row in in_target["rows"]] == [("c1", 7.0)]
    for what, name, figure in (
        ("agents", "1001", "offers"),
        ("flows", "hotline", "served"),
        ("links", "order_status", "links"),
    ):
        assert (await site.json("GET", f"/history/{what}?{RANGE}"))[0] == 200
        _, found = await site.json("GET", f"/history/{what}/contacts?{RANGE}&name={name}&figure={figure}")
        assert (found["total"], len(found["rows"])) == (1, 1)


async def test_those_who_wait_are_behind_the_numbers_too(site: Site) -> None:
    site.now = 1150.0
    site.happens(events.SettingsLoaded(SETTINGS))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    site.happens(events.SwitchFound("boot-1", site.now, (), ()))
    site.happens(events.CallEntered("c7", "PJSIP/trunk-c7", "138", "", "4008"))
    site.happens(events.Listened("c7", site.plane.state.calls["c7"].listen, "2"))
    _, found = await site.json("GET", f"/history/queues/contacts?{RANGE}&name=tech&figure=waiting")
    assert [(row["call"], row["outcome"]) for row in found["rows"]] == [("c7", "waiting")]


async def test_every_table_comes_as_csv_without_formulas(site: Site) -> None:
    response, text = await site.ask("GET", f"/history/flows/contacts?{RANGE}&name=hotline&figure=contacts&format=csv")
    assert response.content_type == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["caller"] for row in rows] == ["13800000000", "'=1+1"]
    assert text.count("\r\n") == 3
    for what in ("queues", "agents", "flows", "links"):
        response, text = await site.ask("GET", f"/history/{what}?{RANGE}&format=csv")
        assert (response.status, len(text.splitlines())) == (200, 2)


async def test_one_contact_and_why(site: Site) -> None:
    _, found = await site.json("GET", "/history/contacts/c1")
    assert (found["contact"]["caller"], found["waits"][0]["queue"]) == ("13800000000", "help")
    assert (await site.json("GET", "/history/contacts/c9"))[0] == 404
    _, told = await site.json("GET", "/history/contacts/c1/why?language=zh-CN")
    assert told == [{"at": 1000.0, "text": "c1 in zh-CN"}]
    assert (await site.json("GET", "/history/contacts/c9/why"))[0] == 404


@pytest.mark.parametrize("work", ["consultation-c2-1", "voicemail-c2-2"])
async def test_work_leads_to_the_contact_that_it_is_about(site: Site, engine: AsyncEngine, work: str) -> None:
    await write(engine, [commands.RecordOffer(90, work, "1002", "help", 1300.0, 1305.0, "declined")])
    path = f"/history/agents/contacts?{RANGE}&name=1002&figure=not_answered"
    (row,) = [row for row in (await site.json("GET", path))[1]["rows"] if row["call"] == work]
    assert (row["caller"], row["flow"], row["talk_seconds"]) == ("=1+1", "hotline", None)
    _, found = await site.json("GET", f"/history/contacts/{work}")
    assert found["contact"]["call"] == "c2"
    assert (await site.json("GET", f"/history/contacts/{work}/why"))[1] == [{"at": 1000.0, "text": "c2 in en"}]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/history/queues", "bad_query"),
        ("/history/queues?since=x&until=2", "bad_query"),
        ("/history/queues?since=nan&until=2", "bad_query"),
        ("/history/queues?since=0&until=9e9", "bad_range"),
        ("/history/queues?since=5&until=5", "bad_range"),
        ("/history/queues?since=0&until=5&format=xls", "bad_query"),
        ("/history/queues?since=0&until=5&other=1", "bad_query"),
        (f"/history/queues/contacts?{RANGE}&name=help&figure=happy", "unknown_figure"),
        (f"/history/queues/contacts?{RANGE}&name=help&figure=lost&limit=501", "bad_query"),
        (f"/history/queues/contacts?{RANGE}&name=help&figure=lost&offset=-1", "bad_query"),
        ("/history/contacts/c1/why?language=de", "bad_query"),
    ],
)
async def test_what_makes_no_sense_is_refused(site: Site, path: str, code: str) -> None:
    status, told = await site.json("GET", path)
    assert (status, told["error"]["code"]) == (400, code)


async def test_the_worst_talks_of_a_day(site: Site) -> None:
    _, (talk,) = await site.json("GET", f"/history/talks?{RANGE}")
    assert (talk["call"], talk["agent"], talk["device"], talk["score"]) == ("c1", "1001", "PJSIP/1001", 4.3)
    assert await site.json("GET", f"/history/talks?{RANGE}&below=3.6") == (200, [])
    assert await site.json("GET", f"/history/talks?{RANGE}&device=PJSIP/trunk") == (200, [])
    assert (await site.json("GET", f"/history/talks?{RANGE}&below=9"))[0] == 400
    assert (await site.json("GET", "/history/talks?since=2&until=1"))[0] == 400
    _, whole = await site.json("GET", "/history/contacts/c1")
    assert whole["heard"] == [talk]
    response, text = await site.ask("GET", f"/history/talks?{RANGE}&format=csv")
    assert (response.content_type, text.splitlines()[0].split(",")[:3]) == ("text/csv", ["call", "agent", "told_by"])


async def test_a_report_ends_when_nobody_waits_for_it_any_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def for_ever(*_: object) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(history_api, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(history, "links", for_ever)
    _, impatient = await asyncio.open_connection("127.0.0.1", site.port)
    head = f"GET /history/links?{RANGE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    impatient.write(head.encode())
    async with asyncio.timeout(10):
        await began.wait()
        assert not ended.is_set()
        impatient.close()
        await ended.wait()


async def test_records_that_can_not_be_read_are_told_so(site: Site, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(sql("DROP TABLE links"))
    status, told = await site.json("GET", f"/history/links?{RANGE}")
    assert (status, told["error"]["code"]) == (503, "unavailable")
