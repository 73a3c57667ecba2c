"""What others see of us: an AMI client and a SIP phone that are not ours."""

import asyncio
from pathlib import Path

import pytest

from tandem.service.credentials import load_credentials
from tests.live.centre import AFTER_TALK, FLOWS, HOTLINE, LiveCentre, State, live_centre
from tests.live.witness import of_asterisk, of_plane
from tests.phones import audio, tone
from tests.phones.panoramisk_view import PanoramiskView, panoramisk_view
from tests.phones.pyvoip import PyvoipCall, pyvoip_phone

pytestmark = pytest.mark.live

OF_LEG = {"ringing": "Ringing", "talking": "Up"}
"""Asterisk's word for the states of our legs that last."""


async def test_panoramisk_sees_the_same_channels_and_bridges_as_we(centre: LiveCentre) -> None:
    secret = load_credentials(centre.config.home).witness
    menu, queued, talks = [await centre.caller(f"1380000000{number}") for number in range(3)]
    async with panoramisk_view(centre.config.port("ami_port"), "witness", secret) as view:
        await same(centre, view, calls={}, legs=[])

        lines = [await centre.dial_menu(menu)]
        await same(centre, view, calls={menu.number: "flow"}, legs=[])

        lines.append(await centre.dial_queue(talks))
        await same(centre, view, calls={menu.number: "flow", talks.number: "queued"}, legs=[])

        agent = await centre.agent("1001")
        ringing = await agent.rings()
        await same(centre, view, calls={menu.number: "flow", talks.number: "queued"}, legs=["ringing"])

        await ringing.answer()
        lines.append(await centre.dial_queue(queued))
        together = {menu.number: "flow", talks.number: "connected", queued.number: "queued"}
        await same(centre, view, calls=together, legs=["talking"])

        await ringing.hang_up()
        await agent.answers()
        after = {menu.number: "flow", talks.number: "flow", queued.number: "connected"}
        await same(centre, view, calls=after, legs=["talking"])

        await asyncio.gather(*(line.hang_up() for line in lines))
        await same(centre, view, calls={}, legs=[])


async def same(centre: LiveCentre, view: PanoramiskView, calls: dict[str, str], legs: list[str]) -> None:
    """Wait until we are in these states (calls by caller); then the witness must agree, at once and in everything."""
    ours = await centre.until(lambda state: in_states(state, calls, legs), f"{calls} with legs {legs}")
    assert await of_asterisk(view) == of_plane(ours)
    assert {channel.unique_id: channel.state for channel in await view.channels()} == channels_of(ours)
    assert in_states(await centre.state(), calls, legs), "it changed while the witness looked"


def in_states(state: State, calls: dict[str, str], legs: list[str]) -> bool:
    found = {call["caller"]: call["state"] for call in state["calls"]}
    return found == calls and [leg["state"] for leg in state["legs"]] == legs


def channels_of(state: State) -> dict[str, str]:
    """Every channel there should be, with Asterisk's word for its state."""
    legs = {leg["leg"]: OF_LEG[leg["state"]] for leg in state["legs"]}
    return legs | {call["call"]: "Up" for call in state["calls"]}


async def test_a_pyvoip_phone_calls_the_hotline_and_is_talked_to(tmp_path: Path) -> None:
    async with live_centre(tmp_path, flow=impatient_hotline()) as centre:
        agent = await centre.agent("1001")
        sip_port, password = centre.config.port("sip_port"), centre.password("2001")
        async with pyvoip_phone(sip_port, "2001", password) as witness:
            call = await witness.dial(HOTLINE)
            line = await agent.answers(40)
            assert heard(call, await centre.prompt("main_menu"))
            line.says(tone(660, seconds=5))
            call.says(tone(440, seconds=5))
            await asyncio.gather(call.hears_tone(660), line.hears_tone(440))
            assert "2001" in line.peer

            await line.hang_up()
            await centre.call_is("2001", "flow")
            await call.hang_up()
        await centre.idle()
        assert (await centre.contacts())["2001"].outcome == "served"
        await centre.check_books()


async def test_a_pyvoip_phone_is_the_agent(centre: LiveCentre) -> None:
    caller = await centre.caller()
    password = centre.password("1001")
    async with pyvoip_phone(centre.config.port("sip_port"), "1001", password) as witness:
        await centre.tell("1001", "sign-in")
        await centre.agent_is("1001", "ready")
        line = await centre.dial_queue(caller)
        call = await witness.answers()
        await centre.agent_is("1001", "connected")
        assert call.caller == caller.number
        line.says(tone(440, seconds=5))
        call.says(tone(660, seconds=5))
        await asyncio.gather(call.hears_tone(440), line.hears_tone(660))

        await call.hang_up()
        await line.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
        await centre.agent_is("1001", "ready")
        await line.hang_up()
    await centre.idle()
    assert (await centre.contacts())[caller.number].outcome == "served"


def impatient_hotline() -> str:
    """The hotline for a caller who can't press keys: its menu, which is short, is said once, then an agent comes."""
    hotline = (FLOWS / "hotline.yaml").read_text(encoding="utf-8")
    menu, rest = hotline.split("    failed: to_agent\n", 1)
    for more in ("预约安装或维修，请按二。产品使用帮助，请按三。会员服务，请按四。", "重听请按星号。"):
        assert more in rest
        rest = rest.replace(more, "")
    return f"{menu}    tries: 1\n    wait: 1\n    failed: to_agent\n{rest}"


def heard(call: PyvoipCall, prompt: Path) -> bool:
    """Whether the first two seconds of a prompt are among all that was heard."""
    share, _ = audio.find_prompt(call.heard, audio.beginning(audio.read_wav(prompt), 2.0))
    return share >= audio.SAME_PROMPT
