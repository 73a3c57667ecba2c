"""An upgrade in the middle of a talk: `tandem run` starts its controller again, and who talks hears nothing of it."""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tandem.service.config import PROJECT
from tests.live.centre import LiveCentre, live_centre
from tests.live.test_kill import dial
from tests.phones import tone

pytestmark = pytest.mark.live

CALLER = "13800000001"


async def test_the_controller_is_another_and_the_talk_the_same(tmp_path: Path) -> None:
    async with live_centre(tmp_path) as centre:
        agent = await centre.agent("1001")
        line = await dial(centre, CALLER)
        talk = await agent.answers()
        await centre.agent_is("1001", "connected")
        await centre.controller.stop()  # from here on one that `tandem run` looks after; its Asterisk is kept
        process = await _supervisor(centre)
        try:
            before = await _controller(process.pid, centre)
            process.send_signal(signal.SIGHUP)
            line.says(tone(440.0, seconds=3.0))
            await talk.hears_tone(440.0)
            assert await _controller(process.pid, centre, other_than=before) != before
            talk.says(tone(660.0, seconds=3.0))
            await line.hears_tone(660.0)
            await centre.agent_is("1001", "connected")
            await talk.hang_up()
            await centre.agent_is("1001", "wrap_up")
        finally:
            process.terminate()
            await process.wait()


async def test_a_supervisor_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    async with live_centre(tmp_path) as centre:
        agent = await centre.agent("1001")
        line = await dial(centre, CALLER)
        talk = await agent.answers()
        await centre.controller.stop()
        first = await _supervisor(centre)
        orphan = await _controller(first.pid, centre)
        first.kill()
        await first.wait()
        second = await _supervisor(centre)
        try:
            line.says(tone(440.0, seconds=3.0))
            await talk.hears_tone(440.0)
            assert await _controller(second.pid, centre) != orphan
            async with asyncio.timeout(10):  # its lock is free before it has come to its end
                while not _has_ended(orphan):
                    await asyncio.sleep(0.05)
            await centre.agent_is("1001", "connected")
        finally:
            second.terminate()
            await second.wait()


async def _supervisor(centre: LiveCentre) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "tandem", "run")
    return await asyncio.create_subprocess_exec(*command, env=centre.config.environment(), cwd=PROJECT)


async def _controller(supervisor: int, centre: LiveCentre, other_than: int = 0) -> int:
    """The process id of the controller that the supervisor has and that serves, once it is another one."""
    async with asyncio.timeout(30):
        while not (child := _child(supervisor)) or child == other_than:
            await asyncio.sleep(0.05)
        while not await _serves(centre):
            await asyncio.sleep(0.05)
    return child


async def _serves(centre: LiveCentre) -> bool:
    with suppress(aiohttp.ClientError):
        return (await centre.ask("GET", "/health"))[0] == 200
    return False


def _has_ended(pid: int) -> bool:
    """Whether there is no such process, or only one whose end nobody has taken note of yet."""
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


def _child(supervisor: int) -> int:
    told = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text(encoding="ascii").split()
    controllers = [int(pid) for pid in told if b"controller" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return controllers[-1] if controllers else 0
