"""Where benchmarks run: a centre of their own, and the same menus and queue by Asterisk alone beside it."""

import itertools
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.flows import FLOWS, read
from bench.native.baseline import write_baseline
from tandem.ivr.speech import prompts
from tandem.service.config import Config, ConfigError, check_ports, load_config
from tandem.service.setup import prompt_library
from tandem.telephony.provision.install import AsteriskInstall, AsteriskMissingError, find
from tests.live.centre import LiveCentre, live_centre

QUEUE = {"native": "4999", "Tandem": "4008"}
"""The number to call for the menu whose key 3 leads to the queue."""
MENU = {"native": "4998", "Tandem": "4009"}
"""The number to call for the menu whose key 1 leads to itself."""

CENTRE = """
lines: {"4008": bench, "4009": keys}
queues:
  bench: {needs: {bench: 1}, ring_seconds: 15, wrap_up_seconds: 0}
agents:
"""
_offsets = itertools.count(12_000 + os.getpid() % 50 * 200, 20)


def agents(count: int) -> list[str]:
    """The agents' names, which are their phones' accounts."""
    return [f"{1001 + number}" for number in range(count)]


def place(home: Path, count: int) -> Config:
    """A configuration of its own, with so many agents, on ports that are free."""
    home.mkdir()
    centre = home / "centre.yaml"
    centre.write_text(_centre(count), encoding="utf-8")
    root = load_config().asterisk_root
    for offset in _offsets:
        config = Config(home=home, centre=centre, flows=FLOWS, asterisk_root=root, port_offset=offset)
        with suppress(ConfigError):
            check_ports(config)
            return config
    raise AssertionError("never: the offsets have no end")


@asynccontextmanager
async def both(folder: Path, count: int) -> AsyncIterator[LiveCentre]:
    """A centre with so many agents that runs while the block does; its Asterisk has the baseline too."""
    extra = folder / "extra"
    devices = [f"PJSIP/{name}" for name in agents(count)]
    write_baseline(extra, QUEUE["native"], [await prompt("bench")], "3", devices)
    with (extra / "extensions.conf").open("a") as out:
        out.write(f"exten => {MENU['native']},1,Answer()\n same => n(ask),Read(KEY,{await prompt('keys')},1,,1,5)\n")
        out.write(" same => n,Goto(ask)\n")
    async with live_centre(folder, _centre(count), flows=FLOWS, asterisk_extra=extra) as centre:
        yield centre


async def prompt(flow: str) -> str:
    """The only prompt of a flow in bench/flows, as Asterisk sees it."""
    (utterance,) = prompts(read(flow))
    return await prompt_library(load_config(), install()).path(utterance)


def install() -> AsteriskInstall:
    """The Asterisk of this machine; AsteriskMissingError before `tandem setup`."""
    config = load_config()
    return find(config.asterisk_root, config.home)


def asterisk_version() -> str:
    """Asterisk's version, such as 22.10.1; `none` before `tandem setup`: some benchmarks need none."""
    try:
        command = install().command("-V")
    except AsteriskMissingError:
        return "none"
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return told.split()[1].partition("+")[0].partition("~")[0]


def _centre(count: int) -> str:
    return CENTRE + "\n".join(f'  "{name}": {{skills: {{bench: 3}}}}' for name in agents(count))
