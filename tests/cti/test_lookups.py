"""Lookups, asked of real services."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from tandem.control.commands import LookUp
from tandem.control.events import Event, LookedUp, LookupFailed
from tandem.control.settings import Service as Setting
from tandem.cti.lookups import AT_ONCE, CACHED, Lookups
from tandem.cti.secrets import SecretError
from tandem.ivr import commands as ivr
from tests.cti.services import Service
from tests.cti.services import running as running_service

SECRET = "the shop's token"
ASK = ivr.LookUp(
    number=1, service="shop", method="GET", path="/orders/7", query={}, headers={}, body=None,
    values={"ok": ivr.Wanted("$.ok", "truth")}, timeout=5.0, retries=0, cache_seconds=0.0,
)  # fmt: skip
OK = LookedUp("c1", 1, {"ok": True})


def secrets(name: str) -> str:
    if name != "token":
        raise SecretError(f"there is no secret {name}")
    return SECRET


class Running:
    """Lookups at work; `answer` asks and waits for the answer. `now` is their clock."""

    def __init__(self, services: Mapping[str, Setting]) -> None:
        self.services = dict(services)
        self.now = 100.0
        self.told: asyncio.Queue[Event] = asyncio.Queue()
        self.lookups = Lookups(lambda: self.services, secrets, self.told.put_nowait, lambda: self.now, lambda: 0.0)

    def ask(self, subject: str = "c1", **changes: Any) -> None:
        self.lookups.ask(LookUp(subject, msgspec.structs.replace(ASK, **changes)))

    async def answer(self, subject: str = "c1", **changes: Any) -> Event:
        self.ask(subject, **changes)
        return await self.next()

    async def next(self) -> Event:
        return await asyncio.wait_for(self.told.get(), 10)

    async def reason(self, **changes: Any) -> str:
        answer = await self.answer(**changes)
        assert isinstance(answer, LookupFailed)
        return answer.reason


@asynccontextmanager
async def asking(service: Service, **setting: Any) -> AsyncIterator[Running]:
    async with running_service(service) as there:
        it = Running({"shop": Setting(there.url, **setting)})
        async with at_work(it):
            yield it


@asynccontextmanager
async def at_work(it: Running) -> AsyncIterator[Running]:
    task = asyncio.create_task(it.lookups.run())
    await asyncio.sleep(0)
    yield it
    task.cancel()
    await asyncio.wait([task])


async def test_what_is_asked_and_what_comes_back() -> None:
    service = Service({"items": [{"name": "电视"}], "count": 2})
    async with asking(service, headers={"Authorization": "Bearer {secret:token}", "X-From": "here"}) as it:
        values = {"name": ivr.Wanted("$.items[0].name"), "n": ivr.Wanted("$.count", "number"),
                  "none": ivr.Wanted("$.none", "text", "-")}  # fmt: skip
        answer = await it.answer(
            method="POST", path="/a/%2F/电", query={"q": "a&b=电 {}"}, headers={"X-From": "node"}, values=values,
            body={"x": "电", "n": 1.5},
        )  # fmt: skip
        assert answer == LookedUp("c1", 1, {"name": "电视", "n": 2, "none": "-"})
        assert it.lookups.counts == {("shop", "answered"): 1}
    (asked,) = service.asked
    assert (asked.method, asked.target) == ("POST", "/a/%2F/%E7%94%B5?q=a%26b%3D%E7%94%B5+%7B%7D")
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"
    assert asked.headers["X-From"] == "node"
    assert asked.headers["Idempotency-Key"] == "c1/1"
    assert asked.headers["Content-Type"] == "application/json"
    assert msgspec.json.decode(asked.body) == {"x": "电", "n": 1.5}


async def test_nothing_is_asked_of_who_is_not_in_the_settings() -> None:
    async with asking(Service()) as it:
        assert await it.reason(service="bank") == "there is no service bank"
        it.services["bank"] = it.services["shop"]
        assert await it.answer(service="bank") == OK


@pytest.mark.parametrize(
    "path", ["/../x", "/a/..", "/a/%2e%2E/b", "/a%2F..", "//h/..", "/a?b=1", "/a#b", "x", "", "/\\a"]
)
async def test_a_path_does_not_lead_out_of_its_service(path: str) -> None:
    service = Service()
    async with asking(service) as it:
        assert "leads elsewhere" in await it.reason(path=path)
    assert service.asked == []


async def test_another_host_in_a_path_is_a_path() -> None:
    service = Service()
    async with asking(service) as it:
        for path in ("//evil.example/x", "/@evil.example", "/:99"):
            assert await it.answer(path=path) == OK
    assert [asked.target for asked in service.asked] == ["//evil.example/x", "/@evil.example", "/:99"]


async def test_a_redirect_is_not_followed() -> None:
    service = Service(302)
    async with asking(service) as it:
        assert await it.reason(retries=2) == "it answered 302"
    assert len(service.asked) == 1


async def test_what_a_service_does_not_know_is_not_found_at_once() -> None:
    service = Service(404)
    async with asking(service) as it:
        assert await it.reason(retries=2) == "not_found"
        assert it.lookups.counts == {("shop", "not_found"): 1}
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 409])
async def test_a_refusal_is_final(status: int) -> None:
    service = Service(status)
    async with asking(service) as it:
        assert await it.reason(retries=2) == f"it answered {status}"
    assert len(service.asked) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("trouble", [500, 503, 429, b"<html>", b"", b"\xff", b"[" * 100_000, b'{"ok": tru'])
async def test_trouble_is_tried_again_under_the_same_key(trouble: Any, method: str) -> None:
    service = Service(trouble, trouble, {"ok": True})
    async with asking(service) as it:
        assert await it.answer(retries=2, method=method) == OK
        assert it.lookups.counts == {("shop", "try_again"): 2, ("shop", "answered"): 1}
    assert len(service.asked) == 3
    assert {asked.headers.get("Idempotency-Key") for asked in service.asked} == {"c1/1" if method == "POST" else None}


async def test_trouble_that_stays_is_told() -> None:
    service = Service(500)
    async with asking(service) as it:
        assert await it.reason(retries=1) == "it answered 500"
        assert it.lookups.counts == {("shop", "try_again"): 1, ("shop", "failed"): 1}
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("garbage", "reason"),
    [
        (b"<html>", "it did not answer JSON"),
        (b"[" * 100_000, "it did not answer JSON"),
        (b'"' + b"x" * 300_000 + b'"', "its answer is larger than 256 KiB"),
        ({"ok": "perhaps"}, "its answer lacks something: no truth at $.ok for ok"),
        ([], "its answer lacks something: no truth at $.ok for ok"),
    ],
)
async def test_garbage_is_no_answer(garbage: Any, reason: str) -> None:
    async with asking(Service(garbage)) as it:
        assert await it.reason() == reason


async def test_an_answer_of_which_nothing_is_wanted_need_not_be_json() -> None:
    async with asking(Service(204)) as it:
        assert await it.answer(values={}) == LookedUp("c1", 1, {})


async def test_a_service_that_hangs_is_given_up_after_its_time() -> None:
    async with asking(Service(None)) as it:
        assert await it.reason(timeout=0.05) == "it did not answer in 0.05 s"


async def test_a_service_that_is_away_is_told() -> None:
    async with running_service(Service()) as gone:
        pass
    async with at_work(Running({"shop": Setting(gone.url)})) as it:
        assert await it.reason() == "it can't be reached"


async def test_without_its_secret_nothing_is_sent() -> None:
    service = Service()
    async with asking(service, headers={"Authorization": "Bearer {secret:other}"}) as it:
        assert await it.reason(retries=2) == "there is no secret other"
        assert it.lookups.counts == {("shop", "no_secret"): 1}
    assert service.asked == []


async def test_neither_secrets_nor_answers_nor_what_was_asked_is_logged() -> None:
    answers = Service({"ok": "hunter2"}, 500, None, b"hunter2")
    with capture_logs() as logs:
        async with asking(answers, headers={"Authorization": "{secret:token}"}) as it:
            told = [await it.answer(path="/13800000001", timeout=0.05) for _ in range(4)]
    assert len(logs) == 4
    assert not [text for text in (SECRET, "hunter2", "13800000001", answers.url) if text in f"{logs} {told}"]


async def test_an_answer_is_kept_as_long_as_the_lookup_bears() -> None:
    service = Service({"ok": True}, {"ok": False}, {"ok": True})
    async with asking(service) as it:
        assert await it.answer(cache_seconds=60.0) == OK
        it.now += 59.0
        assert await it.answer("c2", cache_seconds=60.0, number=2, retries=2, timeout=1.0) == LookedUp(
            "c2", 2, {"ok": True}
        )
        assert it.lookups.counts["shop", "cached"] == 1
        assert await it.answer(cache_seconds=50.0) == LookedUp("c1", 1, {"ok": False})
        assert await it.answer() == OK
    assert len(service.asked) == 3


@pytest.mark.parametrize(
    "other", [{"path": "/orders/8"}, {"query": {"a": "b"}}, {"method": "POST"}, {"body": {"a": 1}}, {"service": "bank"},
              {"headers": {"X-Language": "en"}}, {"values": {"also": ivr.Wanted("$.ok", "truth")}}]
)  # fmt: skip
async def test_another_question_is_asked(other: dict[str, Any]) -> None:
    service = Service()
    async with asking(service) as it:
        it.services["bank"] = it.services["shop"]
        await it.answer(cache_seconds=60.0)
        await it.answer(cache_seconds=60.0, **other)
    assert len(service.asked) == 2


async def test_an_answer_that_must_not_be_kept_is_not() -> None:
    service = Service()
    async with asking(service) as it:
        await it.answer()
        await it.answer(cache_seconds=60.0)
    assert len(service.asked) == 2


async def test_a_failure_is_not_kept_and_the_cache_has_its_bounds() -> None:
    service = Service(500, {"ok": True})
    async with asking(service) as it:
        await it.reason(cache_seconds=60.0)
        for number in range(CACHED + 1):
            await it.answer(path=f"/{number}", cache_seconds=60.0)
        before = len(service.asked)
        await it.answer(path="/1", cache_seconds=60.0)
        await it.answer(path="/0", cache_seconds=60.0)
    assert len(service.asked) == before + 1


async def test_a_service_in_trouble_is_left_alone_and_then_tried_once() -> None:
    service = Service(500, 500, 500, None, {"ok": True})
    async with asking(service, failures=3, open_seconds=30.0) as it:
        assert [await it.reason() for _ in range(4)] == ["it answered 500"] * 3 + [
            "it is in trouble, and left alone for a while"
        ]
        assert it.lookups.breakers["shop"].state == "open"
        it.now += 29.0
        assert "left alone" in await it.reason(retries=3)
        assert len(service.asked) == 3
        it.now += 1.0
        service.seen.clear()
        it.ask(timeout=0.3)
        await asyncio.wait_for(service.seen.wait(), 10)
        assert it.lookups.breakers["shop"].state == "half_open"
        assert await it.answer("c2") == LookupFailed("c2", 1, "it is in trouble, and left alone for a while")
        assert await it.next() == LookupFailed("c1", 1, "it did not answer in 0.3 s")
        assert "left alone" in await it.reason()
        it.now += 30.0
        assert await it.answer() == OK
        assert it.lookups.breakers["shop"].state == "closed"


async def test_a_service_that_answers_now_and_then_is_not_left_alone() -> None:
    service = Service(500, 404, 500, {"ok": True}, 500, 409, 500, {"ok": True})
    async with asking(service, failures=2) as it:
        for _ in range(8):
            await it.answer()
    assert len(service.asked) == 8


async def test_the_breakers_of_two_services_are_two() -> None:
    async with asking(Service(500), failures=1) as it, running_service(Service()) as well:
        it.services["bank"] = Setting(well.url)
        await it.reason()
        assert "left alone" in await it.reason()
        assert await it.answer(service="bank") == OK


async def test_no_more_are_asked_at_once_than_a_service_bears() -> None:
    go = asyncio.Event()
    service = Service(go)
    service.full_at = AT_ONCE
    async with asking(service) as it:
        for number in range(AT_ONCE + 5):
            it.ask(f"c{number}")
        await asyncio.wait_for(service.full.wait(), 10)
        go.set()
        answers = [await it.next() for _ in range(AT_ONCE + 5)]
    assert all(isinstance(answer, LookedUp) for answer in answers)
    assert service.most_at_once == AT_ONCE


async def test_one_that_is_under_way_is_not_asked_twice() -> None:
    go = asyncio.Event()
    service = Service(go)
    async with asking(service) as it:
        it.ask()
        await asyncio.wait_for(service.seen.wait(), 10)
        it.ask()
        go.set()
        assert await it.next() == OK
        await it.answer("c2")
        assert it.told.empty()
    assert len(service.asked) == 2


async def test_too_many_fail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tandem.cti.lookups.CAPACITY", 2)
    it = Running({})
    for subject in ("c1", "c2", "c3"):
        it.ask(subject)
    assert it.told.get_nowait() == LookupFailed("c3", 1, "too many lookups are under way")


async def test_a_small_answer_does_not_become_a_huge_one() -> None:
    service = Service(gzip.compress(b'{"ok": true, "x": "' + b"x" * 50_000_000 + b'"}'))
    service.headers["Content-Encoding"] = "gzip"
    async with asking(service) as it:
        assert await it.reason() == "it did not answer JSON"
    assert service.asked[0].headers["Accept-Encoding"] == "identity"


async def test_cookies_of_one_caller_do_not_go_along_with_the_next() -> None:
    service = Service()
    service.headers["Set-Cookie"] = "who=c1"
    async with asking(service) as it:
        await it.answer()
        await it.answer()
    assert "Cookie" not in service.asked[1].headers


async def test_an_answer_waits_until_the_plane_has_room_for_it() -> None:
    async with asking(Service()) as it:
        refusals = [asyncio.QueueFull(), asyncio.QueueFull()]

        def emit(event: Event) -> None:
            if refusals:
                raise refusals.pop()
            it.told.put_nowait(event)

        it.lookups._emit = emit
        assert await it.answer() == OK
