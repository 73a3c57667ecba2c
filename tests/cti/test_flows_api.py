"""The flows over HTTP, with a real shelf behind."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tandem.control import events
from tandem.control.plane import Plane
from tandem.cti.flows_api import FlowsApi
from tandem.cti.http import make_app, serve
from tandem.ivr.reader import nothing_more
from tandem.service.config import LOOPBACK
from tandem.service.flow_shelf import Shelf
from tandem.store.flow_versions import FlowStore
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated
from tests.ivr.playbook import wrap

LINE = wrap("say: {type: say, text: hi, next: bye}\nbye: {type: end}", {"hi": "Hello."}, name="line")
BETTER = LINE.replace("Hello.", "Good day.")
Answer = tuple[int, Any]


class Desk:
    """An admin's program."""

    def __init__(self, session: aiohttp.ClientSession, url: str, plane: Plane) -> None:
        self._session, self._url, self.plane = session, url, plane

    async def ask(self, method: str, path: str, wish: object = None, token: str = TOKEN) -> Answer:
        body = wish if isinstance(wish, bytes) else json.dumps(wish).encode() if wish is not None else None
        headers = {"Authorization": f"Bearer {token}"}
        async with self._session.request(method, self._url + path, data=body, headers=headers) as answer:
            return answer.status, json.loads(await answer.read())

    async def publish(self, source: str) -> Answer:
        return await self.ask("POST", "/flows", {"author": "ann", "flows": {"line": {"source": source}}})


