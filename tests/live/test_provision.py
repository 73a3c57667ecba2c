"""A real Asterisk: it starts clean, gives the controller no more than it needs, and never loses a caller."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from baresip.errors import TransferFailed

from tandem.control.commands import Utterance
from tandem.service.config import Config, load_config
from tandem.service.credentials import load_credentials
from tandem.service.setup import asterisk_instance, prompt_library
from tandem.telephony.provision.install import find
from tandem.telephony.provision.music import write_music
from tandem.telephony.provision.process import AsteriskFailedError, find_running, start
from tandem.telephony.provision.render import Instance
from tests.live.manager import Manager, logged_in
from tests.live.ports import free_offset
from tests.phones import CallFailedError, phones

pytestmark = pytest.mark.live


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    """Ports of its own: others run tests of this file at the same time."""
    with free_offset() as offset:
        place = {"home": tmp_path, "instance": f"provision-{offset}", "port_offset": offset}
        yield load_config().model_copy(update=place)


@pytest.fixture
def entrance(config: Config) -> str:
    """What Asterisk is told to enter."""
    return f"agi://127.0.0.1:{config.port('agi_port')}/call"


@pytest.fixture
def instance(config: Config) -> Instance:
    """A test instance."""
    install = find(config.asterisk_root, config.home)
    write_music(install.shared / "music")
    credentials = load_credentials(config.home, ["1001", "13800000001"])
    made = asterisk_instance(config, install, credentials, ["1001"], ["13800000001"], ["95500"], witness=True)
    return replace(made, tries=3)


@asynccontextmanager
async def manager(instance: Instance, user: str = "tandem") -> AsyncIterator[Manager]:
    secret = instance.ami_secret if user == "tandem" else instance.witness_secret
    async with logged_in(instance.ami_port, user, secret or "") as found:
        yield found


@asynccontextmanager
async def running(instance: Instance) -> AsyncIterator[None]:
    process = await start(instance)
    try:
        yield
    finally:
        await process.stop()


async def call_in(ami: Manager) -> None:
    """A call to the hotline whose caller hears an echo of the hotline's voice."""
    answer = await ami.ask(
        "Originate", Channel="Local/95500@tandem-inbound", Application="Echo", Async="true", Variable="__FROM=test"
    )
    assert "Success" in answer


async def test_two_instances_run_at_once_and_log_no_warning(instance: Instance) -> None:
    second = replace(
        instance, name="provision-2", sip_port=2961, ami_port=2962, http_port=2963, rtp_first=2000, rtp_last=2099
    )
    async with running(instance), running(second):
        for each in (instance, second):
            async with manager(each) as ami:
                assert "SystemName: " not in await ami.ask("Ping")
    for each in (instance, second):
        complaints = [line for line in each.log.read_text().splitlines() if re.search("WARNING|ERROR", line)]
        assert complaints == []


async def test_a_leftover_can_be_taken_over_or_is_replaced(instance: Instance) -> None:
    first = await start(instance)
    taken_over = find_running(instance)
    assert taken_over and taken_over.pid == first.pid
    second = await start(instance)
    try:
        assert second.pid != first.pid
        assert not first.running()
        second.kill()
        async with asyncio.timeout(5):
            await second.ended()
        assert find_running(instance) is None
    finally:
        await second.stop()


