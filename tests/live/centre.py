"""A whole centre for one test: its own Asterisk, its own controller process, its own phones, all on 127.0.0.1."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.control.commands import Utterance
from tandem.ivr.speech import speak
from tandem.service.config import PROJECT, Config
from tandem.service.credentials import Credentials, load_credentials
from tandem.service.flow_files import flows_of
from tandem.service.history import replay_stretch
from tandem.service.journals import read_journal
from tandem.service.setup import prompt_library
from tandem.service.supervisor import ControllerProcess, instance_of
from tandem.store import queries
from tandem.store.database import open_database
from tandem.store.models import Base
from tandem.telephony.provision.install import find
from tandem.telephony.provision.process import AsteriskProcess
from tandem.telephony.provision.process import start as start_asterisk
from tests.live.ports import free_offset
from tests.phones import Agent, Caller, Lab, Line, phones

HOTLINE = "4008"
FLOWS = Path(__file__).parent / "flows"
"""A small hotline that is always open and asks nobody outside, whatever the shipped one becomes."""
AGENTS = tuple(str(number) for number in range(1001, 1013))
ALWAYS = (0.0, 4e9)
"""A time range (epoch seconds) that holds every record of a test."""
AFTER_TALK = 4.0
"""How much (seconds) of a prompt to listen to after a talk, or in the midst of music: another sender's clock is heard
then, and a phone may skip a frame (20 ms) now and again in the first two seconds until it keeps step."""

CENTRE = """
lines: {"4008": hotline}
queues:
  tech: {needs: {tech: 2}, ring_seconds: 4, wrap_up_seconds: 1, misses_before_pause: 2, back_off_seconds: 1}
  service: {needs: {service: 1}, ring_seconds: 4, wrap_up_seconds: 1}
agents:
AGENTS
customers:
  "2001": {name: Wang, tier: member}
  "2002": {name: Chen, tier: vip, boost: 300}
