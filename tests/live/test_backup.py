"""A backup taken while callers wait is an installation of its own: the machine is lost, and another one goes on."""

import asyncio
import sys
from pathlib import Path

import pytest

from tandem.service.config import PROJECT, Config
from tandem.store.models import Voicemail
from tests.live.centre import LiveCentre
from tests.live.errands import MESSAGES, TO_MESSAGE, TONE, choose, errand_centre, heard
from tests.phones.audio import RATE, Samples, read_wav

pytestmark = pytest.mark.live

LEFT_IT, TALKED = "13800000001", "13800000002"
OTHER = "test-restored"
"""The new machine's Asterisk."""


async def test_what_callers_left_is_heard_from_the_restored_machine(tmp_path: Path) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "backup.tar.gz"
    old.mkdir()
    new.mkdir()
    async with errand_centre(old) as centre:
        said = read_wav(await centre.sound(MESSAGES[0]))
        line = await choose(centre, LEFT_IT, TO_MESSAGE)
        await line.hears_tone(TONE)
        line.says(said)
        await asyncio.sleep(len(said) / RATE)
        await line.hang_up()
        await centre.until(lambda state: len(state["work"]) == 1, "the message to wait")
        talk = await choose(centre, TALKED, TO_MESSAGE)  # somebody is on the line while it is taken
        await centre.tandem("backup", str(backup))
        await talk.hang_up()
        secret = centre.password("1001")
        asterisk_root = centre.config.asterisk_root

    config = Config(home=new, instance=OTHER, asterisk_root=asterisk_root)
    assert await _tandem(config, "restore", str(backup)) == 0
    async with errand_centre(new, instance=OTHER) as centre:
        assert centre.password("1001") == secret
        await _is_heard(centre, said)
        await centre.until(lambda state: not state["calls"], "the caller who was on the line to be known as lost")
        contacts = await centre.contacts()
        assert (contacts[LEFT_IT].outcome, contacts[TALKED].outcome) == ("voicemail", "lost")


async def _is_heard(centre: LiveCentre, said: Samples) -> None:
    agent = await centre.agent("1001")
    line = await agent.answers()
    await line.ended(10.0)
    heard(line, said)
    await centre.agent_is("1001", "wrap_up")
    await centre.until(lambda state: not state["work"], "no message to wait")
    assert [(row.agent, bool(row.heard_at)) for row in await centre.rows(Voicemail)] == [("1001", True)]


async def _tandem(config: Config, *arguments: str) -> int:
    command = (sys.executable, "-m", "tandem", *arguments)
    process = await asyncio.create_subprocess_exec(*command, env=config.environment(), cwd=PROJECT)
    return await process.wait()
