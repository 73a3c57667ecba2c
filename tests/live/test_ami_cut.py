"""The link to Asterisk's manager interface breaks while calls come, end and are answered."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.store.models import Offer, Wait
from tests.live.centre import AFTER_TALK, CENTRE, LiveCentre, State, live_centre
from tests.live.proxy import Proxy, proxy
from tests.live.witness import agrees
from tests.phones import Line, tone

pytestmark = pytest.mark.live

CUT = 10.0


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    """Phones ring for long, so that a ring outlasts the cut."""
    async with live_centre(tmp_path, CENTRE.replace("ring_seconds: 4", "ring_seconds: 30")) as running:
        yield running
        await running.check_books()


@pytest.fixture
async def cable(centre: LiveCentre) -> AsyncIterator[Proxy]:
    async with proxy(centre.config.port("ami_port")) as led:
        await centre.lead_ami_by(led.port)
        yield led


async def dial(centre: LiveCentre, number: str) -> Line:
    return await centre.dial_service(await centre.caller(number))


def agent_of(state: State, number: str) -> str:
    return next(str(call["agent"]) for call in state["calls"] if call["caller"] == number)


async def repairs(centre: LiveCentre) -> dict[str, float]:
    """The differences between Asterisk and the plane that were mended, by kind, as `/metrics` shows them."""
    return {name.split('"')[1]: count for name, count in (await centre.metrics()).items() if 'kind="repairs' in name}


async def talk(caller: Line, agent: Line) -> None:
    caller.says(tone(440, seconds=2))
    agent.says(tone(660, seconds=2))
    await asyncio.gather(agent.hears_tone(440), caller.hears_tone(660))


async def take_survey(centre: LiveCentre, caller: Line) -> None:
    await caller.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await caller.press("5")
    await caller.ended(15)


async def test_after_ten_seconds_without_ami_the_plane_knows_what_asterisk_did(
    centre: LiveCentre, cable: Proxy
) -> None:
    agents = {agent.number: agent for agent in await centre.agents(2)}
    agent_leaves, caller_leaves = await asyncio.gather(dial(centre, "1390"), dial(centre, "1391"))
    lines = {name: await agent.answers() for name, agent in agents.items()}
    agents |= {name: await centre.agent(name) for name in ("1003", "1004")}
    talks_on, talks_briefly = await asyncio.gather(dial(centre, "1392"), dial(centre, "1393"))
    lines |= {name: await agents[name].rings() for name in ("1003", "1004")}
    gives_up, waits = await asyncio.gather(dial(centre, "1394"), dial(centre, "1395"))
    before = await centre.state()
    partner = {number: lines[agent_of(before, number)] for number in ("1390", "1391", "1392", "1393")}

    await cable.cut()
    until = asyncio.get_running_loop().time() + CUT
    await centre.until(lambda state: not state["switch_up"], "the cut to be seen")

    async def is_answered(caller: Line, agent: Line) -> None:
        await agent.answer()
        await talk(caller, agent)

    async def is_left_by_agent(caller: Line, agent: Line) -> None:
        await agent.hang_up()
        await take_survey(centre, caller)

    async def is_answered_and_left(caller: Line, agent: Line) -> None:
        await is_answered(caller, agent)
        await is_left_by_agent(caller, agent)

    comes, *_ = await asyncio.gather(
        dial(centre, "1396"),
        is_left_by_agent(agent_leaves, partner["1390"]),
        caller_leaves.hang_up(),
        is_answered(talks_on, partner["1392"]),
        is_answered_and_left(talks_briefly, partner["1393"]),
        gives_up.hang_up(),
    )
    await asyncio.sleep(until - asyncio.get_running_loop().time())
    assert [len(agent.calls) for agent in agents.values()] == [1, 1, 1, 1]

    await cable.mend()
    await centre.until(lambda state: state["switch_up"], "the link to come back")
    await agrees(centre)
    assert await repairs(centre) == {
        "repairs": 7,
        "repairs: conversation missed": 2,  # 1392 and 1393
        "repairs: answer missed": 1,  # 1392's agent; 1393's caller told of it all
        "repairs: call gone from the switch": 4,  # 1390, 1391, 1393, 1394
    }

    for agent in agents.values():
        agent.auto_answers(talk=0.5)
    await asyncio.gather(take_survey(centre, waits), take_survey(centre, comes))
    await talks_on.hang_up()
    await centre.idle()
    outcomes = {number: contact.outcome for number, contact in (await centre.contacts()).items()}
    assert outcomes == {f"139{n}": "abandoned" if n == 4 else "served" for n in range(7)}
    assert [offer.outcome for offer in await centre.rows(Offer)] == ["answered"] * 6
    assert sorted(wait.outcome for wait in await centre.rows(Wait)) == ["abandoned"] + ["answered"] * 6
    for name in agents:
        await centre.agent_is(name, "ready")


async def test_a_link_that_freezes_is_found_out_and_what_was_missed_is_made_good(
    centre: LiveCentre, cable: Proxy
) -> None:
    line = await dial(centre, "1390")
    cable.freeze()
    await centre.until(lambda state: not state["switch_up"], "the frozen link to be noticed", 5)
    await line.hang_up()
    staying = await dial(centre, "1391")
    cable.thaw()
    await centre.until(lambda state: state["switch_up"], "the link to come back")
    await agrees(centre)
    await centre.agent("1001")
    await centre.call_is("1391", "queued")
    await staying.hang_up()
    await centre.idle()
    assert (await centre.contacts())["1390"].outcome == "abandoned"
