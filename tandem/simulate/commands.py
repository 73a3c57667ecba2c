"""The commands: they read files for the simulator and print what it found."""

import gc
import gzip
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import typer

from tandem.control.dispatch.outlook import Situation
from tandem.sim import as_recorded, bank, bank_day, bank_wait, erlang, oracle, prediction
from tandem.sim.oracle import FAILED, PASSED, SKIPPED, Case, Verdict
from tandem.sim.reading import ScenarioError, read_change, read_scenario
from tandem.sim.report import Report, compare, lines_of, recorded, rehearse
from tandem.sim.scenario import Scenario
from tandem.sim.staffing import OutOfReachError, least_staff
from tandem.simulate.days import DayError, recorded_day, written
from tandem.simulate.dispatch import foreseen, keep_small
from tandem.store.journal import JournalError

simulator = typer.Typer(no_args_is_help=True, help="Try the router under virtual time.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Seeds = Annotated[int, typer.Option(min=1, help="Independent runs, seeds 1, 2, ...; from 2 on with intervals")]
PerAgent = Annotated[bool, typer.Option("--agents", help="With the figures of every agent; --json always has them")]
Database = Annotated[str, typer.Option(help="Its PostgreSQL server, as TANDEM_DATABASE has it; else SQLite in --home")]
Zone = Annotated[str, typer.Option(help="The clock of --home's days, such as Asia/Shanghai; else this machine's")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON instead of text")]


@simulator.command()
def check(
    cases: File,
    replications: Annotated[int, typer.Option(min=20, help="Independent runs of each case, seeds 1, 2, ...")] = 20,
    contacts: Annotated[int, typer.Option(min=100, help="Contacts in each run, at least")] = 10_000,
    most: Annotated[int, typer.Option(help="Runs of a case whose intervals are still wide, at most")] = 40,
) -> None:
    """Run every case of an oracle file through the router, on all cores; exit code 1 if one failed."""
    known, began = _read_cases(cases), time.monotonic()
    count, spent = dict.fromkeys((PASSED, FAILED, SKIPPED), 0), 0.0
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=_calm_collector) as pool:
        ends = [pool.submit(_check, case, replications, contacts, most) for case in known]
        for case, end in zip(known, ends, strict=True):
            try:
                verdicts, seconds = end.result()
            except msgspec.ValidationError as error:
                pool.shutdown(cancel_futures=True)
                raise typer.BadParameter(f"{case.id}: {error}") from error
            for verdict in verdicts:
                typer.echo(_line(verdict))
            typer.echo(f"{case.id}: {seconds:.1f} s of CPU time", err=True)
            count[_of_case(verdicts)] += 1
            spent += seconds
    typer.echo(f"{spent:.0f} s of CPU time in {time.monotonic() - began:.0f} s", err=True)
    typer.echo(", ".join(f"{number} {verdict}" for verdict, number in count.items()))
    sys.exit(bool(count[FAILED]))


def _check(case: Case, replications: int, contacts: int, most: int) -> tuple[list[Verdict], float]:
    """The verdicts on a case, the same in whichever process it runs, and its CPU time in seconds."""
    began = time.process_time()
    return oracle.check(case, replications, contacts, most), time.process_time() - began


@simulator.command()
def replay(
    calls: File,
    head_start: Annotated[float, typer.Option(help="Seconds that priority-2 customers get for free")] = 0.0,
) -> None:
    """How often our order picks the recorded call that was really picked; .csv or .csv.gz."""
    agreement = bank.replay(_read_calls(calls), head_start)
    typer.echo(f"{agreement.decisions} decisions, head start {head_start:g} s, the same call: {agreement.share:.4f}")


@simulator.command(name="run")
def run_scenario(
    scenario: File,
    seeds: Seeds = 20,
    scale: Annotated[float, typer.Option(min=0.001, help="So many times the agents and the contacts")] = 1.0,
    agents: PerAgent = False,
    json: AsJson = False,
) -> None:
    """Try a scenario file: service levels, waits, occupancy and fairness, each with a 95 % interval."""
    _calm_collector()
    _print(json, rehearse(_read(scenario).scaled(scale), seeds), agents=agents)


@simulator.command(name="day")
def export_day(
    day: Annotated[str, typer.Argument(help="Such as 2026-11-22")],
    home: Annotated[Path, typer.Option(exists=True, file_okay=False, help="The centre's home folder")],
    database: Database = "",
    zone: Zone = "",
    names: Annotated[bool, typer.Option("--names", help="Agents as they are called, not numbers")] = False,
) -> None:
    """Print a recorded day as a scenario file, without numbers and names: to be kept, shared, and tried again."""
    typer.echo(written(_recorded(home, database, day, zone, names=names)), nl=False)


@simulator.command()
def foretell(
    scenario: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="A scenario file")] = None,
    calls: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Recorded calls, .csv or .gz")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Days to foretell")] = 5,
    learning: Annotated[int, typer.Option(min=0, help="Days before them to learn from")] = 5,
) -> None:
    """How well the router foretells waits, beside other predictors: on a scenario, or on recorded calls, of which it
    learns from three days of four."""
    _calm_collector()
    if (scenario is None) == (calls is None):
        raise typer.BadParameter("say a SCENARIO, or --calls FILE")
    if scenario is not None:
        seen = prediction.foretold(_read(scenario), seeds, learning)
        typer.echo("\n".join(prediction.lines_of(prediction.scores(seen))))
        return
    assert calls is not None
    try:
        found = bank_wait.score(_read_calls(calls))
    except ValueError as error:
        raise typer.BadParameter(f"{calls}: {error}") from error
    typer.echo("\n".join(bank_wait.lines_of(found)))


