"""A number that is on another's desk appears whole in nothing that an agent is answered, whatever they ask."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands, events
from tandem.control.desktop.customer import KnownCustomer
from tandem.cti.customer_sight import Sight
from tandem.ivr.reader import read_flow
from tandem.store.customers.people import Person
from tandem.store.records import Batch, RecordWriter
from tandem.store.users import UserStore
from tests.control.playbook import FLOW
from tests.cti.page_flows import BOOKING
from tests.cti.test_accounts import Browser, user
from tests.cti.test_customers import CHINA
from tests.cti.test_desktops import desktop
from tests.cti.test_recordings_api import TALK, recorded
from tests.cti.test_schemathesis import Whole

THEIRS, SEEDED = "13800000001", "13900000009"
"""A number on the agent's desk, and one that is not."""
GUIDE = "guide-1"


class Seeded(Whole):
    """A whole site, and the customers there are."""

    customers: list[str]


@pytest.fixture
async def whole(engine: AsyncEngine) -> AsyncIterator[Seeded]:
    """A site on which the seeded number is everywhere: on 1002's desk, and in all that was kept."""
    site = Seeded(engine)
    async with site.running():
        site.happens(events.SettingsLoaded(CHINA))
        site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
        site.happens(events.FlowPublished(read_flow(BOOKING, "booking.yaml")))
        site.happens(events.SwitchFound("boot-1", site.now, (), ()))
        people = site.book.people
        other = await people.create(Person("", "Bob", identities=(f"phone:{SEEDED}",)), 1.0)
        ann = await people.create(Person("", "Ann", identities=(f"phone:{THEIRS}", f"phone:+86{SEEDED}")), 1.0)
        await was_here(site, ann.customer, other.customer)
        await recorded(site)
        offered(site, "c1", THEIRS, "1001", ann.customer)
        offered(site, "c2", SEEDED, "1002", other.customer)
        site.happens(events.GuideBegan(GUIDE, "booking", "c2", "en", {"caller.number": SEEDED}))
        site.customers = [ann.customer, other.customer]
        yield site


async def was_here(site: Whole, ann: str, bob: str) -> None:
    """Contacts of before, with the number in all that may have it."""
    writer = await RecordWriter.open(site.database)
    rows = [
        commands.RecordContact(
            name, SEEDED, "4008", "line", "1", "en", "", 900.0, 990.0, "served", 16, 9.0, 0.0, customer=customer
        )
        for name, customer in (("old-1", ann), ("old-2", bob))
    ]
    rows_of_first: list[commands.Command] = [
        commands.RecordForm("old-1", "booking", f'{{"phone": "+86{SEEDED}", "name": "Ann"}}', True, 950.0),
        commands.RecordAnswer("old-1", "call me at", f"at {SEEDED}, please", 960.0),
        commands.RecordStep("old-1", 1, 900.0, "entered", f"{SEEDED} dialled 4008"),
        commands.RecordCallback("callback-1", SEEDED, "tech", "old-1", 905.0, 900.0, 905.0, 9e4, 0, None, "", "", ""),
    ]
    await writer._write([Batch(1, 900.0, [*rows, *rows_of_first])])


def offered(site: Whole, call: str, number: str, agent: str, customer: str) -> None:
    """A call of this number is put through to the agent."""
    site.happens(events.CallEntered(call, f"PJSIP/trunk-{call}", number, "", "4008"))
    site.happens(events.CustomerFound(call, KnownCustomer(customer, "", "", (), "")))
    site.happens(events.Listened(call, site.plane.state.calls[call].listen, "2"))
    site.happens(events.DeviceFound(f"PJSIP/{agent}"))
    site.happens(events.AgentSignedIn(agent))
    leg = str(site.plane.state.calls[call].leg)
    site.happens(events.LegAnswered(leg))
    site.happens(events.Bridged(call, leg))


GIVEN = {
    "agent": ["1001", "1002"], "contact": ["c1", "c2", "old-1"], "call": ["c1", "c2", "old-1"], "chat": ["c2"],
    "recording": [TALK], "language": ["en"], "flow": ["line"], "name": ["mei"], "queue": ["tech"],
}  # fmt: skip
QUERIES = ("", f"?number={SEEDED[-6:]}", f"?q={SEEDED[-6:]}", "?limit=100", "?since=0&until=2000", "?figure=answered")


def asked(app: web.Application, known: dict[str, list[str]]) -> list[str]:
    """Every address that can be read, with all that there is in its parts."""
    found = []
    for route in app.router.routes():
        if route.method != "GET" or route.resource is None:
            continue
        info = route.resource.get_info()
        paths = [str(info.get("formatter") or info["path"])]
        for name, values in (GIVEN | known).items():
            paths = [path.replace(f"{{{name}}}", value) for path in paths for value in values]
        found += [f"{path}{query}" for path in dict.fromkeys(paths) for query in QUERIES]
    return found