caller_phones: ["2001"]
""".replace("AGENTS", "\n".join(f'  "{name}": {{skills: {{tech: 3, service: 3}}}}' for name in AGENTS))

State = dict[str, Any]
Row = TypeVar("Row", bound=Base)


class LiveCentre:
    """What a test can do to the centre and see of it."""

    def __init__(self, config: Config, asterisk: AsteriskProcess, lab: Lab, http: aiohttp.ClientSession) -> None:
        self.config = self.controller_config = config
        self.asterisk = asterisk
        self.lab = lab
        self.controller: ControllerProcess
        self._http = http
        self._secrets: Credentials = load_credentials(config.home)
        self._flow = flows_of(config.flows)[0]
        self._library = prompt_library(config, find(config.asterisk_root, config.home))

    # --- people -------------------------------------------------------------------------------------------------

    async def agent(self, name: str) -> Agent:
        """An agent at their phone, signed in: ready, or rung at once if somebody waits."""
        agent = await self.lab.agent(name, self._secrets.phones[name])
        await self.tell(name, "sign-in")
        away = ("signed_out", "not_ready")
        await self.until(lambda state: agent_in(state, name)["state"] not in away, f"agent {name} to be signed in")
        return agent

    async def agents(self, count: int) -> list[Agent]:
        """The first `count` agents, signed in and ready."""
        return [await self.agent(name) for name in AGENTS[:count]]

    async def caller(self, number: str = "13800000001", display_name: str = "") -> Caller:
        """Somebody outside."""
        return await self.lab.caller(number, display_name=display_name)

    async def customer(self, number: str) -> Caller:
        """A caller whose phone has an account here."""
        return await self.lab.caller(number, self._secrets.phones[number])

    def password(self, account: str) -> str:
        """The password of an account's phone."""
        return self._secrets.phones[account]

    async def tell(self, agent: str, verb: str, reason: str = "", **more: Any) -> None:
        """An agent's verb, over HTTP as a desktop would."""
        wish = {name: value for name, value in {"reason": reason, **more}.items() if value}
        async with self._http.post(f"/agents/{agent}/{verb}", json=wish, headers=self.token) as answer:
            assert answer.status == 202, await answer.text()

    async def ask(self, method: str, path: str, wish: object = None) -> tuple[int, Any]:
        """What the controller answers to a program over HTTP: the status, and the JSON."""
        async with self._http.request(method, path, json=wish, headers=self.token) as answer:
            return answer.status, await answer.json()

    async def do(self, agent: str, call: str, verb: str, **given: Any) -> None:
        """An agent's verb about a talk; it must not be refused."""
        path = f"/agents/{agent}/calls/{call}/{verb}"
        async with self._http.post(path, json=given, headers=self.token) as answer:
            assert answer.status == 202, await answer.text()

    async def desk(self, agent: str, chat: str = "", verb: str = "", **given: Any) -> list[dict[str, Any]]:
        """The chats on an agent's desk, after a verb about one of them if there is one."""
        path = f"/agents/{agent}/chats"
        asked = (
            self._http.post(f"{path}/{chat}/{verb}", json=given, headers=self.token)
            if verb
            else self._http.get(path, headers=self.token)
        )
        async with asked as answer:
            assert answer.status == 200, await answer.text()
            chats: list[dict[str, Any]] = await answer.json()
            return chats

    # --- ways into the queue ------------------------------------------------------------------------------------

    async def dial_menu(self, caller: Caller) -> Line:
        """Dial the hotline and come as far as the main menu."""
        line = await caller.dial(HOTLINE)
        await line.hears(await self.prompt("main_menu"), 15)
        return line

    async def dial_queue(self, caller: Caller) -> Line:
        """Dial the hotline and ask for technical help: to the queue `tech`, or already to an agent."""
        line = await self.dial_menu(caller)
        await line.press("3")
        await line.hears(await self.prompt("product"))
        await line.press("1")
        await self._out_of_flow(caller)
        return line

    async def ask_for_agent(self, caller: Caller, line: Line) -> None:
        """From the main menu to the queue `service`, or already to an agent."""
        await line.press("0")
        await self._out_of_flow(caller)

    async def dial_service(self, caller: Caller) -> Line:
        """Dial the hotline and ask for an agent: to the queue `service`, or already to an agent."""
        line = await self.dial_menu(caller)
        await self.ask_for_agent(caller, line)
        return line

    async def _out_of_flow(self, caller: Caller) -> None:
        await self.until(lambda state: _call_of(state, caller.number)["state"] != "flow", "the call to be queued")

    async def prompt(self, text: str, language: str = "zh-CN", **variables: str | int | float) -> Path:
        """The sound file of the first part of a text of the flow."""
        return (await self.sentence(text, language, **variables))[0]

    async def sentence(self, text: str, language: str = "zh-CN", **variables: str | int | float) -> list[Path]:
        """The sound files of all parts of a text of the flow."""
        said, _ = speak(self._flow, text, language, variables)
        return [await self.sound(utterance) for utterance in said]

    @property
    def music(self) -> Path:
        """What callers hear who wait or are on hold."""
        return find(self.config.asterisk_root, self.config.home).shared / "music/waiting.wav"

    async def sound(self, utterance: Utterance) -> Path:
        """The sound file of an utterance, as we see it."""
        inside = await self._library.path(utterance)
        root = find(self.config.asterisk_root, self.config.home).root
        return Path(f"{root or ''}{inside}.wav")

    def is_spoken(self, utterance: Utterance) -> bool:
        """Whether the sound file of an utterance is there already."""
        return self._library.is_made(utterance)

    # --- what is seen -------------------------------------------------------------------------------------------

    async def state(self) -> State:
        """The plane's own view."""
        async with self._http.get("/state", headers=self.token) as answer:
            state: State = await answer.json()
            return state

    async def outbox(self) -> list[dict[str, Any]]:
        """The links that were sent, newest first."""
        async with self._http.get("/outbox", headers=self.token) as answer:
            sent: list[dict[str, Any]] = await answer.json()
            return sent

    async def until_links(self, count: int) -> None:
        """Wait until so many links are sent."""
        async with asyncio.timeout(15):
            while sum(item["state"] == "delivered" for item in await self.outbox()) < count:
                await asyncio.sleep(0.05)

    async def until(self, seen: Callable[[State], Any], what: str, within: float = 15.0) -> State:
        """Wait until `seen` is true of the state; returns that state."""
        state: State = {}
        try:
            async with asyncio.timeout(within):
                while not seen(state := await self.state()):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"waited {within} s for {what}; state: {json.dumps(state, indent=1)}") from None
        return state

    async def agent_is(self, name: str, state: str, reason: str = "", within: float = 15.0) -> State:
        """Wait until an agent is in a state for a reason; returns the agent's figures."""
        found = await self.until(
            lambda seen: (agent_in(seen, name)["state"], agent_in(seen, name)["reason"]) == (state, reason),
            f"agent {name} to be {state} {reason}",
            within,
        )
        return agent_in(found, name)

    async def call_is(self, caller: str, state: str, within: float = 15.0) -> State:
        """Wait until the call of a caller's number is in a state; returns the call."""
        found = await self.until(
            lambda seen: any((c["caller"], c["state"]) == (caller, state) for c in seen["calls"]),
            f"the call of {caller} to be {state}",
            within,
        )
        return next(call for call in found["calls"] if call["caller"] == caller)

    async def idle(self, within: float = 15.0) -> State:
        """Wait until no call is left."""
        return await self.until(lambda state: not state["calls"] and not state["legs"], "all calls to end", within)

    async def records(self, read: Callable[..., Any], *what: Any) -> Any:
        """One of store.queries on this centre's records, after all that was told is written."""
        await self.until_recorded()
        database = open_database(self.config.records)
        try:
            return await read(database, *(what or ALWAYS))
        finally:
            await database.dispose()

    async def until_recorded(self) -> None:
        """Wait until the records say all that the state says."""
        while (await self.metrics())["tandem_records_lag"]:
            await asyncio.sleep(0.05)

    async def rows(self, table: type[Row]) -> list[Row]:
        """All that is recorded in a table of store.models, in the order of its key."""

        async def read(database: AsyncEngine, *_: float) -> list[Row]:
            async with AsyncSession(database, expire_on_commit=False) as session:
                return list(await session.scalars(select(table).order_by(*inspect(table).primary_key)))

        found: list[Row] = await self.records(read)
        return found

    async def contacts(self) -> dict[str, Any]:
        """The contacts recorded, by caller's number."""
        return {contact.caller: contact for contact in await self.records(queries.contacts)}

    async def metrics(self) -> dict[str, float]:
        """All figures of `/metrics`."""
        async with self._http.get("/metrics") as answer:
            lines = (line.rsplit(" ", 1) for line in (await answer.text()).splitlines() if line[:1] != "#")
            return {name: float(value) for name, value in lines}

    async def check_books(self) -> None:
        """What must hold at the end of every test: intervals balance, and a replay gives what was decided."""
        assert await self.records(queries.check_balance) == []
        for figures in await self.records(queries.intervals):
            parts = figures.answered + figures.abandoned + figures.overflowed_out + figures.called_back
            assert figures.offered == parts + figures.self_served + figures.lost + figures.waiting, figures
        different = [step.entry for step in replay_stretch(read_journal(self.config), 1, None) if not step.same]
        assert different == []

    async def tandem(self, *words: str) -> str:
        """The command line beside the running controller, as somebody types it; fails when it does."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tandem", *words),
            env=self.config.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()
        return told.decode()

    # --- disasters ----------------------------------------------------------------------------------------------

    async def start_controller(self) -> None:
        """Start the controller and wait until it serves."""
        self.controller = await ControllerProcess.start(self.controller_config)

    async def change(self, centre: str) -> None:
        """Bring another centre file into force under the calls that are there."""
        self.config.centre.write_text(centre, encoding="utf-8")
        await self.controller.stop()
        await self.start_controller()

    async def lead_ami_by(self, port: int) -> None:
        """Start the controller again, so that it reaches Asterisk's manager interface through another port."""
        self.controller_config = self.config.model_copy(update={"ami_port": port - self.config.port_offset})
        await self.controller.stop()
        await self.start_controller()

    async def kill_controller(self) -> None:
        """`kill -9`."""
        await self.controller.kill()

    def turn_to(self, controller: ControllerProcess, config: Config, http: aiohttp.ClientSession) -> None:
        """From now on, `controller` is the one that is meant."""
        self.controller, self.controller_config, self._http = controller, config, http

    async def restart_asterisk(self) -> None:
        """Kill Asterisk and start it again."""
        self.asterisk.kill()
        await self.asterisk.ended()
        self.asterisk = await start_asterisk(self.asterisk.instance)

    # --- odds and ends ------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the web is served."""
        return self.controller_config.web_url

    def log(self) -> str:
        """What the controller logged."""
        return (self.config.home / "controller.log").read_text()

    @property
    def token(self) -> dict[str, str]:
        """What a program asks with."""
        return {"Authorization": f"Bearer {self._secrets.http_token}"}


