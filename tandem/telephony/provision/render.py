"""Writes an instance's configuration from the templates in asterisk-conf/."""

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from string import Template
from typing import Literal

from tandem.telephony.provision.addresses import own_addresses
from tandem.telephony.provision.install import AsteriskInstall
from tandem.telephony.provision.music import write_tone

TEMPLATES = Path(__file__).parents[3] / "asterisk-conf"

EMPTY = (
    "acl",
    "amd",
    "ccss",
    "cel",
    "confbridge",
    "features",
    "geolocation",
    "pjproject",
    "queuerules",
    "stasis",
    "udptl",
)
"""Files Asterisk asks for and complains about when they are missing, though there is nothing to say in them."""

VOICEMAIL = "spool/voicemail"
TONE = "tone.wav"
"""In an instance's folder: voicemails and recordings of talks, and what callers hear before."""

FOLDERS = ("cache", "lib", "lib/keys", "log", "log/cdr-csv", "run", "spool", "spool/monitor", VOICEMAIL)

NUMBERS: list[dict[str, object]] = [
    {"pattern": f"_{plus}{'X' * digits}"} for digits in range(1, 16) for plus in ("", "+")
]
"""Dialplan patterns of what may be dialled; of a fixed length each, so that nothing but digits gets in."""

_SAFE = re.compile(r"[\w.+/:-]*", re.ASCII)


class _ConfTemplate(Template):
    """`@{name}` is ours; `${...}` is Asterisk's."""

    delimiter = "@"


@dataclass(frozen=True)
class Phone:
    """A SIP account. `kind`: `agent` (may dial the hotlines), `browser` (such a phone in an agent's browser) or
    `customer` (a phone that calls in, for the demo)."""

    name: str
    password: str = field(repr=False)
    kind: Literal["agent", "browser", "customer"] = "agent"


@dataclass(frozen=True)
class Instance:
    """One Asterisk process to be: its name, ports, accounts and secrets.

    `witness_secret`: set for a test instance only, adds the AMI user `witness` who hears everything and may list.
    `lines`: the numbers agents' phones may dial. `trunks`: addresses that calls come from without an account;
    `trunk_contact`: the SIP address that calls to numbers go to.
    `records`: talks may be recorded; Asterisk's manager grants us its class `system` for that, and only then.
    `stun`: the server (host or host:port) that tells Asterisk its own address, where a router changes it.
    `apology`: prompts, as Asterisk sees them, for a caller whom no controller takes after `tries` tries, half a
    second apart. `extra`: a folder of modules.conf, extensions.conf or queues.conf to be included.
    """

    install: AsteriskInstall
    name: str
    sip_port: int
    ami_port: int
    http_port: int
    rtp_first: int
    rtp_last: int
    ami_secret: str = field(repr=False)
    witness_secret: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    phones: tuple[Phone, ...] = ()
    lines: tuple[str, ...] = ()
    trunks: tuple[str, ...] = ("127.0.0.1",)
    trunk_contact: str = ""
    records: bool = False
    stun: str = ""
    apology: tuple[str, ...] = ()
    tries: int = 120
    extra: Path | None = None

    @property
    def folder(self) -> Path:
        """All the instance's files, as we see them."""
        return self.install.shared / self.name

    @property
    def conf(self) -> str:
        """asterisk.conf, as Asterisk sees it."""
        return self.install.inside(self.folder / "etc/asterisk.conf")

    @property
    def on_loopback(self) -> bool:
        """Whether phones and browsers are on this machine too."""
        return ip_address(self.host).is_loopback

    @property
    def log(self) -> Path:
        """The full log, as we see it."""
        return self.folder / "log/full"


def render(instance: Instance) -> None:
    """Write the instance's folders and configuration; ValueError for a value that could break out of its line."""
    _check(instance)
    owner, group = instance.install.owner()
    shutil.rmtree(instance.folder / "etc", ignore_errors=True)
    for folder in (instance.install.shared, instance.folder):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    for name in FOLDERS:
        _make_folder(instance.folder / name, owner, group)
    for name in ("etc", "etc/extra"):
        _make_folder(instance.folder / name, os.geteuid(), group)
    write_tone(instance.folder / TONE)
    for name, text in _files(instance).items():
        _write(instance.folder / "etc" / name, text, group)


def _check(instance: Instance) -> None:
    """A value with a line break, a comma or a bracket in it could say something else than was meant."""
    names = [instance.name, instance.host, *(phone.name for phone in instance.phones)]
    for value in [*names, *instance.lines, *instance.trunks, instance.trunk_contact, instance.stun, *instance.apology]:
        if not _SAFE.fullmatch(value):
            raise ValueError(f"{value!r} has a character that is not allowed in Asterisk's configuration")
    for secret in [instance.ami_secret, instance.witness_secret or "", *(phone.password for phone in instance.phones)]:
        if not _SAFE.fullmatch(secret):
            raise ValueError("a password has a character that is not allowed in Asterisk's configuration")


def _files(instance: Instance) -> dict[str, str]:
    values = _values(instance)
    files = {f"{name}.conf": "" for name in EMPTY}
    files |= {template.name: _fill(template, values) for template in TEMPLATES.glob("*.conf")}
    if instance.extra:
        files |= {f"extra/{file.name}": file.read_text() for file in instance.extra.glob("*.conf")}
    return files


def _values(instance: Instance) -> dict[str, object]:
    install = instance.install
    return {
        **vars(instance),
        "instance": install.inside(instance.folder),
        "modules": install.modules,
        "data": install.data,
        "music": install.inside(install.shared / "music"),
        "apology": "&".join(instance.apology),
        "phones": _part("phone", [vars(phone) for phone in instance.phones]),
        "inbound": _part("inbound", NUMBERS),
        "transfer": _part("transfer", NUMBERS),
        "lines": _part("line", [{"number": number} for number in instance.lines]),
        "trunk_addresses": "\n".join(f"match = {address}" for address in instance.trunks),
        "trunk_contact": f"contact = {instance.trunk_contact}" if instance.trunk_contact else "",
        "system": ",system" if instance.records else "",
        "stun": f"stunaddr = {instance.stun}" if instance.stun else "",
        "browser_media": _part("browser_media", [{"host": instance.host}] if instance.on_loopback else []),
        "ice_candidates": _part("ice_candidate", _candidates(instance)),
        "witness": _part("witness", [{"witness_secret": instance.witness_secret}] if instance.witness_secret else []),
    }


def _candidates(instance: Instance) -> list[dict[str, object]]:
    """What a browser on this machine is told instead of each address that the voice does not go by."""
    addresses = own_addresses() if instance.on_loopback else []
    return [{"address": address, "host": instance.host} for address in addresses]


def _part(name: str, rows: Iterable[dict[str, object]]) -> str:
    """The snippet parts/`name`.conf once for each row of values."""
    template = TEMPLATES / f"parts/{name}.conf"
    return "".join(_fill(template, row) for row in rows)


def _fill(template: Path, values: dict[str, object]) -> str:
    return _ConfTemplate(template.read_text()).substitute(values)


def _make_folder(folder: Path, owner: int, group: int) -> None:
    folder.mkdir(exist_ok=True)
    os.chown(folder, owner, group)
    folder.chmod(0o750)


def _write(file: Path, text: str, group: int) -> None:
    """Only Asterisk and we may read it (there are passwords in it), and only we may write it."""
    file.touch(mode=0o600)
    file.write_text(text)
    os.chown(file, -1, group)
    file.chmod(0o640)
