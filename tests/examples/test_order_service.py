"""The demo's order service, over real HTTP."""

import asyncio
import hashlib
import hmac
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from examples.order_service.app import SECRET, TOKEN, OrderService, running

TODAY = date(2026, 11, 25)  # a Wednesday
README = Path(__file__).parents[2] / "examples/order_service/README.md"
BOOKING = {"kind": "repair", "phone": "2001", "product": "tv", "date": "2026-11-27", "slot": "am"}


class Client:
    """Asks with the token."""

    def __init__(self, http: aiohttp.ClientSession, service: OrderService) -> None:
        self.http = http
        self.service = service

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.ask("GET", path, None, "", status)

    async def post(self, path: str, body: Any = None, key: str = "", status: int = 200) -> Any:
        return await self.ask("POST", path, body, key, status)

    async def ask(self, method: str, path: str, body: Any, key: str, status: int) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Idempotency-Key": key} if key else {})
        async with self.http.request(method, path, json=body, headers=headers) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()


@asynccontextmanager
async def client(state: Path) -> AsyncIterator[Client]:
    service = OrderService(state, today=TODAY)
    async with running(service) as url, aiohttp.ClientSession(url) as http:
        yield Client(http, service)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Client]:
    async with client(tmp_path / "shop.json") as it:
        yield it


async def test_orders_are_told_newest_first(shop: Client) -> None:
    found = await shop.get("/orders?phone=2001")
    assert [order["number"] for order in found["orders"]] == ["20261002", "20261001", "20261003"]
    assert found["count"] == 3
    assert found["orders"][0]["name_zh"] == "滚筒洗衣机"
    assert (found["orders"][0]["ordered_on"], found["orders"][0]["delivery_on"]) == ("2026-11-24", "2026-11-29")
    assert await shop.get("/orders?phone=1") == {"count": 0, "orders": []}
    assert await shop.get("/orders", 400) == {"error": "no_phone"}


async def test_an_order_is_told_to_its_phone_only(shop: Client) -> None:
    assert (await shop.get("/orders/20261004"))["status"] == "shipped"
    assert (await shop.get("/orders/20261004?phone=2002"))["open"] is False
    assert await shop.get("/orders/20261004?phone=2001", 404) == {"error": "no_such_order"}
    assert await shop.get("/orders/1", 404) == {"error": "no_such_order"}


async def test_a_paid_order_is_cancelled_and_paid_back(shop: Client) -> None:
    done = await shop.post("/orders/20261002/cancel?phone=2001", key="c1/1")
    assert (done["outcome"], done["refund"], done["order"]["status"]) == ("done", 2799.0, "cancelled")
    assert await shop.post("/orders/20261002/cancel?phone=2001", key="c1/1") == done
    again = await shop.post("/orders/20261002/cancel")
    assert (again["outcome"], again["refund"]) == ("done", 0.0)
    late = await shop.post("/orders/20261001/cancel")
    assert (late["outcome"], late["order"]["status"]) == ("too_late", "out_for_delivery")


async def test_an_address_is_changed_while_the_order_is_open(shop: Client) -> None:
    done = await shop.post("/orders/20261002/address", {"address": " Lane 5 "})
    assert (done["outcome"], done["order"]["address"]) == ("done", "Lane 5")
    late = await shop.post("/orders/20261001/address", {"address": "Lane 5"})
    assert (late["outcome"], late["order"]["address"]) == ("too_late", "杭州市西湖区文三路18号")
    assert await shop.post("/orders/20261002/address", {"address": " "}, status=400) == {"error": "bad_address"}
    assert await shop.post("/orders/20261002/address", {"adress": "x"}, status=400) == {"error": "bad_json"}


@pytest.mark.parametrize("day", ["2026-11-25", "2026-11-24", "2026-11-29", "2026-12-26"])
async def test_there_are_no_visits_on_sundays_today_and_far_ahead(shop: Client, day: str) -> None:
    assert (await shop.get(f"/slots?product=tv&date={day}"))["count"] == 0


async def test_a_slot_takes_two_bookings(shop: Client) -> None:
    first = await shop.post("/bookings", BOOKING, "c1/1", 201)
    assert (first["outcome"], first["booking"], first["from"]) == ("booked", "5001", "09:00")
    second = await shop.post("/bookings", BOOKING, "c2/1", 201)
    assert second["booking"] == "5002"
    third = await shop.post("/bookings", BOOKING, "c3/1")
    assert (third["outcome"], third["booking"]) == ("slot_taken", "")
    found = await shop.get("/slots?product=tv&date=2026-11-27")
    assert [slot["slot"] for slot in found["slots"]] == ["pm", "eve"]
    assert (await shop.get("/bookings?phone=2001"))["count"] == 2
    assert (await shop.get("/bookings/5001"))["kind"] == "repair"
    assert await shop.get("/bookings/1", 404) == {"error": "no_such_booking"}


