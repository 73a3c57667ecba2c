"""What the flow editor asks for over HTTP, with a real store and a real plane behind."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from tandem.control import events
from tandem.control.plane import Plane
from tandem.cti.flow_editing_api import FlowEditingApi
from tandem.cti.http import make_app, serve
from tandem.ivr.reader import read_flow
from tandem.service.config import LOOPBACK
from tandem.service.flow_bench import Bench
from tandem.store.flow_versions import FlowStore
from tandem.store.outbox import Outbox
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import TOKEN, Site
from tests.databases import migrated
from tests.ivr.playbook import wrap

TEST = """flow: line
tests:
  - {name: bye, do: [9], expect: {nodes: [bye], ended: true}}
  - {name: other, do: [9], expect: {nodes: [agent]}}
"""
LOOKUP = wrap(
    "ask: {type: lookup, service: shop, path: /x, values: {n: {path: $.n, kind: number}}, next: bye, failed: bye}\n"
    "bye: {type: end}",
    {},
    name="line",
)


class Desk:
    """An admin's page."""

    def __init__(self, session: aiohttp.ClientSession, url: str, plane: Plane, users: UserStore) -> None:
        self._session, self._url, self.plane, self.users = session, url, plane, users

    async def ask(self, method: str, path: str, wish: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self._session.request(method, self._url + path, json=wish, headers=headers) as answer:
            return answer.status, json.loads(await answer.read())

    async def walk(self, *do: str, source: str = FLOW, **more: object) -> dict[str, Any]:
        status, told = await self.ask("POST", "/flows/line/walk", {"source": source, "do": do, **more})
        assert status == 200, told
        walked: dict[str, Any] = told
        return walked


@asynccontextmanager
async def at_desk(tmp_path: Path) -> AsyncIterator[Desk]:
    engine = await migrated(tmp_path / "records.sqlite3")
    plane = Plane()
    bench = Bench(FlowStore(engine), lambda: plane.state, lambda: SETTINGS)
    site = Site(Outbox(engine), UserStore(engine))
    routes = FlowEditingApi(bench).routes()
    runner = await serve(make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, routes), "127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        yield Desk(session, f"http://127.0.0.1:{runner.addresses[0][1]}", plane, UserStore(engine))
    await runner.cleanup()
    await engine.dispose()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_desk(tmp_path) as desk:
        yield desk


async def test_the_schema_says_what_names_refer_to(desk: Desk) -> None:
    _, schema = await desk.ask("GET", "/flows/schema")
    say = schema["$defs"]["Say"]["properties"]
    assert (say["text"]["x-refers-to"], say["next"]["x-refers-to"]) == ("text", "node")
    assert schema["$defs"]["Menu"]["properties"]["choices"]["additionalProperties"]["x-refers-to"] == "node"


async def test_the_names_that_flows_may_use(desk: Desk) -> None:
    assert (await desk.ask("GET", "/flows/centre"))[1] == {"queues": ["tech"], "services": []}


async def test_lint_tells_what_is_broken_and_what_is_doubtful(desk: Desk) -> None:
    async def found(source: str) -> tuple[list[Any], ...]:
        _, told = await desk.ask("POST", "/flows/line/check", {"source": source})
        return tuple([(each["node"], each["field"]) for each in told[kind]] for kind in ("broken", "doubtful"))

    assert await found(FLOW) == ([], [])
    assert await found(FLOW.replace("next: rate", "next: gone")) == ([("agent", "next")], [])
    assert await found(FLOW.replace("queue: tech", "queue: none")) == ([], [("agent", "queue")])
    _, told = await desk.ask("POST", "/flows/line/check", {"source": "name: [\n"})
    assert (told["broken"][0]["line"], told["broken"][0]["what"][:8]) == (2, "not YAML")


async def test_flow_tests_tell_what_came_of_each(desk: Desk) -> None:
    wish = {"source": FLOW, "tests": {"line.yaml": TEST, "more.yaml": "flow: other\ntests: []"}}
    status, told = await desk.ask("POST", "/flows/line/test", wish)
    assert status == 200
    assert [(each["test"], each["line"]) for each in told] == [("bye", 3), ("other", 4), ("", 1)]
    assert told[0]["failures"][0].startswith("node bye did not come")
    assert "tests of the flow other" in told[2]["failures"][0]
    assert await desk.ask("POST", "/flows/line/test", {"source": FLOW}) == (200, [])
    status, told = await desk.ask("POST", "/flows/line/test", {"source": FLOW.replace("next: rate", "next: gone")})
    assert (status, told["error"]["code"], told["problems"][0]["node"]) == (422, "not_right", "agent")


async def test_a_walk_tells_each_step(desk: Desk) -> None:
    walked = await desk.walk("2", "served", "5")
    assert [(each["action"], each["nodes"]) for each in walked["steps"]] == [
        ("", ["menu"]),
        ("2", ["agent"]),
        ("served", ["rate"]),
        ("5", ["bye", "done"]),
    ]
    assert walked["steps"][0]["said"] == ["Press one for a link or two for a person."]
    assert (walked["steps"][1]["outside"], walked["steps"][0]["language"]) == (["queue tech"], "en")
    assert (walked["node"], walked["ended"], walked["problem"]) == ("done", True, "")
    assert walked["trial"]["expect"]["answers"] == {"satisfaction": "5"}


async def test_a_walk_goes_as_far_as_it_can(desk: Desk) -> None:
    walked = await desk.walk("", "served")
    assert ("nothing" in str(walked["steps"][1]["said"]), walked["node"]) == (False, "menu")
    assert walked["problem"] == "served: the caller is at menu, and not in a queue"
    assert walked["trial"] is None


async def test_a_walk_asks_for_what_systems_outside_answer(desk: Desk) -> None:
    walked = await desk.walk(source=LOOKUP)
    assert walked["asked"] == [{"question": "GET shop /x (n)", "answer": ""}]
    assert "n" not in walked["variables"]
    walked = await desk.walk(source=LOOKUP, answers=["n=7"])
    assert walked["variables"]["n"] == 7
    assert walked["trial"]["given"]["lookups"] == {"ask": [{"n": 7}]}


@pytest.mark.parametrize(
    "given", [{"time": "yesterday"}, {"time": "2026-01-05T10:00:00"}, {"face": "radio"}, {"nothing": 1}]
)
async def test_what_can_not_be_given_is_told(desk: Desk, given: dict[str, Any]) -> None:
    status, told = await desk.ask("POST", "/flows/line/walk", {"source": FLOW, "given": given})
    assert (status, told["error"]["code"]) == (422, "bad_given")


async def test_looking_is_not_in_the_audit_log(desk: Desk) -> None:
    for what in ("check", "test", "walk"):
        assert (await desk.ask("POST", f"/flows/line/{what}", {"source": FLOW}))[0] == 200
    assert await desk.users.audit(9) == []


async def test_where_callers_are(desk: Desk) -> None:
    async def at(flow: str) -> Any:
        return (await desk.ask("GET", f"/flows/{flow}/callers"))[1]["callers"]

    outer = wrap("one: {type: call, flow: line, next: bye}\nbye: {type: end}", {}, name="outer")
    top = wrap("two: {type: call, flow: outer, next: bye}\nbye: {type: end}", {}, name="top")
    over = wrap("bye: {type: end}", {}, name="over")
    sources = {"line": FLOW, "outer": outer, "top": top, "over": over}
    flows = [read_flow(source, f"{name}.yaml", sources.get) for name, source in sources.items()]
    lines = {"4008": "line", "4009": "outer", "4010": "top", "4011": "over"}
    settings = msgspec.structs.replace(SETTINGS, lines=lines)
    for event in (events.SettingsLoaded(settings), *map(events.FlowPublished, flows)):
        desk.plane.handle(event, 1000.0)
    assert await at("line") == {}
    for call, line in (("a", "4008"), ("b", "4008"), ("c", "4009"), ("d", "4010"), ("e", "4011")):
        desk.plane.handle(events.CallEntered(call, f"PJSIP/{call}", "7", "", line), 1001.0)
    assert await at("line") == {"menu": 4}
    assert await at("outer") == {"one": 2}
    assert await at("top") == {"two": 1}
    assert "e" in desk.plane.state.calls
    assert await at("over") == {}
    assert await at("nowhere") == {}
