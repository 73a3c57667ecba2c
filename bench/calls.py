"""CPU per call, and calls per second: Tandem beside Asterisk's own dialplan and app_queue, in one run.

The same sipp callers hear the same prompt, press the same key, wait in a queue of the same agents (sipp again) and talk
as long. No voice is sent in the talk: what is compared is control, and voice would hide it.
"""

import asyncio
import time
from pathlib import Path

import msgspec

from bench.cpu import cpu_used
from bench.figure import Figure
from bench.load import sipp
from bench.place import QUEUE, agents, both
from tandem.service.credentials import load_credentials
from tests.live.centre import LiveCentre, State

LISTEN, ANSWER, TALK, PATIENCE = 2.5, 0.2, 3.0, 30.0
"""Seconds: to the key, from ring to answer, of talk, until a caller who is not served gives up."""
CALL = LISTEN + ANSWER + TALK
AGENTS = 4
"""Agents for each call a second: four fifths of their time is taken."""
AGENT_PORT = 5671
MAIN = (5, 60.0)
"""Calls a second, and seconds, of the comparison."""
SEARCH = ((10, 12.0), (20, 12.0))
"""The same of the runs that look for the highest rate that holds."""
LATE = 4.0
"""Seconds that a run may take longer than with no delay anywhere, for its rate to hold."""


class Load(msgspec.Struct, frozen=True):
    """What one run saw. `late`: seconds longer than with no delay anywhere; the CPU seconds of each process."""

    calls: int
    served: int
    failed: int
    late: float
    asterisk: float
    controller: float

    def holds(self) -> bool:
        """Every call was served, and in time."""
        return self.served == self.calls and not self.failed and self.late <= LATE

    def cpu(self) -> float:
        """CPU milliseconds a call, of all."""
        return (self.asterisk + self.controller) * 1000 / self.calls


def run(folder: Path) -> list[Figure]:
    """The comparison at 5 calls a second, then the highest rate that holds."""
    return asyncio.run(_run(folder))


async def _run(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    highest = dict.fromkeys(QUEUE, 0)
    async with both(folder, AGENTS * SEARCH[-1][0]) as centre:
        for rate, seconds in (MAIN, *SEARCH):
            loads = {side: await _load(centre, side, rate, seconds) for side in QUEUE}
            figures += _seen(rate, loads)
            highest |= {side: rate for side, load in loads.items() if load.holds()}
    highest_figures = [Figure("calls", f"{side}: highest rate that held", rate, "/s") for side, rate in highest.items()]
    return figures + highest_figures


async def _load(centre: LiveCentre, side: str, rate: int, seconds: float) -> Load:
    folder, calls, names = centre.config.home / f"{side}-{rate}", round(rate * seconds), agents(AGENTS * rate)
    await _take_sides(centre, side)
    phones = await _phones(centre, folder / "agents", names)
    try:
        if side == "Tandem":
            await _sign_in(centre, names)
        began, before = time.monotonic(), _cpu(centre)
        callers = await _callers(centre, folder / "callers", QUEUE[side], calls, rate)
        counts = await callers.finish(seconds + CALL + PATIENCE)
        late = time.monotonic() - began - calls / rate - CALL
        asterisk, controller = (now - then for now, then in zip(_cpu(centre), before, strict=True))
    finally:
        served = (await phones.stop()).answered
    return Load(calls, served, counts.failed, late, asterisk, controller)


async def _take_sides(centre: LiveCentre, side: str) -> None:
    """Asterisk by itself, with no controller that listens; or with one."""
    if side == "native":
        await centre.controller.stop()
    elif not centre.controller.running():
        await centre.start_controller()


async def _phones(centre: LiveCentre, folder: Path, names: list[str]) -> sipp.Sipp:
    passwords = load_credentials(centre.config.home).phones
    accounts = {name: passwords[name] for name in names}
    sip_port = centre.config.port("sip_port")
    return await sipp.agents(folder, sip_port, AGENT_PORT, accounts, answer=ANSWER, talk=TALK)


async def _callers(centre: LiveCentre, folder: Path, number: str, calls: int, rate: int) -> sipp.Sipp:
    sip_port = centre.config.port("sip_port")
    return await sipp.call(
        folder, sip_port, number, keys="3", calls=calls, per_second=rate, listen=LISTEN, patience=PATIENCE
    )


async def _sign_in(centre: LiveCentre, names: list[str]) -> None:
    def all_ready(state: State) -> object:
        return [agent["state"] for agent in state["board"]["agents"]].count("ready") >= len(names)

    for name in names:
        await centre.tell(name, "sign-in")
    await centre.until(all_ready, "all agents to be ready")


def _cpu(centre: LiveCentre) -> tuple[float, float]:
    """CPU seconds of Asterisk, and of the controller where there is one."""
    controller = cpu_used(centre.controller.pid).total if centre.controller.running() else 0.0
    return cpu_used(centre.asterisk.pid).total, controller


def _seen(rate: int, loads: dict[str, Load]) -> list[Figure]:
    figures: list[Figure] = []
    for side, load in loads.items():
        figures += _of_side(f"{side}, {rate} calls/s", load)
    ratio = loads["Tandem"].cpu() / loads["native"].cpu()
    return [*figures, Figure("calls", f"{rate} calls/s: CPU of Tandem and its Asterisk to native's", ratio, "x")]


def _of_side(name: str, load: Load) -> list[Figure]:
    figures = [
        Figure("calls", f"{name}: calls served", load.served / load.calls * 100, "%"),
        Figure("calls", f"{name}: later than with no delay", load.late, "s"),
        Figure("calls", f"{name}: Asterisk's CPU", load.asterisk * 1000 / load.calls, "ms a call"),
    ]
    if load.controller:
        figures.append(Figure("calls", f"{name}: controller's CPU", load.controller * 1000 / load.calls, "ms a call"))
    return figures