NOT_READ = ("/desktop", "/board/live", "/chat", "/agents/1001/phone")
"""WebSockets: the desk's is looked at by itself."""


async def seen_by(site: Seeded, browser: Browser) -> list[str]:
    """The addresses under which the number appears whole."""
    appears = []
    for path in asked(site.app, {"customer": site.customers, "guide": [GUIDE]}):
        if not path.startswith(NOT_READ):
            _, text = await site.ask("GET", path, token=None, headers=browser.headers())
            appears += [path] if SEEDED in text else []
    return appears


async def test_an_agent_reads_it_nowhere_and_a_supervisor_does(whole: Seeded, users: UserStore) -> None:
    await user(users, "wang", "agent", "1001")
    await user(users, "mei", "supervisor")
    await users.change("wang", 1.0, hears_recordings=True)
    agent, supervisor = Browser(whole), Browser(whole)
    await agent.sign_in("wang")
    await supervisor.sign_in("mei")
    assert await seen_by(whole, agent) == []
    headers = {"Cookie": agent.headers()["Cookie"], "Origin": whole.url}
    async with desktop(whole, Authorization="", **headers) as client:
        snapshot = str(await client.hello())
        assert THEIRS in snapshot and SEEDED not in snapshot
    places = {path.partition("?")[0].rpartition("/")[0] for path in await seen_by(whole, supervisor)}
    assert len(places) > 5, "the walk finds it where it may be seen"


async def test_the_ends_are_seen_of_a_customer_on_the_desk(whole: Seeded, users: UserStore) -> None:
    await user(users, "wang", "agent", "1001")
    browser = Browser(whole)
    await browser.sign_in("wang")
    ann, bob = whole.customers
    status, (entry,) = await browser.json("GET", f"/customers/{ann}/history")
    assert (status, entry["number"]) == (200, "*******0009")
    assert entry["forms"][0]["content"] == {"phone": "**********0009", "name": "Ann"}
    assert entry["answers"][0]["answer"] == "at *******0009, please"
    _, told = await browser.json("GET", f"/customers/{ann}")
    assert [one["value"] for one in told["identities"]] == ["**********0009", THEIRS]
    assert (await browser.json("GET", f"/customers/{bob}/history"))[0] == 403
    assert (await browser.json("GET", f"/guides/{GUIDE}"))[0] == 403
    assert (await browser.json("DELETE", f"/guides/{GUIDE}"))[0] == 403


async def test_what_was_missed_is_told_without_numbers_that_have_left_the_desk(whole: Seeded, users: UserStore) -> None:
    await user(users, "chen", "agent", "1002")
    browser = Browser(whole)
    await browser.sign_in("chen")
    headers = {"Cookie": browser.headers()["Cookie"], "Origin": whole.url}
    async with desktop(whole, Authorization="", **headers) as client:
        first = await client.hello(agent="1002")
        assert SEEDED in str(first)
        before = first["position"]
    whole.happens(events.AgentMuted("1002", "c2", muted=True))
    stays = await missed(whole, headers, before)
    assert SEEDED in stays, "while it is on the desk it is whole"
    whole.happens(events.CallEnded("c2"))
    gone = await missed(whole, headers, before)
    assert SEEDED not in gone and "*******0009" in gone


async def missed(site: Whole, headers: dict[str, str], after: dict[str, Any]) -> str:
    """What a desktop of 1002 is told that comes back."""
    async with desktop(site, Authorization="", **headers) as client:
        resumed = await client.hello(agent="1002", after=after)
        assert resumed["type"] == "resumed"
        return str([await client.socket.receive_json(timeout=10) for _ in range(resumed["missed"])])


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("at 13900000009, please", "at *******0009, please"),
        ("+8613900000009;013900000009x", "**********0009;********0009x"),
        ("order 139000000091 and 1390000", "order 139000000091 and 1390000"),
        ("13800000001", "13800000001"),
        ("at 139-0000-0009, please", "at *********0009, please"),
        ("or +86 139 0000 0009 (office)", "or *************0009 (office)"),
        ("138 0000 0001, 2026-11-22 10:30", "138 0000 0001, 2026-11-22 10:30"),
    ],
)
def test_a_number_is_found_in_a_text_as_a_whole(text: str, seen: str) -> None:
    sight = Sight(is_whole=False, masks=True, country="CN", numbers={"phone:+8613800000001"})
    assert sight.in_text(text, ["13900000009", "13800000001"]) == seen
    assert Sight(is_whole=True).in_text(text, ["13900000009"]) == text