async def test_a_booking_is_made_once_for_a_key_even_at_once_and_after_a_restart(tmp_path: Path) -> None:
    async with client(tmp_path / "shop.json") as shop:
        made = await asyncio.gather(*(shop.post("/bookings", BOOKING, "c1/1", 201) for _ in range(5)))
        assert {booking["booking"] for booking in made} == {"5001"}
    async with client(tmp_path / "shop.json") as shop:
        assert await shop.post("/bookings", BOOKING, "c1/1", 201) == made[0]
        assert (await shop.get("/bookings?phone=2001"))["count"] == 1


@pytest.mark.parametrize(
    "wrong", [{"kind": "visit"}, {"slot": "noon"}, {"date": "soon"}, {"product": "boat"}, {"phone": ""}, {"date": 3}]
)
async def test_a_booking_that_makes_no_sense_is_refused(shop: Client, wrong: dict[str, Any]) -> None:
    assert "error" in await shop.post("/bookings", BOOKING | wrong, "c1/1", 400)
    assert await shop.post("/bookings", BOOKING, status=400) == {"error": "no_idempotency_key"}
    assert shop.service.shop.bookings == {}


async def test_members(shop: Client) -> None:
    member = await shop.get("/members/2001")
    assert (member["level"], member["points"], member["expires_on"]) == ("gold", 12600, "2027-03-25")
    assert await shop.get("/members/1", 404) == {"error": "no_such_member"}


def signed(body: bytes, secret: str = SECRET, at: float = 0.0) -> str:
    moment = int(at or time.time())
    return f"t={moment},v1={hmac.new(secret.encode(), b'%d.' % moment + body, hashlib.sha256).hexdigest()}"


async def test_a_notification_is_taken_once_and_only_when_it_is_signed(shop: Client) -> None:
    body = b'{"event": "call_ended"}'

    async def send(signature: str, key: str = "c1/1") -> int:
        headers = {"Tandem-Signature": signature, "Idempotency-Key": key}
        async with shop.http.post("/notifications", data=body, headers=headers) as answer:
            return answer.status

    wrong = ("", "t=,v1=", "t=²,v1=0", signed(body, "guess"), signed(b"{}"), signed(body, at=time.time() - 400))
    assert [await send(signature) for signature in wrong] == [401] * len(wrong)
    assert [await send(signed(body)), await send(signed(body)), await send(signed(body), "c1/2")] == [201] * 3
    assert (await shop.get("/notifications"))["count"] == 2


async def test_without_the_token_nothing_is_told(shop: Client) -> None:
    for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": TOKEN}):
        async with shop.http.get("/orders?phone=2001", headers=headers) as answer:
            assert answer.status == 401


async def test_it_goes_wrong_on_purpose(shop: Client) -> None:
    faults = [{"path": "/members", "mode": "fail", "times": 1}, {"path": "/orders", "mode": "garbage"},
              {"path": "/slots", "mode": "hang"}, {"path": "/bookings", "mode": "huge"}]  # fmt: skip
    await shop.ask("PUT", "/misbehave", faults, "", 200)
    await shop.get("/members/2001", 500)
    await shop.get("/members/2001")
    with pytest.raises(json.JSONDecodeError):
        await shop.get("/orders/20261001")
    assert len((await shop.get("/bookings/5001"))["filler"]) > 1_000_000
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await shop.get("/slots?product=tv&date=2026-11-27")


async def test_the_examples_of_the_readme_are_what_it_answers(shop: Client) -> None:
    """Every field named there is there, and of that kind."""
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", README.read_text(), re.DOTALL)]
    booking = await shop.post("/bookings", blocks[4], "k", 201)
    await shop.post("/bookings", blocks[4] | {"slot": "eve"}, "k2", 201)
    await shop.post("/bookings", blocks[4], "k3", 201)
    answers = [
        await shop.get("/orders?phone=2001"),
        await shop.post("/orders/20261002/cancel"),
        await shop.post("/orders/20261006/address", {"address": "x"}),
        await shop.get("/slots?product=tv&date=2026-11-27"),
        None,
        booking,
        await shop.post("/bookings", blocks[4], "k4"),
        await shop.get("/members/2001"),
    ]
    assert answers[1]["order"]["number"] == blocks[1]["order"]["number"]
    for shown, given in zip(blocks, answers, strict=False):
        if given is not None:
            assert set(shown) == set(given)
    assert set(blocks[0]["orders"][0]) == set(answers[0]["orders"][0])
    assert set(blocks[3]["slots"][0]) == set(answers[3]["slots"][0])
    assert {name: booking[name] for name in blocks[4]} == blocks[4]
    assert answers[6] == blocks[6]
    await shop.ask("PUT", "/misbehave", blocks[8], "", 200)


async def test_the_program_serves_and_keeps_its_state(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.order_service", "--port", "0", "--state", str(tmp_path / "s.json"),
        "--fail", "/members", cwd=README.parents[2], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        async with aiohttp.ClientSession(line.split()[-1], headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            async with http.get("/members/2001") as answer:
                assert answer.status == 500
            async with http.post("/orders/20261002/cancel", headers={"Idempotency-Key": "c1/1"}) as answer:
                assert answer.status == 200
    finally:
        process.kill()
        await process.wait()
    async with client(tmp_path / "s.json") as shop:
        assert (await shop.get("/orders/20261002"))["status"] == "cancelled"
