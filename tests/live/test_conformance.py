"""The command `tandem conformance`, as a process, against a real controller: it keeps to what docs/cti.md says."""

import asyncio
import os
import sys

import aiohttp
import pytest

from tandem.conformance.checks import RULES
from tests.live.centre import LiveCentre

pytestmark = pytest.mark.live

PASSWORD = "a password of my own 7"


async def test_the_controller_keeps_every_rule_for_programs_and_for_people(centre: LiveCentre) -> None:
    await centre.agent("1001")  # one who has a phone, which the other one lacks
    name = await signed_up(centre, "1002")
    told = await asyncio.gather(
        conformance(centre, "1001", TANDEM_TOKEN=centre.token["Authorization"].removeprefix("Bearer ")),
        conformance(centre, "1002", TANDEM_NAME=name, TANDEM_PASSWORD=PASSWORD),
    )
    kept = f"{len(RULES)} of {len(RULES)} rules are kept"
    for code, said in told:
        assert (code, said.splitlines()[-1]) == (0, kept), said
    await centre.agent_is("1001", "ready")
    await centre.agent_is("1002", "not_ready", "device")


async def conformance(centre: LiveCentre, agent: str, **who: str) -> tuple[int | None, str]:
    """The command's code, and what it said."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tandem", "conformance", centre.url, "--agent", agent),
        env=inherited | who,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def signed_up(centre: LiveCentre, agent: str) -> str:
    """Somebody who works as an agent, with a password of their own; their name."""
    wish = {"name": "li", "role": "agent", "agent": agent}
    status, added = await centre.ask("POST", "/users", wish)
    assert status == 201, added
    async with aiohttp.ClientSession(centre.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        old = added["one_time_password"]
        async with browser.post("/session", json={"name": "li", "password": old}) as answer:
            token = {"X-CSRF-Token": (await answer.json())["csrf"]}
        async with browser.put("/session/password", json={"old": old, "new": PASSWORD}, headers=token) as answer:
            assert answer.status == 200, await answer.text()
    return "li"
