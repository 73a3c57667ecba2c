"""The verbs about a talk, over REST and a desktop's WebSocket: what is done, and every way to be refused."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from tandem.control import events
from tandem.ivr.reader import read_flow
from tandem.store.users import UserStore
from tests.control.playbook import FLOW
from tests.control.test_talks import CENTRE
from tests.cti.sites import Site
from tests.cti.test_desktops import desktop

TALK = "/agents/1001/calls/c1"


@pytest.fixture
async def talk(site: Site) -> Site:
    """The agent 1001 has the call c1."""
    site.all_for_the_plane = True
    site.happens(events.SettingsLoaded(CENTRE))
    site.happens(events.FlowPublished(read_flow(FLOW, "line.yaml")))
    site.happens(events.SwitchFound("boot-1", site.now, (), ()))
    for agent in ("1001", "1002"):
        site.happens(events.DeviceFound(f"PJSIP/{agent}"))
    site.happens(events.AgentSignedIn("1001"))
    site.happens(events.CallEntered("c1", "PJSIP/trunk-c1", "138", "", "4008"))
    site.happens(events.Listened("c1", site.plane.state.calls["c1"].listen, "2"))
    leg = str(site.plane.state.calls["c1"].leg)
    site.happens(events.LegAnswered(leg))
    site.happens(events.Bridged("c1", leg))
    site.told.clear()
    return site


async def do(site: Site, verb: str, at: str = TALK, **given: Any) -> tuple[int, Any]:
    return await site.json("POST", f"{at}/{verb}", body=json.dumps(given).encode())


@pytest.mark.parametrize(
    ("verb", "given", "event"),
    [
        ("hang-up", {}, events.AgentHungUp("1001", "c1")),
        ("hold", {}, events.AgentHeld("1001", "c1")),
        ("mute", {}, events.AgentMuted("1001", "c1", muted=True)),
        ("unmute", {}, events.AgentMuted("1001", "c1", muted=False)),
        ("dtmf", {"digits": "1#"}, events.AgentPressed("1001", "c1", "1#")),
        (
            "transfer",
            {"queue": "more", "note": " a hard one "},
            events.AgentTransferred("1001", "c1", events.Target(queue="more"), "a hard one"),
        ),
        ("consult", {"number": "2001"}, events.AgentConsulted("1001", "c1", events.Target(number="2001"))),
    ],
)
async def test_a_verb_is_told(talk: Site, verb: str, given: dict[str, str], event: events.Event) -> None:
    assert await do(talk, verb, **given) == (202, {"accepted": True})
    assert talk.told == [event]


async def test_what_is_said_and_keyed_is_not_in_the_audit_log(talk: Site, users: UserStore) -> None:
    await do(talk, "dtmf", digits="4711")
    await do(talk, "transfer", number="2001", note="her PIN is 4711")
    assert [(entry.what, entry.detail) for entry in await users.audit(9)] == [
        (f"POST {TALK}/transfer", '{"number":"2001"}'),
        (f"POST {TALK}/dtmf", ""),
    ]


async def test_a_consultation_goes_its_way_over_the_websocket(talk: Site) -> None:
    talk.happens(events.AgentSignedIn("1002"))
    async with desktop(talk) as client:
        await client.hello()
        seen = await client.do("consult", contact="c1", to_agent="1002")
        assert seen[-1]["type"] == "done"
        consultation = talk.plane.state.calls["c1"].consultation
        assert consultation is not None
        talk.happens(events.LegAnswered(str(consultation.leg)))
        for verb in ("swap", "conference", "cancel"):
            assert (await client.do(verb, contact="c1"))[-1]["type"] == "done"
        refused = (await client.do("complete", contact="c1"))[-1]
        assert (refused["type"], refused["code"]) == ("refused", "not_consulting")


@pytest.mark.parametrize(
    ("verb", "given", "status", "code"),
    [
        ("hold", {"more": 1}, 400, "bad_json"),
        ("dtmf", {"digits": 5}, 400, "bad_json"),
        ("dtmf", {}, 400, "bad_digits"),
        ("dtmf", {"digits": "1\r\nAction: Logoff"}, 400, "bad_digits"),
        ("transfer", {}, 400, "bad_target"),
        ("transfer", {"queue": "more", "number": "2001"}, 400, "bad_target"),
        ("transfer", {"queue": "x" * 101}, 400, "bad_json"),
        ("transfer", {"queue": "more", "note": "x" * 501}, 400, "bad_json"),
        ("transfer", {"queue": "nowhere"}, 404, "unknown_queue"),
        ("consult", {"to_agent": "nobody"}, 404, "unknown_agent"),
        ("consult", {"to_agent": "1002"}, 409, "colleague_not_free"),
        ("consult", {"number": "1900555"}, 403, "not_allowed_number"),
        ("consult", {"number": "2001@evil&PJSIP/1"}, 403, "not_allowed_number"),
        ("retrieve", {}, 409, "not_on_hold"),
        ("swap", {}, 409, "not_consulting"),
        ("conference", {}, 409, "not_consulting"),
        ("complete", {}, 409, "not_consulting"),
        ("cancel", {}, 409, "not_consulting"),
        ("pause-recording", {}, 409, "not_recording"),
        ("resume-recording", {"more": 1}, 400, "bad_json"),
        ("whistle", {}, 404, "unknown_verb"),
    ],
)
async def test_what_can_not_be_done_is_refused_with_a_code(
    talk: Site, verb: str, given: dict[str, Any], status: int, code: str
) -> None:
    answered, said = await do(talk, verb, **given)
    assert (answered, said["error"]["code"]) == (status, code)
    assert said["error"]["message"]
    assert talk.told == []


async def test_nobody_meddles_with_a_talk_that_is_not_theirs(talk: Site) -> None:
    for verb in ("hang-up", "hold", "mute", "unmute"):
        status, said = await do(talk, verb, "/agents/1001/calls/c2")
        assert (status, said["error"]["code"]) == (409, "not_in_talk")
    status, said = await do(talk, "hold", "/agents/9999/calls/c1")
    assert (status, said["error"]["code"]) == (404, "unknown_agent")
    assert talk.told == []


async def test_a_recorded_talk_is_paused_over_rest_and_over_the_websocket(talk: Site) -> None:
    talk.happens(events.SettingsLoaded(replace(CENTRE, record_percent={"tech": 100.0})))
    talk.happens(events.CallEnded("c1"))
    talk.happens(events.TimePassed())
    talk.now += 60
    talk.happens(events.TimePassed())
    talk.happens(events.CallEntered("c3", "PJSIP/trunk-c3", "13800000001", "", "4008"))
    talk.happens(events.Listened("c3", talk.plane.state.calls["c3"].listen, "2"))
    leg = str(talk.plane.state.calls["c3"].leg)
    talk.happens(events.LegAnswered(leg))
    talk.happens(events.Bridged("c3", leg))
    answered, _ = await do(talk, "pause-recording", "/agents/1001/calls/c3")
    assert (answered, talk.told[-1]) == (202, events.AgentPausedRecording("1001", "c3", paused=True))
    async with desktop(talk) as client:
        (on_desk,) = (await client.hello())["contacts"]
        assert on_desk["contact"]["recording"] == "paused"
        done = (await client.do("resume-recording", contact="c3"))[-1]
        assert done["type"] == "done"
        assert talk.told[-1] == events.AgentPausedRecording("1001", "c3", paused=False)


async def test_whom_one_may_ask_is_listed(talk: Site) -> None:
    _, said = await talk.json("GET", "/colleagues")
    states = {one["agent"]: one["state"] for one in said["agents"]}
    assert states == {"1001": "connected", "1002": "signed_out", "1003": "signed_out"}
    assert sorted(said["queues"]) == ["more", "tech"]
