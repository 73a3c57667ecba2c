"""A small Asterisk with numbers to try the phones on: see extensions.conf."""

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from string import Template

import numpy as np

from tandem.service.config import load_config
from tandem.telephony.provision.install import AsteriskInstall, find
from tandem.telephony.provision.music import write_music
from tandem.telephony.provision.process import start
from tandem.telephony.provision.render import Instance, Phone
from tests.phones.audio import RATE, Samples, write_wav

ACCOUNTS = tuple(Phone(str(number), f"password-{number}") for number in range(1001, 1015))
_OFFSET = os.getpid() % 50 * 20
"""Of ports, so that tests in two processes keep out of each other's way."""


class _ConfTemplate(Template):
    """`@{name}` is ours; `${...}` is Asterisk's."""

    delimiter = "@"


def speech(seed: int, seconds: float = 3.0) -> Samples:
    """Something like speech: noise in syllables, the same for the same seed."""
    noise = np.random.default_rng(seed).normal(size=round(RATE * seconds))
    low = np.convolve(noise, np.ones(4) / 4, "same")
    syllables = np.abs(np.sin(np.arange(len(low)) * 2 * np.pi * 2 / RATE))
    return (low * syllables * 4000).astype(np.int16)


def asterisk_install() -> AsteriskInstall:
    """The Asterisk of this machine; AsteriskMissingError before `tandem setup`."""
    config = load_config()
    return find(config.asterisk_root, config.home)


def prompt(install: AsteriskInstall, name: str) -> str:
    """The prompt `first` (speech(0)) or `second` (speech(1)) as Asterisk sees it."""
    return install.inside(install.shared / "phone-tests" / name)


@contextlib.asynccontextmanager
async def phone_switch(folder: Path) -> AsyncIterator[Instance]:
    """Run the Asterisk until the block ends. What configuration is in `folder` already (see Instance) is added to."""
    install = asterisk_install()
    instance = Instance(
        install,
        f"phones-{_OFFSET}",
        sip_port=5560 + _OFFSET,
        ami_port=5538 + _OFFSET,
        http_port=8588 + _OFFSET,
        rtp_first=24000,
        rtp_last=24499,
        ami_secret="ami-secret",
        witness_secret="witness-secret",
        phones=ACCOUNTS,
        extra=folder,
    )
    _write_sounds(install)
    _write_dialplan(install, folder / "extensions.conf")
    process = await start(instance)
    try:
        yield instance
    finally:
        await process.stop()


def _write_sounds(install: AsteriskInstall) -> None:
    write_music(install.shared / "music")
    folder = install.shared / "phone-tests"
    folder.mkdir(exist_ok=True)
    for seed, name in enumerate(("first", "second")):
        write_wav(folder / f"{name}.wav", speech(seed))


def _write_dialplan(install: AsteriskInstall, file: Path) -> None:
    template = _ConfTemplate((Path(__file__).parent / "extensions.conf").read_text())
    with file.open("a") as out:
        out.write(template.substitute(first=prompt(install, "first"), second=prompt(install, "second")))
