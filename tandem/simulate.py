"""I/O. The command `tandem sim`: reads files for the simulator and prints what it found."""

import gc
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tandem.sim import bank, oracle
from tandem.sim.oracle import FAILED, PASSED, SKIPPED, Case, Verdict
from tandem.sim.reading import ScenarioError, read_scenario
from tandem.sim.report import Report, lines_of, rehearse
from tandem.sim.scenario import Scenario

simulator = typer.Typer(no_args_is_help=True, help="Try the router under virtual time.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Seeds = Annotated[int, typer.Option(min=2, help="Independent runs, seeds 1, 2, ...")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON instead of text")]


@simulator.command()
def check(
    cases: File,
    replications: Annotated[int, typer.Option(min=20, help="Independent runs of each case, seeds 1, 2, ...")] = 20,
    contacts: Annotated[int, typer.Option(min=100, help="Contacts in each run, at least")] = 5000,
) -> None:
    """Run every case of an oracle file through the router; exit code 1 if one failed."""
    _calm_collector()
    count = dict.fromkeys((PASSED, FAILED, SKIPPED), 0)
    for case in _read_cases(cases):
        try:
            verdicts = oracle.check(case, replications, contacts)
        except msgspec.ValidationError as error:
            raise typer.BadParameter(f"{case.id}: {error}") from error
        for verdict in verdicts:
            typer.echo(_line(verdict))
        count[_of_case(verdicts)] += 1
    typer.echo(", ".join(f"{number} {verdict}" for verdict, number in count.items()))
    sys.exit(bool(count[FAILED]))


@simulator.command()
def replay(
    calls: File,
    head_start: Annotated[float, typer.Option(help="Seconds that priority-2 customers get for free")] = 0.0,
) -> None:
    """How often our order picks the recorded call that was really picked; .csv or .csv.gz."""
    opener = gzip.open if calls.suffix == ".gz" else open
    try:
        with opener(calls, "rt", encoding="utf-8", newline="") as lines:
            agreement = bank.replay(bank.read_calls(lines), head_start)
    except (ValueError, gzip.BadGzipFile) as error:
        raise typer.BadParameter(f"{calls}: {error}") from error
    typer.echo(f"{agreement.decisions} decisions, head start {head_start:g} s, the same call: {agreement.share:.4f}")


@simulator.command(name="run")
def run_scenario(
    scenario: File,
    seeds: Seeds = 20,
    scale: Annotated[float, typer.Option(min=0.001, help="So many times the agents and the contacts")] = 1.0,
    json: AsJson = False,
) -> None:
    """Try a scenario file: service levels, waits, occupancy and fairness, each with a 95 % interval."""
    _calm_collector()
    _print(json, rehearse(_read(scenario).scaled(scale), seeds))


def _read(path: Path) -> Scenario:
    try:
        return read_scenario(path.read_text(encoding="utf-8"), str(path))
    except (ScenarioError, UnicodeDecodeError) as error:
        for line in str(error).splitlines():
            typer.echo(f"tandem: {line}", err=True)
        raise typer.Exit(2) from error


def _print(json: bool, *reports: Report) -> None:
    if json:
        typer.echo(msgspec.json.encode(reports if len(reports) > 1 else reports[0]))
    else:
        typer.echo("\n".join(lines_of(*reports)))


def _calm_collector() -> None:
    """A run makes next to no cycles, so looking for them less often saves a tenth of its time."""
    gc.set_threshold(100_000)


def _read_cases(path: Path) -> list[Case]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Case])
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"{path}: {error}") from error


def _of_case(verdicts: Sequence[Verdict]) -> str:
    found = {verdict.verdict for verdict in verdicts}
    return next((verdict for verdict in (FAILED, SKIPPED) if verdict in found), PASSED)


def _line(verdict: Verdict) -> str:
    """Id, figure, expected, got with its 99 % interval, verdict; in columns."""
    expected = verdict.expected if isinstance(verdict.expected, str) else f"{verdict.expected:.5g}"
    got = f"{verdict.got.mean:.5g} ±{verdict.got.half_width:.2g}" if verdict.got else "-"
    return f"{verdict.case:20} {verdict.figure:36} expected {expected:>9}   got {got:22} {verdict.verdict}"
