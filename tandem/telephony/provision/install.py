"""Finds an Asterisk on this machine, or gets one: the distribution's package, or a root of its own."""

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]

OLDEST = 20
SUITE = "forky"
"""The Debian release whose Asterisk (22 LTS) goes into a root of its own."""

STORED_MIRROR = "--aptopt=Acquire::Check-Valid-Until false"
"""A mirror that is a stored copy has a release file past its date."""


class AsteriskMissingError(Exception):
    """There is no usable Asterisk; the message says what to do."""


@dataclass(frozen=True)
class AsteriskInstall:
    """An Asterisk that can be started.

    `root` is the folder to chroot into, None for the system's own. `binary`, `modules` and `data` are paths as
    Asterisk sees them, `shared` is the folder, as we see it, in which instances, prompts and music live.
    """

    root: Path | None
    binary: str
    modules: str
    data: str
    shared: Path

    def inside(self, path: Path) -> str:
        """The path as Asterisk sees it; ValueError when it can't see it."""
        return str(path) if self.root is None else f"/{path.relative_to(self.root)}"

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs this Asterisk's binary."""
        return [*(["chroot", str(self.root)] if self.root else []), self.binary, *arguments]

    def owner(self) -> tuple[int, int]:
        """User and group id that Asterisk runs as: user `asterisk` (the root has its own numbers), else our own."""
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        if self.root is None:
            user = pwd.getpwnam("asterisk")
            return user.pw_uid, user.pw_gid
        for line in (self.root / "etc/passwd").read_text().splitlines():
            if line.startswith("asterisk:"):
                _, _, uid, gid, *_ = line.split(":")
                return int(uid), int(gid)
        raise AsteriskMissingError(f"{self.root} has no user asterisk; remove it and run make setup again")


def find(root: Path, home: Path) -> AsteriskInstall:
    """The system's own Asterisk when it is new enough, else the one in `root`; AsteriskMissingError if there is none.

    `home` is where the system's Asterisk is given its files.
    """
    if binary := _on_path():
        return AsteriskInstall(None, binary, _modules(Path("/")), _data(Path("/")), _shared(home))
    if (root / "usr/sbin/asterisk").exists():
        if os.geteuid() != 0:
            raise AsteriskMissingError(
                f"the Asterisk in {root} is run by root only: use sudo, or install Asterisk {OLDEST}+"
            )
        return AsteriskInstall(root, "/usr/sbin/asterisk", _modules(root), _data(root), root / "srv/tandem")
    raise AsteriskMissingError("there is no Asterisk yet: run make setup")


def find_or_get(root: Path, home: Path, say: Say) -> AsteriskInstall:
    """Like `find`, but gets an Asterisk where there is none. `say` is told of every step."""
    if _on_path() is None and not (root / "usr/sbin/asterisk").exists():
        if _offered() >= OLDEST:
            install_package(say)
        else:
            build(root, say)
    return find(root, home)


def install_package(say: Say) -> None:
    """Install the distribution's Asterisk, and keep its own service from running: Tandem starts its own instance."""
    say("installing the package asterisk")
    as_root = _as_root()
    _run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "asterisk"], say)
    if Path("/run/systemd/system").exists():
        _run([*as_root, "systemctl", "disable", "--now", "asterisk"], say)


def build(root: Path, say: Say) -> None:
    """Make a small Debian with Asterisk in it at `root` (about 350 MB, under a minute). Needs root and mmdebstrap."""
    if os.geteuid() != 0:
        raise AsteriskMissingError(
            f"no package of Asterisk {OLDEST}+ is offered here, and building one in {root} needs root: "
            "run sudo make setup, or install Asterisk yourself"
        )
    partial = root.with_name(root.name + ".partial")
    partial.parent.mkdir(parents=True, exist_ok=True)
    say(f"building an Asterisk of its own in {root} (Debian {SUITE}, about 350 MB)")
    try:
        _build(partial, [], say)
    except AsteriskMissingError as error:
        say(f"{error}; once more, in case the mirror is a stored copy")
        _build(partial, [STORED_MIRROR], say)
    # Without it chan_pjsip asks the network for this machine's name at every call, and stalls for 5 s.
    (partial / "etc/hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n::1 localhost\n")
    partial.rename(root)


def _build(folder: Path, options: list[str], say: Say) -> None:
    _remove(folder)
    _run(["mmdebstrap", "--variant=minbase", *options, "--include=asterisk,ca-certificates", SUITE, str(folder)], say)


def _remove(folder: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    if any(mount.startswith(f"{folder}/") for mount in mounts):
        raise AsteriskMissingError(f"something is mounted in {folder}: unmount it, then run make setup again")
    if folder.exists():
        shutil.rmtree(folder)


def _on_path() -> str | None:
    binary = shutil.which("asterisk")
    if binary is None:
        return None
    told = subprocess.run([binary, "-V"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return binary if _major(told) >= OLDEST else None


def _offered() -> int:
    """The major version of Asterisk that apt would install, 0 for none."""
    if shutil.which("apt-cache") is None:
        return 0
    told = subprocess.run(["apt-cache", "policy", "asterisk"], capture_output=True, text=True, check=False)  # noqa: S607
    candidate = re.search(r"Candidate: (?:\d+:)?(\S+)", told.stdout)
    return _major(candidate[1]) if candidate else 0


def _major(version: str) -> int:
    found = re.search(r"\d+", version)
    return int(found[0]) if found else 0


def _as_root() -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    raise AsteriskMissingError("root is needed to install the package asterisk: run make setup as root")


def _run(command: list[str], say: Say) -> None:
    """Run `command` and say its lines as they come; AsteriskMissingError with the last one when it fails."""
    last = ""
    try:
        with subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            for last in process.stdout or ():
                say(f"  {last.rstrip()}")
    except FileNotFoundError as error:
        raise AsteriskMissingError(f"{command[0]} is not installed: run make setup") from error
    if process.returncode != 0:
        raise AsteriskMissingError(f"{command[0]} failed: {last.strip()}")


def _modules(root: Path) -> str:
    for folder in [*root.glob("usr/lib/*/asterisk/modules"), root / "usr/lib/asterisk/modules"]:
        if folder.is_dir():
            return f"/{folder.relative_to(root)}"
    raise AsteriskMissingError(f"Asterisk's modules were not found below {root / 'usr/lib'}")


def _data(root: Path) -> str:
    packaged = root / "usr/share/asterisk"
    return "/usr/share/asterisk" if packaged.is_dir() else "/var/lib/asterisk"


def _shared(home: Path) -> Path:
    """A folder in `home`, or one of the system's when user asterisk could not enter that (a home below /root)."""
    own = home / "asterisk"
    entered = all(parent.stat().st_mode & 0o001 for parent in own.parents if parent.exists())
    return own if entered or os.geteuid() != 0 else Path("/var/lib/tandem")
