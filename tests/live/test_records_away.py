"""The records on a real PostgreSQL server that is killed: calls go on, and the records are whole when it is back."""

import asyncio
from pathlib import Path

import pytest

from tandem.store.models import Offer
from tests.live.centre import CENTRE, LiveCentre, live_centre, numbers
from tests.phones import Agent
from tests.postgres import MISSING, programs, running_server

pytestmark = pytest.mark.live


async def served(centre: LiveCentre, agent: Agent, number: str) -> None:
    """One call, from the menu over the queue to the agent and to its end."""
    line = await centre.dial_service(await centre.caller(number))
    talk = await agent.answers()
    await centre.call_is(number, "connected")
    await line.hang_up()
    await talk.ended()
    await centre.idle()


@pytest.mark.skipif(programs() is None, reason=MISSING)
async def test_calls_are_served_while_the_server_is_away_and_recorded_when_it_is_back(tmp_path: Path) -> None:
    """Also by a controller that starts without it."""
    before, during, after_kill, later = numbers(4)
    with running_server() as server, server.empty() as url:
        address = url.set(drivername="postgresql").render_as_string()
        async with live_centre(tmp_path, CENTRE, database=address) as centre:
            agent = await centre.agent("1001")
            await served(centre, agent, before)
            await asyncio.to_thread(server.kill)
            await centre.agent_is("1001", "ready", within=60)
            await served(centre, agent, during)
            await centre.kill_controller()
            await centre.start_controller()
            assert (await centre.metrics())["tandem_records_behind"] == 1
            status, told = await centre.ask("GET", "/history/links?since=0&until=1000")
            assert (status, told["error"]["code"]) == (503, "unavailable")
            await centre.agent_is("1001", "ready", within=60)
            await served(centre, agent, after_kill)
            await asyncio.to_thread(server.start)
            await served(centre, agent, later)
            contacts = await centre.contacts()
            assert {number: contact.outcome for number, contact in contacts.items()} == dict.fromkeys(
                (before, during, after_kill, later), "served"
            )
            assert [offer.outcome for offer in await centre.rows(Offer)] == ["answered"] * 4
            await centre.check_books()