def _call_of(state: State, caller: str) -> State:
    return next(call for call in state["calls"] if call["caller"] == caller)


def agent_in(state: State, name: str) -> State:
    """An agent's figures in a state."""
    return next(agent for agent in state["board"]["agents"] if agent["agent"] == name)


@asynccontextmanager
async def live_centre(
    home: Path, centre: str = CENTRE, flow: str | None = None, **settings: Any
) -> AsyncIterator[LiveCentre]:
    """A centre that runs while the block does: with this centre file, and with this flow instead of those in FLOWS.
    `settings` are Config's.
    """
    with free_offset() as offset:
        file = home / "centre.yaml"
        file.write_text(centre, encoding="utf-8")
        flows = flow_folder(home, flow) if flow else FLOWS
        place = {"home": home, "centre": file, "flows": flows, "instance": f"test-{offset}", "port_offset": offset}
        config = Config.model_validate(place | {"asterisk_root": _asterisk_root(), "outbox_delivers": True} | settings)
        asterisk = await start_asterisk(await instance_of(config, witness=True))
        try:
            async with (
                aiohttp.ClientSession(f"http://127.0.0.1:{config.port('http_port')}") as http,
                phones(config.port("sip_port")) as lab,
            ):
                running = LiveCentre(config, asterisk, lab, http)
                try:
                    await running.start_controller()
                    yield running
                finally:
                    await _stop(running)
        finally:
            await asterisk.stop()


def flow_folder(home: Path, flow: str) -> Path:
    """A folder with this flow alone."""
    folder = home / "flows"
    folder.mkdir()
    name = next(line.removeprefix("name: ") for line in flow.splitlines() if line.startswith("name: "))
    (folder / f"{name}.yaml").write_text(flow, encoding="utf-8")
    return folder


async def _stop(running: LiveCentre) -> None:
    if hasattr(running, "controller"):
        await running.controller.stop()
    await running.asterisk.stop()


def _asterisk_root() -> Path:
    return Path(os.environ.get("TANDEM_ASTERISK_ROOT", PROJECT / "var/asterisk-root"))


def numbers(count: int) -> Sequence[str]:
    """Callers' numbers."""
    return [f"138{index:08d}" for index in range(count)]