@asynccontextmanager
async def at_desk(tmp_path: Path) -> AsyncIterator[Desk]:
    engine = await migrated(tmp_path / "records.sqlite3")
    plane = Plane()

    def emit(event: events.Event) -> None:
        plane.handle(event, 1000.0)

    shelf = Shelf(FlowStore(engine), lambda: plane.state, emit, lambda: nothing_more, lambda: 1000.0)
    site = Site(Outbox(engine), UserStore(engine))
    app = make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, FlowsApi(shelf).routes())
    runner = await serve(app, "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        yield Desk(session, f"http://127.0.0.1:{runner.addresses[0][1]}", plane)
    await runner.cleanup()
    await engine.dispose()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_desk(tmp_path) as desk:
        yield desk


async def test_the_life_of_a_flow(desk: Desk) -> None:
    assert await desk.ask("GET", "/flows") == (200, [])
    status, told = await desk.publish(LINE)
    assert (status, told["published"][0]["what"], told["unchanged"]) == (200, "published", [])
    saved = await desk.ask("PUT", "/flows/line/draft", {"author": "bob", "source": BETTER})
    assert (saved[0], saved[1]["problems"]) == (200, [])
    assert (await desk.ask("GET", "/flows/line/draft"))[1]["source"] == BETTER
    assert (await desk.ask("GET", "/flows/line/diff"))[1]["texts"]["changed"] == ["hi"]
    assert (await desk.ask("POST", "/flows", {"author": "bob", "drafts": ["line"]}))[0] == 200
    (shown,) = (await desk.ask("GET", "/flows"))[1]
    assert (shown["in_force"]["number"], shown["in_force"]["author"], shown["draft"]) == (2, "bob", None)
    assert shown["version"] == desk.plane.state.published["line"]
    assert (await desk.ask("POST", "/flows/line/rollback", {"author": "cy"}))[1]["published"][0]["number"] == 1
    history = (await desk.ask("GET", "/flows/line"))[1]
    assert [each["what"] for each in history["publications"]] == ["published", "published", "rolled_back"]
    assert [set(each) & {"source", "tests", "flows"} for each in history["versions"]] == [set(), set()]
    assert (await desk.ask("GET", "/flows/line/versions/2"))[1]["source"] == BETTER


async def test_a_trial(desk: Desk) -> None:
    await desk.publish(LINE)
    wish = {"author": "ann", "percent": 10, "flows": {"line": {"source": BETTER}}, "enough": 50}
    assert (await desk.ask("POST", "/flows/line/canary", wish))[1]["margins"]["enough"] == 50
    running = (await desk.ask("GET", "/flows/line/canary"))[1]["running"]
    assert (running["percent"], running["new"]["calls"]) == (10, 0)
    assert (await desk.ask("POST", "/flows/line/canary", wish))[0] == 409
    assert (await desk.ask("POST", "/flows/line/canary/promote", {"author": "ann"}))[0] == 200
    assert desk.plane.state.canaries == {}
    assert (await desk.ask("DELETE", "/flows/line/canary", {"author": "ann"}))[1]["error"]["code"] == "not_on_trial"


async def test_a_draft_of_somebody_else_or_another_version_in_force_is_noticed(desk: Desk) -> None:
    async def save(**on: float) -> Answer:
        return await desk.ask("PUT", "/flows/line/draft", {"author": "bob", "source": BETTER, "on": on})

    assert (await save())[0] == 200
    status, told = await save()
    assert (status, told["error"]["code"]) == (412, "changed")
    assert told["error"]["message"] == "bob has saved a draft of line meanwhile."
    assert (await save(draft=1000.0))[0] == 200
    await desk.publish(LINE)
    assert (await save(draft=1000.0))[1]["error"]["message"] == "ann has brought another version of line into force."
    assert (await save(number=1, draft=1000.0))[0] == 200


async def test_what_is_not_right_is_refused_with_every_problem_for_programs_and_people(desk: Desk) -> None:
    status, told = await desk.publish(LINE.replace("text: hi", "text: ho").replace("next: bye", "next: by"))
    assert (status, told["error"]["code"]) == (422, "not_right")
    assert [(each["node"], each["field"]) for each in told["problems"]] == [("say", "text"), ("say", "next")]
    assert told["problems"][0]["text"].startswith("line.yaml:")
    assert desk.plane.state.published == {}


@pytest.mark.parametrize(
    ("method", "path", "wish", "status"),
    [
        ("POST", "/flows", b"{", 400),
        ("POST", "/flows", b"\xff", 400),
        ("POST", "/flows", {"flows": {}}, 400),
        ("POST", "/flows", {"author": "", "flows": {}}, 400),
        ("POST", "/flows", {"author": "a"}, 422),
        ("POST", "/flows", {"author": "a", "flows": {"../x": {"source": ""}}}, 400),
        ("POST", "/flows", {"author": "a", "forec": "typo"}, 400),
        ("GET", "/flows/nothing", None, 404),
        ("GET", "/flows/line/versions/7", None, 404),
        ("GET", "/flows/line/versions/x", None, 404),
        ("GET", "/flows/line/diff?from=x", None, 404),
        ("GET", "/flows/nothing/draft", None, 404),
        ("POST", "/flows/line/canary", {"author": "a", "percent": 100}, 400),
        ("POST", "/flows/import", b"nonsense", 409),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, method: str, path: str, wish: object, status: int) -> None:
    await desk.publish(LINE)
    assert (await desk.ask(method, path, wish))[0] == status


async def test_only_who_has_the_token_sees_or_changes_anything(desk: Desk) -> None:
    for method, path in (("GET", "/flows"), ("POST", "/flows"), ("GET", "/flows/export"), ("DELETE", "/flows/x/draft")):
        assert (await desk.ask(method, path, token="guess"))[0] == 401


async def test_flows_may_be_longer_than_what_others_may_send(desk: Desk) -> None:
    assert (await desk.publish(LINE + "# long\n" * 20_000))[0] == 200
    assert (await desk.ask("POST", "/flows", b" " * (8 * 2**20 + 1)))[0] == 413


async def test_an_export_comes_back_elsewhere(desk: Desk, tmp_path: Path) -> None:
    await desk.publish(LINE)
    async with desk._session.get(f"{desk._url}/flows/export", headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        export = await answer.read()
    (tmp_path / "elsewhere").mkdir()
    async with at_desk(tmp_path / "elsewhere") as other:
        assert (await other.ask("POST", "/flows/import", export))[0] == 200
        assert other.plane.state.published == desk.plane.state.published


async def test_what_can_be_no_name_of_a_flow_gets_no_draft(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        for name in ("A", "a%20b", "..%2Fa", "1a"):
            status, told = await desk.ask("PUT", f"/flows/{name}/draft", {"author": "ann", "source": LINE})
            assert (status, told["error"]["code"]) == (404, "no_flow")
        assert await desk.ask("GET", "/flows") == (200, [])


async def test_a_number_too_long_for_a_version_is_none(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.publish(LINE)
        status, told = await desk.ask("GET", f"/flows/line/diff?from={'9' * 5000}&to=1")
        assert (status, told["error"]["code"]) == (404, "no_version")


async def test_a_store_that_cannot_be_read_is_told_as_json(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        with closing(sqlite3.connect(tmp_path / "records.sqlite3")) as raw, raw:
            raw.execute("DROP TABLE flow_versions")
        status, told = await desk.ask("GET", "/flows/export")
        assert (status, told["error"]["code"]) == (409, "store")
