"""Customers over REST: who may see and do what, and what is refused with which words."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text

from tandem.control.desktop.customer import KnownCustomer
from tandem.control.events import (
    AgentSignedIn,
    CallEnded,
    CallEntered,
    CustomerFound,
    CustomerNotFound,
    DeviceFound,
    FlowPublished,
    Listened,
    SettingsLoaded,
    SwitchFound,
)
from tandem.control.settings import DialPlan
from tandem.cti.customers import Customers
from tandem.ivr.reader import read_flow
from tandem.store.customers.book import Book
from tandem.store.database import AsyncEngine
from tandem.store.outbox import Outbox
from tandem.store.records import Batch, RecordWriter
from tandem.store.users import UserStore
from tests.control.playbook import FLOW, SETTINGS
from tests.cti.sites import Site
from tests.cti.test_accounts import Browser, user
from tests.store import examples

ANN = {
    "name": "Ann", "tier": "gold", "tags": ["tv"], "language": "en", "notes": "tea",
    "identities": [{"kind": "phone", "value": "138 0000 0001"}, {"kind": "email", "value": "ann@a.example"}],
}  # fmt: skip
BOB = {"name": "Bob", "identities": [{"kind": "phone", "value": "13900000002"}]}
CHINA = replace(SETTINGS, dial_plan=DialPlan(numbers=("139XXXXXXXX",), country="CN"))


class Shop(Site):
    """A site with customers; `removed` are the recordings that were."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(Outbox(engine), UserStore(engine))
        self.engine, self.removed, self.stuck = engine, list[str](), False
        self.book = Book(engine, self._remove, self.archive)
        self.settled = 0
        self.more = Customers(self.book, self.backend, self._settled).routes()
        self.happens(SettingsLoaded(CHINA))

    async def make(self, customer: dict[str, Any]) -> str:
        status, told = await self.say("POST", "/customers", customer)
        assert status == 201, told
        return str(told["customer"])

    async def say(self, method: str, path: str, wish: object = None, **headers: str) -> tuple[int, Any]:
        """Ask as a program; `If_Match` is a header."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.json(method, path, body=msgspec.json.encode(wish) if wish is not None else b"", headers=given)

    async def contact(self, call: str, at: float, customer: str, caller: str = "13800000001") -> None:
        writer = await RecordWriter.open(self.engine)
        row = examples.contact(call, at, customer=customer, caller=caller, outcome="served")
        await writer._write([Batch(writer.progress + 1, at, [row])])

    def is_offered(self, customer: str, caller: str = "13800000001") -> None:
        """A call of theirs is on the desk of 1001."""
        flow = FlowPublished(read_flow(FLOW, "line.yaml"))
        for event in (flow, SwitchFound("b", self.now, (), ()), DeviceFound("PJSIP/1001"), AgentSignedIn("1001")):
            self.happens(event)
        self.happens(CallEntered("c1", "PJSIP/trunk-c1", caller, "", "4008"))
        self.happens(CustomerFound("c1", KnownCustomer(customer, "Ann")))
        self.happens(Listened("c1", self.plane.state.calls["c1"].listen, "2"))

    def _remove(self, name: str) -> None:
        if self.stuck:
            raise PermissionError("no")
        self.removed.append(name)

    async def _settled(self) -> None:
        self.settled += 1


@pytest.fixture
async def shop(engine: AsyncEngine) -> AsyncIterator[Shop]:
    shop = Shop(engine)
    async with shop.running():
        yield shop


@pytest.fixture
async def agent(shop: Shop, users: UserStore) -> Browser:
    await user(users, "mei", "agent", "1001")
    browser = Browser(shop)
    assert (await browser.sign_in("mei"))[0] == 201
    return browser


@pytest.fixture
async def supervisor(shop: Shop, users: UserStore) -> Browser:
    await user(users, "li", "supervisor")
    browser = Browser(shop)
    assert (await browser.sign_in("li"))[0] == 201
    return browser


async def test_a_customer_is_made_shown_and_changed(shop: Shop) -> None:
    status, made = await shop.say("POST", "/customers", ANN)
    assert status == 201
    assert made["identities"][0] == {"kind": "phone", "value": "+8613800000001"}
    path = f"/customers/{made['customer']}"
    response, _ = await shop.ask("GET", path)
    assert (response.headers["ETag"], await response.json()) == ('"1"', made)
    status, changed = await shop.say("PATCH", path, {"tier": "vip", "tags": []}, If_Match='"1"')
    assert (status, changed["tier"], changed["tags"], changed["name"], changed["change"]) == (200, "vip", [], "Ann", 2)
    status, told = await shop.say("PATCH", path, {"tier": ""}, If_Match='"1"')
    assert (status, told["error"]["code"]) == (412, "changed")
    assert (await shop.say("PATCH", path, {"tier": ""}))[0] == 428
    assert (await shop.say("PATCH", path, {"tier": ""}, If_Match="*"))[0] == 200


async def test_identities_come_and_go(shop: Shop) -> None:
    path = f"/customers/{await shop.make(BOB)}/identities"
    status, bob = await shop.say("POST", path, {"kind": "external", "value": "C-17"})
    assert (status, bob["identities"][1]) == (200, {"kind": "external", "value": "C-17"})
    assert (await shop.say("DELETE", f"{path}?kind=external&value=C-17"))[1]["identities"] == [
        {"kind": "phone", "value": "+8613900000002"}
    ]
    assert (await shop.say("DELETE", f"{path}?kind=external&value=C-17"))[0] == 404
    assert (await shop.say("DELETE", f"{path}?kind=fax&value=1"))[1]["error"]["code"] == "bad_query"
    status, told = await shop.say("POST", "/customers", {"identities": BOB["identities"]})
    assert (status, told["error"]["code"]) == (409, "taken")


@pytest.mark.parametrize(
    ("method", "path", "wish", "status", "code"),
    [
        ("POST", "/customers", {"name": "x" * 201}, 400, "bad_json"),
        ("POST", "/customers", {"tags": ["a;b"]}, 400, "bad_json"),
        ("POST", "/customers", {"colour": "blue"}, 400, "bad_json"),
        ("POST", "/customers", {"identities": [{"kind": "phone", "value": "x"}]}, 422, "bad_identity"),
        ("GET", "/customers", None, 400, "nothing_to_look_for"),
        ("GET", "/customers?q=ann&limit=0", None, 400, "bad_query"),
        ("GET", "/customers?number=12", None, 400, "bad_number"),
        ("GET", "/customers/nobody", None, 404, "unknown_customer"),
        ("GET", "/customers/nobody/history", None, 404, "unknown_customer"),
        ("DELETE", "/customers/nobody", None, 404, "unknown_customer"),
        ("POST", "/customers/nobody/merge", {"other": "somebody"}, 404, "unknown_customer"),
        ("POST", "/customers/nobody/merge", {"other": "nobody"}, 409, "same_customer"),
        ("POST", "/customers/nobody/split", {"identities": []}, 400, "bad_json"),
        ("POST", "/customer-joins/7/undo", None, 404, "unknown_join"),
        ("POST", "/customer-joins/x/undo", None, 404, "unknown_join"),
    ],
)
async def test_what_is_wrong_is_said(shop: Shop, method: str, path: str, wish: object, status: int, code: str) -> None:
    got, told = await shop.say(method, path, wish)
    assert (got, told["error"]["code"]) == (status, code)


async def test_search_and_history_go_on_where_they_ended(shop: Shop) -> None:
    ann = await shop.make(ANN)
    await shop.make(BOB)
    assert [found["name"] for found in (await shop.say("GET", "/customers?q=ann"))[1]] == ["Ann"]
    assert [found["name"] for found in (await shop.say("GET", "/customers?number=0002"))[1]] == ["Bob"]
    both = (await shop.say("GET", "/customers?q=0&limit=1"))[1]
    assert len((await shop.say("GET", f"/customers?q=0&after={both[0]['customer']}"))[1]) == 1
    for number in range(3):
        await shop.contact(f"c{number}", 1000.0 + number, ann)
    first = (await shop.say("GET", f"/customers/{ann}/history?limit=2"))[1]
    rest = (await shop.say("GET", f"/customers/{ann}/history?before={first[-1]['at']}"))[1]
    assert [entry["contact"] for entry in first + rest] == ["c2", "c1", "c0"]
    assert (await shop.say("GET", f"/customers/{ann}/history?before=then"))[0] == 400


async def test_merging_and_splitting_are_noted_and_undone(shop: Shop, users: UserStore, supervisor: Browser) -> None:
    ann, bob = await shop.make(ANN), await shop.make(BOB)
    status, merged = await supervisor.json("POST", f"/customers/{ann}/merge", f'{{"other": "{bob}"}}')
    assert status == 200
    assert (await shop.say("GET", f"/customers/{bob}"))[1]["customer"] == ann
    wish = '{"identities": [{"kind": "phone", "value": "13900000002"}], "name": "Carl"}'
    status, told = await supervisor.json("POST", f"/customers/{ann}/split", wish)
    assert (status, told["customer"] != bob) == (201, True)
    listed = (await supervisor.json("GET", f"/customers/{ann}/joins"))[1]
    assert [(join["kind"], join["by"], join["undone_at"]) for join in listed] == [
        ("split", "li", None),
        ("merge", "li", None),
    ]
    undo = f"/customer-joins/{merged['number']}/undo"
    assert (await supervisor.json("POST", undo))[1]["error"]["code"] == "joined_later"
    assert (await supervisor.json("POST", f"/customer-joins/{told['number']}/undo"))[0] == 200
    assert (await supervisor.json("POST", undo))[1]["undone_by"] == "li"
    assert (await supervisor.json("POST", undo))[0] == 409
    notes = [entry.detail for entry in await users.audit(10) if "/merge" in entry.what]
    assert notes == [f"{bob}, number {merged['number']}"]


# --- agents ------------------------------------------------------------------------------------------------------


async def test_an_agent_sees_who_is_on_their_desk_and_the_ends_of_other_numbers(shop: Shop, agent: Browser) -> None:
    ann, bob = await shop.make(ANN), await shop.make(BOB)
    await shop.say("POST", f"/customers/{ann}/identities", {"kind": "phone", "value": "13800000099"})
    await shop.contact("c0", 1000.0, ann, "13800000099")
    assert (await agent.json("GET", f"/customers/{ann}"))[1]["error"]["code"] == "not_on_desk"
    shop.is_offered(ann)
    status, shown = await agent.json("GET", f"/customers/{ann}")
    assert status == 200
    values = [one["value"] for one in shown["identities"]]
    assert values == ["+8613800000001", "**********0099", "ann@a.example"]
    (entry,) = (await agent.json("GET", f"/customers/{ann}/history"))[1]
    assert entry["number"] == "*******0099"
    assert (await agent.json("GET", f"/customers/{bob}"))[0] == 403
    assert (await agent.json("GET", f"/customers/{bob}/history"))[0] == 403
    shop.happens(SettingsLoaded(replace(CHINA, mask_numbers=False)))
    assert (await agent.json("GET", f"/customers/{ann}/history"))[1][0]["number"] == "13800000099"


async def test_an_agent_looks_for_a_number_where_the_settings_say_so(shop: Shop, agent: Browser) -> None:
    await shop.make(ANN)
    status, told = await agent.json("GET", "/customers?number=0001")
    assert (status, told["error"]["code"]) == (403, "not_allowed")
    shop.happens(SettingsLoaded(replace(CHINA, agents_find_customers=True)))
    (found,) = (await agent.json("GET", "/customers?number=%2B8613800000001"))[1]
    assert found["identities"][0]["value"] == "**********0001"
    assert (await agent.json("GET", "/customers?q=ann"))[0] == 400


async def test_a_supervisor_sees_all_and_takes_in_nothing(shop: Shop, supervisor: Browser) -> None:
    ann = await shop.make(ANN)
    assert (await supervisor.json("GET", f"/customers/{ann}"))[1]["identities"][0]["value"] == "+8613800000001"
    for method, path in (("POST", "/customers/import"), ("POST", "/customers/export"), ("DELETE", f"/customers/{ann}")):
        assert (await supervisor.json(method, path))[0] == 403


# --- admins ------------------------------------------------------------------------------------------------------


async def test_a_long_file_comes_in_and_goes_out(shop: Shop) -> None:
    lines = "".join(f"N{number},1380000{number:04}\n" for number in range(3000))
    body = ("name,phone\n" + lines + "Bad,x\n").encode()
    assert len(body) > 16 * 1024, "longer than what all others may send"
    status, trial = await shop.json("POST", "/customers/import?dry_run=1", body=body)
    assert (status, trial["created"], trial["refused"]) == (200, 3000, 1)
    status, report = await shop.json("POST", "/customers/import", body=body)
    assert (status, report["created"], report["lines"]) == (200, 3000, 3001)
    assert report["problems"][0] | {"text": ""} == {"line": 3002, "field": "phone", "text": ""}
    response, text = await shop.ask("POST", "/customers/export")
    assert response.headers["Content-Type"].startswith("text/csv")
    assert len(text.splitlines()) == 3001
    status, told = await shop.json("POST", "/customers/import", body=b"colour\nblue\n")
    assert (status, told["error"]["code"], told["problems"][0]["field"]) == (422, "bad_columns", "colour")


async def test_a_customer_is_erased_and_it_is_said_what(shop: Shop, users: UserStore) -> None:
    ann = await shop.make(ANN)
    await shop.contact("c0", 1000.0, ann)
    status, erased = await shop.say("DELETE", f"/customers/{ann}")
    assert (status, erased["customers"], erased["identities"], erased["contacts"]) == (200, 1, 2, 1)
    assert shop.settled == 1, "what has happened so far is written first"
    assert (await shop.say("GET", f"/customers/{ann}"))[0] == 404
    assert [entry.detail for entry in await users.audit(1)] == ["customers 1, identities 2, contacts 1"]


async def test_nobody_is_erased_while_they_are_on_the_line(shop: Shop) -> None:
    ann = await shop.make(ANN)
    shop.is_offered(ann)
    status, told = await shop.say("DELETE", f"/customers/{ann}")
    assert (status, told["error"]["code"]) == (409, "at_work")
    assert "c1" in told["error"]["message"]
    bob = await shop.make(BOB)
    shop.happens(CallEntered("c2", "PJSIP/trunk-c2", "+86 139 0000 0002", "", "4008"))
    assert (await shop.say("DELETE", f"/customers/{bob}"))[0] == 409, "not found yet, but it is their number"
    shop.happens(CustomerNotFound("c2"))
    assert (await shop.say("DELETE", f"/customers/{bob}"))[0] == 409, "not known when the call came"
    shop.happens(CallEnded("c2"))
    assert (await shop.say("DELETE", f"/customers/{bob}"))[0] == 200


async def test_a_recording_that_stays_keeps_the_customer(shop: Shop, engine: AsyncEngine) -> None:
    ann = await shop.make(ANN)
    await shop.contact("c0", 1000.0, ann)
    writer = await RecordWriter.open(engine)
    (voicemail,) = (row for row in examples.ALL if type(row).__name__ == "RecordVoicemail")
    await writer._write([Batch(writer.progress + 1, 1.0, [msgspec.structs.replace(voicemail, call="c0")])])
    shop.stuck = True
    assert (await shop.say("DELETE", f"/customers/{ann}"))[1]["error"]["code"] == "recording_kept"
    shop.stuck = False
    assert (await shop.say("DELETE", f"/customers/{ann}"))[0] == 200
    assert shop.removed == ["v1"]


async def test_a_broken_database_is_said_and_not_shown(shop: Shop, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE customers"))
    status, told = await shop.say("GET", "/customers?q=ann")
    assert (status, told["error"]["code"]) == (503, "unavailable")
