"""Asterisk dies with calls in the menu, in the queue and in talk. The controller stays."""

import asyncio
from collections import Counter

import pytest

from tandem.store import queries
from tandem.store.models import Leg, Wait
from tests.live.centre import AFTER_TALK, LiveCentre
from tests.phones import Line

pytestmark = pytest.mark.live


async def dial(centre: LiveCentre, number: str) -> Line:
    return await centre.dial_service(await centre.caller(number))


async def test_calls_that_died_with_asterisk_are_lost_and_the_next_is_served(centre: LiveCentre) -> None:
    agents = await centre.agents(2)
    talks = await asyncio.gather(dial(centre, "1390"), dial(centre, "1391"))
    lines = [await agent.answers() for agent in agents]
    menu, *queued = await asyncio.gather(
        centre.dial_menu(await centre.caller("1392")), *(dial(centre, number) for number in ("1393", "1394", "1395"))
    )
    agents.append(await centre.agent("1003"))
    lines.append(await agents[2].rings())
    controller = centre.controller.pid

    await centre.restart_asterisk()
    await centre.until(lambda state: state["switch_up"], "the link to the new Asterisk")
    state = await centre.state()
    assert (state["calls"], state["legs"]) == ([], [])
    assert not any(agent["contacts"] for agent in state["board"]["agents"])
    await asyncio.gather(*(line.hang_up() for line in (menu, *talks, *queued, *lines)))

    await centre.tell("1002", "sign-out")
    await centre.tell("1003", "sign-out")
    # Asterisk remembers the registration, and asks the phone within qualify_frequency (15 s) whether it is there.
    await centre.agent_is("1001", "ready", within=25)
    caller, agent = await asyncio.gather(dial(centre, "1396"), agents[0].answers(20))
    await centre.agent_is("1001", "connected")
    await agent.hang_up()
    await caller.hears(await centre.prompt("survey"), seconds=AFTER_TALK)
    await caller.hang_up()
    await centre.idle()
    assert centre.controller.running()
    assert centre.controller.pid == controller

    outcomes = {number: contact.outcome for number, contact in (await centre.contacts()).items()}
    assert outcomes == {f"139{n}": "served" if n == 6 else "lost" for n in range(7)}
    assert Counter(leg.outcome for leg in await centre.rows(Leg)) == {"lost": 2, "withdrawn": 1, "served": 1}
    assert Counter(wait.outcome for wait in await centre.rows(Wait)) == {"answered": 3, "lost": 3}
    assert sum(figures.lost for figures in await centre.records(queries.intervals)) == 3
