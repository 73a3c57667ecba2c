"""Mail over REST: told of by a system outside, taken on an agent's desk, before a real plane."""

import asyncio
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tandem.acd.settings import QueueSettings
from tandem.acd.settings import Settings as AcdSettings
from tandem.control.events import AgentSignedIn, DeviceFound, SettingsLoaded, SwitchFound
from tests.control.playbook import SETTINGS
from tests.cti.sites import Site, until

QUEUES = {
    "mails": QueueSettings("mails", channel="mail"),
    "hard": QueueSettings("hard", {"latin": 5}, channel="mail"),
}
DESK = "/agents/1001/mails"
PATH = "/mails/shop-7"


@pytest.fixture
async def office(site: Site) -> Site:
    site.happens(SettingsLoaded(replace(SETTINGS, acd=AcdSettings(QUEUES, SETTINGS.acd.agents))))
    site.happens(SwitchFound("boot-1", site.now, (), ()))
    for event in (DeviceFound("PJSIP/1001"), AgentSignedIn("1001")):
        site.happens(event)
    return site


async def put(site: Site, path: str = PATH, **more: object) -> tuple[int, Any]:
    body = {"queue": "mails", "subject": "Where is it?", "reference": "https://crm.example/7", **more}
    return await site.json("PUT", path, body=msgspec.json.encode(body))


async def verb(site: Site, name: str, offer: int = 0, mail: str = "mail-shop-7") -> tuple[int, Any]:
    return await site.json("POST", f"{DESK}/{mail}/{name}", body=msgspec.json.encode({"offer": offer} if offer else {}))


async def test_a_mail_is_told_of_taken_and_closed(office: Site) -> None:
    assert await put(office) == (201, {"mail": "mail-shop-7", "state": "queued"})
    [shown] = (await office.json("GET", DESK))[1]
    assert (shown["offer"], shown["subject"], shown["reference"]) == (1, "Where is it?", "https://crm.example/7")
    assert (await verb(office, "accept", 1))[1][0]["state"] == "connected"
    assert await put(office) == (200, {"mail": "mail-shop-7", "state": "connected"})
    assert await verb(office, "close") == (200, [])
    assert await put(office) == (200, {"mail": "mail-shop-7", "state": "ended"})
    assert await office.json("GET", DESK) == (200, [])


async def test_the_same_key_is_one_mail_and_it_can_be_withdrawn(office: Site) -> None:
    await put(office)
    assert await put(office, subject="Again") == (200, {"mail": "mail-shop-7", "state": "queued"})
    assert (await verb(office, "decline", 1))[0] == 200
    assert await office.json("DELETE", PATH) == (200, {"mail": "mail-shop-7", "state": "ended"})
    assert (await office.json("DELETE", PATH))[0] == 200
    assert (await office.json("DELETE", "/mails/other"))[0] == 404


async def test_the_desk_tells_of_a_new_mail_at_once(office: Site) -> None:
    looking = asyncio.create_task(office.json("GET", f"{DESK}?wait=20"))
    await until(lambda: office.watch.count("desk 1001"))
    await put(office)
    assert len((await looking)[1]) == 1


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"queue": "nowhere"}, 422, "bad_queue"),
        ({"queue": "hard"}, 422, "bad_queue"),
        ({"sticky": "nobody"}, 422, "unknown_agent"),
        ({"subject": ""}, 400, "bad_json"),
        ({"colour": "blue"}, 400, "bad_json"),
        ({"priority": 10}, 400, "bad_json"),
    ],
)
async def test_what_is_wrong_is_said(office: Site, more: dict[str, object], status: int, code: str) -> None:
    got, told = await put(office, PATH, **more)
    assert (got, told["error"]["code"]) == (status, code)


async def test_stale_and_unknown_verbs_are_refused(office: Site) -> None:
    await put(office)
    assert (await verb(office, "accept", 2))[0] == 409
    assert (await verb(office, "close"))[0] == 409
    assert (await verb(office, "burn", 1))[0] == 404
    assert (await verb(office, "accept", 1, "mail-other"))[0] == 404
    await verb(office, "accept", 1)
    assert (await verb(office, "decline"))[0] == 409
    assert (await office.json("GET", "/agents/nobody/mails"))[0] == 404
    assert (await office.json("GET", f"{DESK}?wait=soon"))[0] == 400


async def test_it_takes_the_operators_token_and_an_overload_is_told(office: Site) -> None:
    assert (await office.ask("PUT", PATH, token=None))[0].status == 401
    office.full = True
    assert (await put(office))[0] == 503
    office.full = False
    await put(office)
    office.full = True
    assert (await office.json("DELETE", PATH))[0] == 503
