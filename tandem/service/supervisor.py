"""Keeps one machine's Asterisk and controller running: what dies is started again, what outlived us is kept."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import aiohttp
import structlog

from tandem.acd.settings import AgentSettings
from tandem.control.settings import browser_phone
from tandem.ivr.speech import speak
from tandem.service.config import Config
from tandem.service.credentials import load_credentials
from tandem.service.flow_files import flows_of
from tandem.service.settings_shelf import settings_in_force
from tandem.service.setup import asterisk_instance, prompt_library
from tandem.store.sqlite_journal import holder
from tandem.store.sqlite_journal_reader import JOURNAL
from tandem.telephony.provision.install import find
from tandem.telephony.provision.process import AsteriskProcess, find_running, start
from tandem.telephony.provision.render import Instance

log = structlog.get_logger()

START_SECONDS = 30.0
STOP_SECONDS = 10.0
RESTART_PAUSE = 0.2
WATCH_EVERY = 0.2


class StartFailedError(Exception):
    """The controller did not come up; the message says where its log is."""


class ControllerProcess:
    """A controller in a process of its own, so that it can die alone."""

    def __init__(self, config: Config, process: asyncio.subprocess.Process) -> None:
        self._config = config
        self._process = process

    @classmethod
    async def start(cls, config: Config) -> "ControllerProcess":
        """Start it and wait until it serves; StartFailedError when it ends, or does not serve in START_SECONDS."""
        config.home.mkdir(parents=True, exist_ok=True)
        with log_file(config).open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tandem", "controller"),
                env=config.environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        started = cls(config, process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await started._serving()
        except asyncio.CancelledError:
            await started.stop()
            raise
        except TimeoutError:
            await started.stop()
            raise StartFailedError(_last_words(config, "the controller does not serve")) from None
        return started

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it is alive."""
        return self._process.returncode is None

    async def kill(self) -> None:
        """`kill -9`."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and insist after STOP_SECONDS."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def ended(self) -> int:
        """Wait for its end; returns the exit code."""
        return await self._process.wait()

    async def _serving(self) -> None:
        url = f"{self._config.web_url}/health"
        async with aiohttp.ClientSession() as session:
            while True:
                if not self.running():
                    raise StartFailedError(_last_words(self._config, "the controller ended at once"))
                with suppress(aiohttp.ClientError):
                    async with session.get(url, ssl=self._config.trust()) as answer:
                        if answer.status == 200 or (await answer.json()).get("role") == "standby":
                            return
                await asyncio.sleep(0.02)


class Supervisor:
    """Starts both, watches both, and stops what it started."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._asterisk: AsteriskProcess | None = None
        self._controller: ControllerProcess | None = None

    async def start(self) -> None:
        """Bring both up. An Asterisk that outlived an earlier supervisor is kept, with its calls; a controller that did
        is ended, so that the new one takes its place. StartFailedError: there is another supervisor, or the controller
        does not come up; an Asterisk that ran before runs on then."""
        await _end_orphan(self._config)
        running = find_running(await instance_of(self._config))
        self._asterisk = running or await start(await instance_of(self._config, renew=True))
        try:
            self._controller = await ControllerProcess.start(self._config)
        except StartFailedError:
            if running:
                self._asterisk = None
            raise

    async def watch(self) -> None:
        """Start again what dies, for ever."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            if self._asterisk and not self._asterisk.running():
                log.error("asterisk died; starting it again")
                self._asterisk = await start(self._asterisk.instance)
            if self._controller and not self._controller.running():
                log.error("the controller died; starting it again", exit_code=await self._controller.ended())
                await self._revive()

    async def restart_controller(self) -> None:
        """End the controller, as after an upgrade: `watch` starts the program that is installed now. No call ends."""
        if self._controller:
            log.info("the controller is started again")
            await self._controller.stop()

    async def stop(self) -> None:
        """Stop both; calls in progress end with Asterisk."""
        if self._controller:
            await self._controller.stop()
        if self._asterisk:
            await self._asterisk.stop()

    async def _revive(self) -> None:
        try:
            self._controller = await ControllerProcess.start(self._config)
        except StartFailedError as error:
            log.error("the controller does not start", reason=str(error))
            await asyncio.sleep(RESTART_PAUSE)


async def instance_of(config: Config, witness: bool = False, renew: bool = False) -> Instance:
    """The Asterisk that the configuration and the settings in force describe, with the apology in every language.

    `renew`: the phones in browsers get new passwords, as no running Asterisk knows the old ones.
    """
    centre, flows = await settings_in_force(config), flows_of(config.flows)
    agents, callers = accounts(centre.acd.agents.values()), list(centre.caller_phones)
    browsers = browser_accounts(centre.acd.agents.values())
    credentials = load_credentials(config.home, [*agents, *browsers, *callers], browsers if renew else ())
    install = find(config.asterisk_root, config.home)
    library = prompt_library(config, install)
    apologies = [speak(flow, flow.apology, language, {})[0] for flow in flows[:1] for language in flow.languages]
    apology = [await library.path(utterance) for said in apologies for utterance in said]
    lines = [number for number in centre.lines if number.isdigit()]
    return asterisk_instance(config, install, credentials, agents, callers, lines, apology, witness, browsers)


def accounts(agents: Iterable[AgentSettings]) -> list[str]:
    """The SIP accounts of agents' phones but those in browsers; an agent on a number has none."""
    named = [agent for agent in agents if not agent.number]
    devices = [device.removeprefix("PJSIP/") for agent in named for device in agent.devices]
    in_browsers = set(browser_accounts(named))
    return [device for device in dict.fromkeys(devices) if device not in in_browsers]


def browser_accounts(agents: Iterable[AgentSettings]) -> list[str]:
    """The SIP accounts of agents' phones in their browsers."""
    return [browser_phone(agent.name).removeprefix("PJSIP/") for agent in agents if agent.browser_phone]


async def _end_orphan(config: Config) -> None:
    """End a controller whose supervisor is gone, and wait until the journal is free. Another supervisor's is left."""
    journal = config.home / JOURNAL
    held = holder(journal)
    if held is None or _parent(held[0]) == held[1]:
        return
    orphan, _ = held
    log.warning("ending a controller that outlived its supervisor", pid=orphan)
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # it ended by itself meanwhile
            os.kill(orphan, how)
        for _ in range(int(STOP_SECONDS / WATCH_EVERY)):
            if holder(journal) != held:
                return
            await asyncio.sleep(WATCH_EVERY)


def _parent(pid: int) -> int | None:
    """Who started a process; None: there is none of that number."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return int(next(line for line in lines if line.startswith("PPid:")).split()[1])


def log_file(config: Config) -> Path:
    """Where a supervised controller logs."""
    return config.home / "controller.log"


def _last_words(config: Config, what: str) -> str:
    lines = log_file(config).read_text(errors="replace").splitlines()[-3:]
    return "\n".join([f"{what}; the end of {log_file(config)}:", *(f"  {line}" for line in lines)])
