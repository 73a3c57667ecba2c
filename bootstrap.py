"""Gets what `make` needs before anything of Tandem's own can run: the host's tools and .venv. Any Python 3.9 runs it.

What is there already is left alone: a second run does nothing and takes no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
VENV = PROJECT / ".venv"
STAMP = VENV / "made-from"

TOOLS = {"mmdebstrap": "mmdebstrap", "espeak-ng": "espeak-ng", "sox": "sox", "sipp": "sip-tester"}
"""Program -> the Debian package that has it; docs/dependencies.md says what each is for."""

FOR_TESTS = {"chromium": "chromium"}
"""What only `bootstrap.py tests` gets."""

PYTHONS = ("python3", "python3.13", "python3.12", "python3.11")


def main() -> None:
    python = find_python()
    install_tools(python, TOOLS | FOR_TESTS if sys.argv[1:] == ["tests"] else TOOLS)
    make_venv(python)


def find_python():
    """The first Python that can run Tandem, as a path."""
    for name in PYTHONS:
        path = shutil.which(name)
        if path and succeeds(path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
            return path
    return stop("Tandem needs Python 3.11 or newer: install one (apt-get install python3.11, or a newer Debian)")


def install_tools(python, tools):
    """Install the packages whose programs are missing."""
    missing = [package for program, package in tools.items() if not shutil.which(program)]
    if not succeeds(python, "-c", "import venv, ensurepip"):
        missing.append("python3-venv")
    if not missing:
        return
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if not shutil.which("apt-get") or (as_root and not shutil.which("sudo")):
        stop("please install (as root, on Debian: apt-get install): " + " ".join(missing))
    for package in missing:
        say(f"installing the package {package}")
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    run("the package list could not be fetched", *apt, "update", "-q")
    run("apt-get failed", *apt, "install", "-q", "-y", "--no-install-recommends", *missing)


def make_venv(python):
    """Make .venv from requirements.lock, unless it was made from the same."""
    wanted = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        wanted.update((PROJECT / name).read_bytes())
    made_from = f"{wanted.hexdigest()} {PROJECT}\n"
    if STAMP.exists() and STAMP.read_text() == made_from and succeeds(str(VENV / "bin/python"), "-c", ""):
        return
    say("making .venv from requirements.lock")
    run("the venv could not be made", python, "-m", "venv", "--clear", str(VENV))
    pip = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install"]
    lock = ["--require-hashes", "--only-binary", ":all:", "-r", str(PROJECT / "requirements.lock")]
    run("the dependencies could not be installed", *pip, *lock)
    run("Tandem could not be installed", *pip, "-q", "--no-deps", "--no-build-isolation", "-e", str(PROJECT))
    STAMP.write_text(made_from)


def succeeds(*command):
    try:
        told = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own command lines
    except OSError:
        return False
    return told.returncode == 0


def run(problem, *command):
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode != 0:  # noqa: S603
        stop(f"{problem}; see above")


def say(line):
    print(f"setup: {line}", flush=True)  # noqa: T201


def stop(line):
    sys.exit(f"setup: {line}")


if __name__ == "__main__":
    main()