@simulator.command()
def whatif(
    day: Annotated[str, typer.Argument(help="A scenario file, or a day (2026-11-22) of --home or --calls")],
    change: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="What is different, as in a scenario")],
    home: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="The centre's home folder")] = None,
    database: Database = "",
    zone: Zone = "",
    calls: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Recorded calls, .csv or .gz")] = None,
    seeds: Seeds = 20,
    agents: PerAgent = False,
    json: AsJson = False,
) -> None:
    """A day beside the same day under another plan, staffing or rule."""
    _calm_collector()
    if home is not None:
        base = _recorded(home, database, day, zone, names=True)
    elif calls is None:
        base = _read(Path(day))
    else:
        that_day = [call for call in _read_calls(calls) if call.date == day]
        if not any(call.outcome == bank.SERVED for call in that_day):
            raise typer.BadParameter(f"{calls} has no call of {day} that was served")
        base = bank_day.scenario_of(that_day)
    known = as_recorded.figures_of(base)
    changed = _understood(lambda: read_change(change.read_text(encoding="utf-8"), str(change), base))
    _print(json, *([recorded(known)] if known else []), *compare(base, changed, seeds), agents=agents)


@simulator.command(name="dispatch")
def foresee(
    home: Annotated[Path, typer.Option(exists=True, file_okay=False, help="The centre's home folder")],
    database: Database = "",
) -> None:
    """The rest of the day for the controller, which starts this: how the floor is as JSON on the input, forecast, staff
    and proposals as JSON on the output."""
    _calm_collector()
    keep_small()
    try:
        situation = msgspec.json.decode(sys.stdin.buffer.read(), type=Situation)
        typer.echo(msgspec.json.encode(foreseen(home, situation, database)))
    except (DayError, msgspec.DecodeError, ZoneInfoNotFoundError) as error:
        typer.echo(f"tandem: {error}", err=True)
        raise typer.Exit(2) from error


@simulator.command()
def staff(
    load: Annotated[float | None, typer.Option(min=0.001, help="Contacts an hour")] = None,
    handling: Annotated[float, typer.Option(min=0.1, help="Seconds a contact takes an agent, with wrap-up")] = 180.0,
    patience: Annotated[float, typer.Option(min=0.1, help="Seconds after which those who wait give up")] = 180.0,
    target: Annotated[float, typer.Option(min=0.0, max=0.9999, help="Answered in time / offered")] = 0.8,
    within: Annotated[float, typer.Option(min=0.0, help="Seconds that are in time, with --load")] = 20.0,
    scenario: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Several skills: simulate")] = None,
    seeds: Seeds = 5,
) -> None:
    """The least agents that hold a service level: by Erlang A and C, or of each group of a scenario by simulation."""
    if (load is None) == (scenario is None):
        raise typer.BadParameter("say --load, or --scenario FILE")
    if load is not None:
        typer.echo("\n".join(_by_formula(erlang.Queue(load / 3600, handling, patience), target, within)))
        return
    assert scenario is not None
    _calm_collector()
    try:
        found, report = least_staff(_read(scenario), target, seeds)
    except OutOfReachError as error:
        raise typer.BadParameter(str(error)) from error
    for name, group in found.groups.items():
        typer.echo(f"{group.count:5} {name}")
    typer.echo(f"{sum(group.count for group in found.groups.values()):5} together; what they do:\n")
    _print(False, report)


def _by_formula(queue: erlang.Queue, target: float, within: float) -> list[str]:
    """One line for the least agents of each model, and one for one agent less."""
    lines = [f"{'model':10}{'agents':>8}{'in time':>10}{'mean wait':>12}{'abandoned':>11}{'occupancy':>11}"]
    models: tuple[tuple[str, erlang.Model], ...] = (("Erlang A", erlang.erlang_a), ("Erlang C", erlang.erlang_c))
    for name, model in models:
        least = erlang.least_agents(model, queue, target, within)
        for level in (model(queue, least.agents - 1, within), least) if least.agents > 1 else (least,):
            lines.append(
                f"{name:10}{level.agents:8}{level.level:10.1%}{level.wait:10.1f} s"
                f"{level.abandonment:11.1%}{level.occupancy:11.1%}"
            )
    return lines


def _recorded(home: Path, database: str, day: str, zone: str, *, names: bool) -> Scenario:
    try:
        return recorded_day(home, day, zone, names=names, database=database)
    except (DayError, JournalError) as error:
        raise typer.BadParameter(str(error)) from error
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise typer.BadParameter(f"{error}: a day is written as 2026-11-22, a zone as Asia/Shanghai") from error


def _read_calls(path: Path) -> list[bank.BankCall]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", newline="") as lines:
            return bank.read_calls(lines)
    except (ValueError, gzip.BadGzipFile) as error:
        raise typer.BadParameter(f"{path}: {error}") from error


def _read(path: Path) -> Scenario:
    if not path.is_file():
        raise typer.BadParameter(f"there is no file {path}; a recorded day needs --home FOLDER or --calls FILE too")
    return _understood(lambda: read_scenario(path.read_text(encoding="utf-8"), str(path)))


def _understood(reading: Callable[[], Scenario]) -> Scenario:
    """What was read; the end of the program, with every problem on a line of its own, when it can't be used."""
    try:
        return reading()
    except (ScenarioError, UnicodeDecodeError) as error:
        for line in str(error).splitlines():
            typer.echo(f"tandem: {line}", err=True)
        raise typer.Exit(2) from error


def _print(json: bool, *reports: Report, agents: bool = False) -> None:
    if json:
        typer.echo(msgspec.json.encode(reports if len(reports) > 1 else reports[0]))
    else:
        typer.echo("\n".join(lines_of(*reports, agents=agents)))


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
