"""Runs the benchmarks: `python -m bench` all of them, `python -m bench NAME...` some.

Prints a table (Markdown, for docs/performance.md) and one line of JSON. `make setup` comes first; sipp and the
benchmarks' Asterisk need root.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import (
    ami_parse,
    board,
    calls,
    core,
    customers,
    decisions,
    desktops,
    flow,
    journal,
    keys,
    retention,
    simulator,
)
from bench.figure import Figure, json_line, machine, table
from bench.place import asterisk_version

BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "calls": calls.run,
    "keys": keys.run,
    "core": core.run,
    "desktops": desktops.run,
    "decisions": decisions.run,
    "board": board.run,
    "simulator": simulator.run,
    "flow": flow.run,
    "journal": journal.run,
    "ami": ami_parse.run,
    "customers": customers.run,
    "retention": retention.run,
}


def main(names: list[str]) -> None:
    """Run the benchmarks of these names, or all; each writes to a folder of its own, which is removed afterwards."""
    if unknown := set(names) - BENCHMARKS.keys():
        sys.exit(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
            Path(folder).chmod(0o755)
            figures += BENCHMARKS[name](Path(folder))
    about = machine() | {"asterisk": asterisk_version()}
    print(table(figures))
    print(f"\n{', '.join(f'{what} {value}' for what, value in about.items())}")
    print(json_line(figures, about))


if __name__ == "__main__":
    main(sys.argv[1:])