async def test_an_asterisk_that_cannot_start_says_why(instance: Instance, tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra/modules.conf").write_text("require = app_nowhere.so\n")
    with pytest.raises(AsteriskFailedError, match=r"it ended(?s:.*)app_nowhere"):
        await start(replace(instance, extra=tmp_path / "extra"))
    assert find_running(instance) is None


async def test_the_controller_may_do_its_work_and_nothing_else(instance: Instance, entrance: str) -> None:
    allowed = [
        ("Originate", {"Channel": "PJSIP/none", "Context": "tandem-agent", "Exten": "s", "Priority": "1"}),
        ("Hangup", {"Channel": "none"}),
        ("Setvar", {"Variable": "TANDEM_AGI", "Value": entrance}),
        ("Getvar", {"Variable": "TANDEM_AGI"}),
        ("Redirect", {"Channel": "none", "Context": "tandem-call", "Exten": "s", "Priority": "1"}),
        ("MessageSend", {"To": "pjsip:none", "From": "tandem", "Body": "x"}),
        ("CoreStatus", {}),
        ("CoreSettings", {}),
        ("CoreShowChannels", {}),
        ("BridgeList", {}),
        ("BridgeInfo", {"BridgeUniqueid": "none"}),
        ("DeviceStateList", {}),
        ("Status", {}),
        ("Ping", {}),
    ]
    refused = [
        ("Command", {"Command": "core show version"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
        ("ModuleLoad", {"LoadType": "unload", "Module": "chan_pjsip.so"}),
        ("Reload", {}),
        ("DBPut", {"Family": "a", "Key": "b", "Val": "c"}),
        ("Originate", {"Channel": "Local/95500@tandem-inbound", "Application": "System", "Data": "id"}),
    ]
    async with running(instance), manager(instance) as ami:
        for action, fields in allowed:
            assert "Permission denied" not in await ami.ask(action, **fields), action
        for action, fields in refused:
            assert re.search("Permission denied|Access Forbidden", await ami.ask(action, **fields)), action


async def test_the_witness_hears_everything_and_may_only_list(instance: Instance) -> None:
    async with running(instance), manager(instance, "witness") as ami:
        assert "Success" in await ami.ask("CoreShowChannels")
        assert "Permission denied" in await ami.ask("Hangup", Channel="none")
        assert "Permission denied" in await ami.ask("Setvar", Variable="TANDEM_AGI", Value="x")


class Controller:
    """A FastAGI server: each entry of a call is an entry in `entries`, answered with the next of `answers`."""

    def __init__(self, *answers: list[str]) -> None:
        self.entries: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._answers = list(answers)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heading = (await reader.readuntil(b"\n\n")).decode()
        self.entries.put_nowait(dict(line.split(": ", 1) for line in heading.strip().splitlines() if ": " in line))
        for command in self._answers.pop(0) if self._answers else ["SET VARIABLE TANDEM_DONE 1"]:
            writer.write(f"{command}\n".encode())
            await reader.readline()
        writer.close()

    async def next(self) -> dict[str, str]:
        return await asyncio.wait_for(self.entries.get(), 10)


async def test_a_caller_waits_for_the_controller_and_comes_back_until_it_is_done(
    instance: Instance, config: Config, entrance: str
) -> None:
    controller = Controller(["ANSWER"])
    async with running(instance), manager(instance) as ami:
        await ami.ask("Setvar", Variable="TANDEM_AGI", Value=entrance)
        await call_in(ami)
        await ami.hear("Event: Newchannel")
        async with await asyncio.start_server(controller.take, "127.0.0.1", config.port("agi_port")):
            first, second = await controller.next(), await controller.next()
            assert first["agi_arg_1"] == "95500"
            assert first["agi_uniqueid"] == second["agi_uniqueid"]
            await ami.hear("Event: Hangup")
        assert controller.entries.empty()


async def test_a_caller_whose_bridge_ended_comes_back_to_the_controller(
    instance: Instance, config: Config, entrance: str
) -> None:
    controller = Controller(["ANSWER", "SET MUSIC ON default", "WAIT FOR DIGIT 20000"])
    async with running(instance), manager(instance) as ami:
        await ami.ask("Setvar", Variable="TANDEM_AGI", Value=entrance)
        async with await asyncio.start_server(controller.take, "127.0.0.1", config.port("agi_port")):
            await call_in(ami)
            caller = await controller.next()
            await ami.hear("Event: MusicOnHoldStart")
            answer = await ami.ask(
                "Originate",
                Channel="Local/s@tandem-agent",
                Application="Wait",
                Data="1",
                Variable=f"TANDEM_CALLER={caller['agi_channel']}",
                Async="true",
            )
            assert "Success" in answer
            again = await controller.next()
            assert again["agi_uniqueid"] == caller["agi_uniqueid"]
            await ami.hear("Event: Hangup")


async def test_without_a_controller_the_caller_hears_an_apology_made_by_the_synthesiser(
    instance: Instance, tmp_path: Path
) -> None:
    config = load_config().model_copy(update={"home": tmp_path})
    library = prompt_library(config, instance.install)
    apology = await library.path(Utterance("en", "Sorry."))
    async with running(replace(instance, apology=(apology,))), manager(instance) as ami:
        await call_in(ami)
        await ami.hear("Event: Hangup")
    log = instance.log.read_text()
    assert f"Playing '{apology}." in log
    assert "WARNING" not in log


async def test_an_agents_phone_needs_its_password_and_reaches_the_hotline_only(
    instance: Instance, config: Config, entrance: str
) -> None:
    controller = Controller()
    password = instance.phones[0].password
    async with running(instance), manager(instance) as ami, phones(instance.sip_port) as lab:
        await ami.ask("Setvar", Variable="TANDEM_AGI", Value=entrance)
        async with await asyncio.start_server(controller.take, "127.0.0.1", config.port("agi_port")):
            agent = await lab.agent("1001", password)
            assert "INVALID" not in await ami.hear("Device: PJSIP/1001")
            with pytest.raises(CallFailedError):
                await agent.dial("13800000001")
            await agent.start_call("95500")
            assert (await controller.next())["agi_arg_1"] == "95500"
            impostor = await lab.caller("1001", "guessed")
            with pytest.raises(CallFailedError):
                await impostor.dial("95500")
            assert controller.entries.empty()


async def test_a_caller_sent_on_by_an_agent_comes_to_the_controller_with_the_new_number(
    instance: Instance, config: Config, entrance: str
) -> None:
    waits = ["ANSWER", "WAIT FOR DIGIT 20000"]
    controller = Controller(waits, waits)
    async with running(instance), manager(instance) as ami, phones(instance.sip_port) as lab:
        await ami.ask("Setvar", Variable="TANDEM_AGI", Value=entrance)
        async with await asyncio.start_server(controller.take, "127.0.0.1", config.port("agi_port")):
            agent = await lab.agent("1001", instance.phones[0].password)
            line = await (await lab.caller("021555")).dial("95500")
            entered = await controller.next()
            answer = await ami.ask(
                "Originate",
                Channel="PJSIP/1001",
                Context="tandem-agent",
                Exten="s",
                Priority="1",
                Variable=f"TANDEM_CALLER={entered['agi_channel']}",
                Async="true",
            )
            assert "Success" in answer
            talk = await agent.answers()
            await ami.hear("Event: BridgeEnter")
            await ami.hear("Event: BridgeEnter")
            with suppress(TransferFailed):  # Asterisk ends the agent's leg before the phone is told that all went well
                await talk.blind_transfer("95501")
            again = await controller.next()
            assert (again["agi_uniqueid"], again["agi_arg_1"]) == (entered["agi_uniqueid"], "95501")
            await line.hang_up()
