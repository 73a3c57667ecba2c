"""Supervisors' verbs, dials and dispositions: over REST and a desktop's WebSocket, each refusal with its code."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from tandem.control import events
from tandem.control.settings import DialOutSettings, DialPlan, Disposition
from tandem.store.users import UserStore
from tests.control.playbook import SETTINGS
from tests.cti.sites import Site
from tests.cti.test_accounts import Browser, user
from tests.cti.test_desktops import desktop
from tests.cti.test_desktops import plane as plane  # the fixture

SET = replace(
    SETTINGS,
    dial_plan=DialPlan(("138XXXXXXXX",)),
    dial_out={"tech": DialOutSettings()},
    dispositions={"tech": {"solved": Disposition({"en": "Solved"}), "other": Disposition(needs_note=True)}},
)


@pytest.fixture
def floor(plane: Site) -> Site:
    """A waiting call, and agent 1001, ready."""
    plane.happens(events.SettingsLoaded(SET))
    plane.happens(events.CallEntered("c1", "PJSIP/trunk-c1", "13800000001", "", "4008"))
    plane.happens(events.Listened("c1", plane.plane.state.calls["c1"].listen, "2"))
    return plane


def talks(site: Site) -> None:
    """Agent 1001 takes the call."""
    site.happens(events.AgentSignedIn("1001"))
    (leg,) = site.plane.state.legs
    site.happens(events.LegAnswered(leg))
    site.happens(events.Bridged("c1", leg))


async def post(site: Site, path: str, **given: Any) -> tuple[int, str]:
    """Status, and the code of a refusal."""
    status, told = await site.json("POST", path, body=json.dumps(given).encode())
    return status, told.get("error", {}).get("code", "")


async def test_a_waiting_contact_is_taken_in_hand(floor: Site) -> None:
    assert await post(floor, "/contacts/c1/prioritise", priority=3, by="ann") == (202, "")
    assert floor.told[-1] == events.ContactRaised("c1", 3, "ann")
    assert await post(floor, "/contacts/c1/prioritise", priority=3) == (202, "")
    assert floor.told[-1] == events.ContactRaised("c1", 3, "operators' token")


BAD: Mapping[str, tuple[dict[str, Any], int, str]] = {
    "/contacts/c9/move": ({"queue": "tech"}, 404, "unknown_contact"),
    "/contacts/c1/move": ({"queue": "tech"}, 409, "same_queue"),
    "/contacts/c1/prioritise": ({"priority": "high"}, 400, "bad_json"),
    "/contacts/c1/assign": ({"to": "1001"}, 409, "not_at_work"),
    "/contacts/c1/advance": ({"step": 0}, 404, "unknown_step"),
    "/contacts/c1/eat": ({}, 404, "unknown_verb"),
    "/agents/1001/listen": ({"by": "ann"}, 409, "not_in_talk"),
    "/agents/1001/whisper": ({"by": "ann", "loud": True}, 400, "bad_json"),
    "/agents/1001/stop": ({"by": "ann"}, 409, "not_monitoring"),
    "/agents/1001/dial": ({"number": "13800000009", "queue": "tech"}, 409, "not_at_work"),
    "/agents/1001/call": ({"colleague": "1001"}, 400, "own_call"),
    "/agents/1001/dispose": ({"contact": "c1", "code": "solved"}, 404, "not_on_desk"),
}


@pytest.mark.parametrize("path", BAD)
async def test_what_can_not_be_done_is_refused_with_a_code(floor: Site, path: str) -> None:
    given, status, code = BAD[path]
    told = len(floor.told)
    assert await post(floor, path, **given) == (status, code)
    assert len(floor.told) == told


@pytest.mark.parametrize("number", ["13800000009", "12345", "call me", ""])
async def test_only_what_the_dial_plan_allows_is_dialled(floor: Site, number: str) -> None:
    floor.happens(events.AgentPaused("1001", "x"))
    floor.happens(events.CallEnded("c1"))
    floor.happens(events.AgentSignedIn("1001"))
    codes = {"13800000009": "", "12345": "not_allowed_number", "call me": "bad_number", "": "bad_number"}
    assert (await post(floor, "/agents/1001/dial", number=number, queue="tech"))[1] == codes[number]


async def test_a_talk_is_monitored_and_disposed(floor: Site) -> None:
    talks(floor)
    assert await post(floor, "/agents/1001/listen", by="ann") == (409, "no_phone")
    floor.happens(events.DeviceFound("PJSIP/1002"))
    assert await post(floor, "/agents/1001/barge", by="ann", device="PJSIP/1002") == (202, "")
    assert floor.told[-1] == events.MonitoringAsked("1001", "barge", "ann", device="PJSIP/1002")
    assert await post(floor, "/agents/1001/dispose", contact="c1", code="none") == (400, "unknown_disposition")
    assert await post(floor, "/agents/1001/dispose", contact="c1", code="other") == (400, "note_needed")
    assert await post(floor, "/agents/1001/dispose", contact="c1", code="other", note=" x ") == (202, "")
    assert events.ContactDisposed("1001", "c1", "other", "x") in floor.told


async def test_who_waits_and_which_phones_there_are_is_told(floor: Site, users: UserStore) -> None:
    floor.happens(events.DeviceLost("PJSIP/1001"))
    floor.happens(events.DeviceFound("PJSIP/1002"))
    status, told = await floor.json("GET", "/queues/tech/waiting?language=zh-CN")
    assert (status, told["total"], [one["contact"] for one in told["contacts"]]) == (200, 1, ["c1"])
    assert (await floor.json("GET", "/queues/nowhere/waiting"))[1]["error"]["code"] == "unknown_queue"
    assert await floor.json("GET", "/monitoring/phones") == (
        200, [{"device": "PJSIP/1002", "agent": "1002", "browser": False, "free": True}],
    )  # fmt: skip
    await user(users, "ann", "supervisor", "1003")
    floor.happens(events.DeviceFound("PJSIP/1003"))
    browser = Browser(floor)
    await browser.sign_in("ann")
    _, phones = await browser.json("GET", "/monitoring/phones")
    assert [phone["agent"] for phone in phones] == ["1003", "1002"]


async def test_the_dispositions_of_queues_are_told(floor: Site) -> None:
    assert await floor.json("GET", "/dial-out") == (200, ["tech"])
    status, told = await floor.json("GET", "/dispositions")
    assert status == 200
    assert told == {
        "tech": {"solved": {"words": {"en": "Solved"}, "needs_note": False}, "other": {"words": {}, "needs_note": True}}
    }


async def test_agents_are_no_supervisors(floor: Site, users: UserStore) -> None:
    talks(floor)
    await user(users, "li", "agent", "1001")
    browser = Browser(floor)
    await browser.sign_in("li")
    async with desktop(floor, Authorization="", **browser.headers()) as client:
        await client.hello()
        for verb, given in (("listen", {}), ("move", {"contact": "c1", "queue": "tech"})):
            assert (await client.do(verb, **given))[-1]["code"] == "not_allowed"


async def test_who_signed_in_does_it_in_their_own_name(floor: Site, users: UserStore) -> None:
    await user(users, "ann", "supervisor")
    browser = Browser(floor)
    await browser.sign_in("ann")
    status, _ = await browser.json("POST", "/contacts/c1/prioritise", '{"priority": 2, "by": "bob"}')
    assert (status, floor.told[-1]) == (202, events.ContactRaised("c1", 2, "ann"))
    (noted,) = [row for row in await users.audit(10) if "contacts" in row.what]
    assert (noted.name, noted.what, noted.detail) == ("ann", "POST /contacts/c1/prioritise", '{"priority":2}')


async def test_the_websocket_has_the_same_verbs_and_each_is_in_the_audit_log(floor: Site, users: UserStore) -> None:
    await user(users, "ann", "supervisor", "1002")
    browser = Browser(floor)
    await browser.sign_in("ann")
    async with desktop(floor, Authorization="", **browser.headers()) as client:
        await client.hello(agent="1001")
        assert (await client.do("advance", contact="c1", step=4))[-1]["code"] == "unknown_step"
        assert (await client.do("prioritise", contact="c1", priority=9))[-1]["type"] == "done"
        assert events.ContactRaised("c1", 9, "ann") in floor.told
        talks(floor)
        floor.happens(events.DeviceFound("PJSIP/1002"))
        assert (await client.do("listen"))[-1]["type"] == "done"
        assert events.MonitoringAsked("1001", "listen", "ann", own="1002") in floor.told
    noted = [(row.what, row.detail) for row in await users.audit(10)]
    assert ("prioritise at the desk of 1001", '{"contact":"c1","priority":9}') in noted
