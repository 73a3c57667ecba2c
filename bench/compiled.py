"""The pure core compiled to machine code by mypyc, in a copy: `python -m bench.compiled [FOLDER]`.

The sources stay plain Python and are what is used everywhere else; the copy, in var/compiled unless said otherwise, is
run with that folder as the current one: `cd var/compiled && python -m tandem sim run ...`. Needs a C compiler, and
setuptools, which mypyc builds with.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from bench.figure import Figure

ROOT = Path(__file__).parents[1]
ROUTER = """
    agent attention bits conditions contact deadlines floor foresight interruptions intervals line lines
    machine matching roster router state waiting wrap_up
"""
MODULES = [
    *(f"tandem/acd/{name}.py" for name in ROUTER.split()),
    *(f"tandem/sim/{name}.py" for name in ("diary", "tally", "trial", "world")),
]
"""What is run for every event, as far as it is within mypyc's reach."""

SETTINGS = "[mypy]\nexplicit_package_bases = True\n"


class CompilerMissingError(Exception):
    """The core can't be compiled here; the text is what the compiler said last."""


def make(folder: Path) -> Path:
    """Compile a copy of the packages `tandem` and `bench` into `folder`, which is emptied first; where it is."""
    shutil.rmtree(folder, ignore_errors=True)
    leave_out = shutil.ignore_patterns("__pycache__")
    for package in ("tandem", "bench"):
        shutil.copytree(ROOT / package, folder / package, ignore=leave_out)
    (folder / "mypy.ini").write_text(SETTINGS)
    command = [sys.executable, "-m", "mypyc", *MODULES]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompilerMissingError((done.stdout + done.stderr).strip()[-300:])
    return folder


def figures(bench: str, folder: Path) -> list[Figure]:
    """What the module bench.`bench` prints, as JSON, when run with the core compiled into `folder`; none where the core
    can't be compiled, which is told."""
    try:
        place = make(folder / "compiled")
    except CompilerMissingError as error:
        print(f"bench: {bench}: the core was not compiled: {error}", file=sys.stderr)
        return []
    told = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}"], cwd=place, capture_output=True, text=True, check=True
    )
    return msgspec.json.decode(told.stdout, type=list[Figure])


if __name__ == "__main__":
    print(make(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var/compiled"))
