"""1,700 agents with a desktop each, while real calls come: how long until an event is on the desktop it is for.

The phones and callers are sipp's, on a real Asterisk, as in `calls`; every agent's phone is registered, so that the
calls go round all of them. The desktops run in a process of their own on the same machine, and their time counts.
Some desktops more stop to read: they must be cut, and nobody must feel them.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from bench.cpu import cpu_used
from bench.figure import Figure, delays
from bench.load import sipp
from bench.place import QUEUE, agents, both
from tandem.service.config import PROJECT
from tandem.service.credentials import load_credentials
from tests.live.centre import LiveCentre, State

DESKTOPS = 1700
STALLED = 10
RATE, SECONDS = 20, 60.0
LISTEN, ANSWER, TALK, PATIENCE = 2.5, 0.2, 3.0, 30.0
AGENT_PORT = 5671
CONNECT_SECONDS, CUT_SECONDS = 120.0, 45.0


def run(folder: Path) -> list[Figure]:
    """All in one run."""
    return asyncio.run(_run(folder))


async def _run(folder: Path) -> list[Figure]:
    async with both(folder, DESKTOPS) as centre:
        phones = await _phones(centre, folder / "agents")
        before = _memory(centre)
        desktops = await _connect(centre)
        try:
            await centre.until(_all_ready, "all agents to be ready", CONNECT_SECONDS)
            memory = _memory(centre) - before
            _say(desktops, "count from here")
            failed, cpu = await _call(centre, folder / "callers")
            cut = await _cut(centre)
            _say(desktops, "end")
            seen = json.loads(await _line(desktops))
        finally:
            desktops.kill()
            await desktops.wait()
            served = (await phones.stop()).answered / (RATE * SECONDS)
    return [
        Figure("desktops", "desktops open", DESKTOPS),
        Figure("desktops", f"{RATE} calls/s: calls served", served * 100, "%"),
        Figure("desktops", "callers who hung up or failed", failed),
        Figure("desktops", "events told", len(seen["delays"])),
        *delays("desktops", "from the event to the desktop", seen["delays"]),
        Figure("desktops", "events missed, desktops lost", seen["gaps"] + seen["lost"]),
        Figure("desktops", "memory of the controller", memory * 1024 / DESKTOPS, "KiB a desktop"),
        Figure("desktops", "controller's CPU", cpu * 100, "% of a core"),
        Figure("desktops", f"of {STALLED} that read nothing, cut", cut),
    ]


async def _phones(centre: LiveCentre, folder: Path) -> sipp.Sipp:
    passwords = load_credentials(centre.config.home).phones
    accounts = {name: passwords[name] for name in agents(DESKTOPS)}
    return await sipp.agents(folder, centre.config.port("sip_port"), AGENT_PORT, accounts, answer=ANSWER, talk=TALK)


async def _connect(centre: LiveCentre) -> asyncio.subprocess.Process:
    """The desktops' process, once all of them are there."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load.desktops", centre.url, "0", str(DESKTOPS), str(STALLED)),
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    _say(process, load_credentials(centre.config.home).http_token)
    async with asyncio.timeout(CONNECT_SECONDS):
        assert await _line(process) == "connected", "the desktops did not come"
    return process


async def _call(centre: LiveCentre, folder: Path) -> tuple[int, float]:
    """How many calls did not go as they should, and the cores that the controller used meanwhile."""
    began, before = time.monotonic(), cpu_used(centre.controller.pid).total
    count = round(RATE * SECONDS)
    callers = await sipp.call(
        folder,
        centre.config.port("sip_port"),
        QUEUE["Tandem"],
        keys="3",
        calls=count,
        per_second=RATE,
        listen=LISTEN,
        patience=PATIENCE,
    )
    counts = await callers.finish(SECONDS + LISTEN + PATIENCE)
    used = cpu_used(centre.controller.pid).total - before
    return counts.failed, used / (time.monotonic() - began)


async def _cut(centre: LiveCentre) -> float:
    """How many of those that read nothing were cut."""
    names = [f'tandem_desktops_ended_total{{how="{how}"}}' for how in ("silent", "behind")]
    cut = 0.0
    for _ in range(round(CUT_SECONDS)):
        metrics = await centre.metrics()
        if (cut := sum(metrics.get(name, 0.0) for name in names)) >= STALLED:
            break
        await asyncio.sleep(1.0)
    return cut


def _all_ready(state: State) -> bool:
    return [agent["state"] for agent in state["board"]["agents"]].count("ready") >= DESKTOPS


def _memory(centre: LiveCentre) -> float:
    """MiB that the controller holds."""
    status = Path(f"/proc/{centre.controller.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def _say(process: asyncio.subprocess.Process, words: str) -> None:
    assert process.stdin
    process.stdin.write(f"{words}\n".encode())


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    return (await process.stdout.readline()).decode().strip()
