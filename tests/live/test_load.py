"""sipp's callers and agents on Asterisk's own queue: the load generator and the native baseline work together."""

from pathlib import Path

import pytest

from bench.load import sipp
from bench.native.baseline import write_baseline
from tests.phones.switch import ACCOUNTS, asterisk_install, phone_switch, prompt

pytestmark = pytest.mark.live

AGENTS = {phone.name: phone.password for phone in ACCOUNTS[:4]}
AGENT_PORT = 5571


async def test_callers_press_their_key_are_queued_and_talk_with_agents(tmp_path: Path) -> None:
    menu = prompt(asterisk_install(), "first")
    write_baseline(tmp_path / "extra", "4999", [menu], "3", [f"PJSIP/{agent}" for agent in AGENTS])
    async with phone_switch(tmp_path / "extra") as switch:
        agents = await sipp.agents(tmp_path / "agents", switch.sip_port, AGENT_PORT, AGENTS, answer=0.2, talk=1.0)
        callers = await sipp.call(
            tmp_path / "callers", switch.sip_port, "4999", keys="3", calls=8, per_second=4, listen=0.5, patience=15
        )
        assert await callers.finish(within=30) == sipp.Counts(begun=8, answered=8, done=8), callers.errors()
        assert (await agents.stop()).answered == 8, agents.errors()


async def test_callers_who_press_a_wrong_key_reach_nobody(tmp_path: Path) -> None:
    menu = prompt(asterisk_install(), "first")
    write_baseline(tmp_path / "extra", "4999", [menu], "3", [f"PJSIP/{agent}" for agent in AGENTS])
    async with phone_switch(tmp_path / "extra") as switch:
        agents = await sipp.agents(tmp_path / "agents", switch.sip_port, AGENT_PORT, AGENTS, answer=0.2, talk=1.0)
        callers = await sipp.call(
            tmp_path / "callers", switch.sip_port, "4999", keys="7", calls=2, per_second=4, listen=0.5, patience=15
        )
        assert (await callers.finish(within=30)).done == 2
        assert (await agents.stop()).answered == 0


async def test_phones_with_a_wrong_password_are_not_registered(tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    async with phone_switch(tmp_path / "extra") as switch:
        with pytest.raises(ConnectionError, match="0 of 1"):
            await sipp.agents(tmp_path / "agents", switch.sip_port, AGENT_PORT, {"1001": "no"}, answer=0, talk=1)
