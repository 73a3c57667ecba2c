"""The commands of `tandem flow` that publish: drafts, versions, trials."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tandem.cti.flows_api import NAME
from tandem.service.admin_client import ask, login, tell_problems, when
from tandem.service.flow_files import TESTS, sources_in

Author = Annotated[str, typer.Option(help="Who does it; by default your login")]
Message = Annotated[str, typer.Option("--message", "-m", help="What it is about, for those who look back")]
FlowName = Annotated[str, typer.Argument(help="The flow's name")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs")]
Wish = dict[str, Any]

canary_commands = typer.Typer(no_args_is_help=True, help="Try a version on some of the callers.")


def add_to(commands: typer.Typer) -> typer.Typer:
    """`commands` with those of this file."""
    for command in (draft, publish, versions, show, diff, rollback, export):
        commands.command()(command)
    commands.command(name="import")(import_)
    commands.add_typer(canary_commands, name="canary")
    return commands


def draft(
    place: Annotated[
        str, typer.Argument(help="A flow's file to keep as its draft, or a flow's name to print its draft")
    ],
    drop: Annotated[bool, typer.Option(help="Forget the draft of this flow")] = False,
    author: Author = "",
    message: Message = "",
) -> None:
    """Keep a flow that is being worked at, right or not; say what keeps it from being published."""
    if drop:
        _say(ask("DELETE", f"/flows/{_name(place)}/draft"))
    elif Path(place).is_file():
        for name, source in _written(place).items():
            wish = source | {"author": author or login(), "message": message}
            tell_problems(ask("PUT", f"/flows/{name}/draft", wish)["problems"])
            typer.echo(f"the draft of {name} is kept; tandem flow publish {name} brings it into force")
    else:
        typer.echo(ask("GET", f"/flows/{_name(place)}/draft")["source"], nl=False)


def publish(
    places: Annotated[list[str], typer.Argument(help="Flows' files, folders of flows, or names of flows with a draft")],
    author: Author = "",
    message: Message = "",
    force: Annotated[str, typer.Option(help="Why, although tests fail or queues are not served")] = "",
    json: AsJson = False,
) -> None:
    """Prove flows and bring them into force together, for calls that begin from now on. Exit code 1: nothing is."""
    sources: dict[str, Wish] = {}
    for place in filter(_is_place, places):
        sources |= _written(place)
    drafts = [_name(place) for place in places if not _is_place(place)]
    wish = {"flows": sources, "drafts": drafts, "author": author or login(), "message": message, "force": force}
    _say_published(ask("POST", "/flows", wish, json), json)


def versions(
    flow: Annotated[str, typer.Argument(help="A flow's name; all flows without it")] = "", json: AsJson = False
) -> None:
    """List the flows with what is in force; or the versions of one, and what was in force when, by whose doing."""
    if not flow:
        told = ask("GET", "/flows")
        lines = [_overview_line(each) for each in told]
    else:
        told = ask("GET", f"/flows/{flow}")
        lines = [f"{each['number']:>4}  {each['version']}  {_by(each)}" for each in told["versions"]]
        lines += ["in force:", *(_publication_line(each) for each in told["publications"])]
    typer.echo(_json(told) if json else "\n".join(lines) or "no flows are kept yet; tandem flow publish FOLDER")


def show(flow: FlowName, number: Annotated[int, typer.Argument(help="The version's number")]) -> None:
    """Print a version, to the byte."""
    _write(ask("GET", f"/flows/{flow}/versions/{number}")["source"].encode())


def diff(
    flow: FlowName,
    old: Annotated[str, typer.Argument(help="A version's number; without it, the version in force")] = "",
    new: Annotated[str, typer.Argument(help="A version's number, or draft")] = "draft",
    json: AsJson = False,
) -> None:
    """Tell what is different, line by line and node by node."""
    told = ask("GET", f"/flows/{flow}/diff?from={old}&to={new}")
    if json:
        typer.echo(_json(told))
        return
    typer.echo(told.pop("text"), nl=False)
    for section, changes in told.items():
        for how, names in changes.items():
            if names:
                typer.echo(f"{section} {how}: {', '.join(names)}")


def rollback(
    flow: FlowName,
    to: Annotated[int | None, typer.Option(help="The version's number; without it, the one in force before")] = None,
    author: Author = "",
    message: Message = "",
) -> None:
    """Bring an earlier version into force again, just as it was."""
    wish = {"author": author or login(), "number": to, "message": message}
    _say_published(ask("POST", f"/flows/{flow}/rollback", wish))


def export(file: Annotated[Path, typer.Argument(help="The file to write; - for standard output")]) -> None:
    """Write all versions, drafts and what was in force into one file."""
    told = ask("GET", "/flows/export", raw=True)
    if str(file) == "-":
        _write(told)
    else:
        file.write_bytes(told)
        typer.echo(f"{len(told.splitlines()) - 1} versions, publications and drafts are in {file}")


def import_(file: Annotated[Path, typer.Argument(help="An export", exists=True, dir_okay=False)]) -> None:
    """Take in an export, all of it or nothing, and bring into force what it says is."""
    for each in ask("POST", "/flows/import", file.read_bytes()):
        typer.echo(_overview_line(each))


@canary_commands.command(name="start")
def start_canary(
    place: Annotated[str, typer.Argument(help="A flow's file (with the sub-flows beside it), or the name of a flow")],
    percent: Annotated[float, typer.Option(help="How many of a hundred callers get it: more than 0, less than 100")],
    version: Annotated[int | None, typer.Option(help="Of a named flow, this version instead of its draft")] = None,
    containment: Annotated[float, typer.Option(help="How much lower the share of contained calls may be")] = 0.05,
    abandonment: Annotated[float, typer.Option(help="How much higher the share of abandoned calls may be")] = 0.05,
    errors: Annotated[float, typer.Option(help="How much higher the share of calls with a fault may be")] = 0.02,
    enough: Annotated[int, typer.Option(help="Calls on each side before, and between, two comparisons")] = 100,
    author: Author = "",
    message: Message = "",
) -> None:
    """Prove a version and give it to some of the callers; it ends by itself when it is surely worse."""
    margins = {"containment": containment, "abandonment": abandonment, "errors": errors, "enough": enough}
    wish: Wish = {"author": author or login(), "message": message, "percent": percent, "number": version, **margins}
    if Path(place).is_file():
        name, wish["flows"] = Path(place).stem, _written(Path(place).parent)
    else:
        name = _name(place)
    started = ask("POST", f"/flows/{name}/canary", wish)["started"]
    typer.echo(f"version {started['number']} of {name} is on trial with {percent:g} % of the callers")


@canary_commands.command(name="status")
def canary_status(flow: FlowName, json: AsJson = False) -> None:
    """Tell the figures of the trial that is on, and what became of the earlier ones."""
    told = ask("GET", f"/flows/{flow}/canary")
    if json:
        typer.echo(_json(told))
        return
    if running := told["running"]:
        told_of = f"{running['version']} with {running['percent']:g} % of the callers"
        typer.echo(f"on trial: {told_of}, {when(running['since'])}  {running['author']}")
        typer.echo(_tally("new", running["new"]))
        typer.echo(_tally("old", running["old"]))
    for each in told["earlier"]:
        why = f": {each['reason']}" if each["reason"] else ""
        typer.echo(f"{when(each['started_at'])}  {each['version']}  {each['outcome']} {each['ended_by']}{why}")


@canary_commands.command(name="stop")
def stop_canary(flow: FlowName, author: Author = "") -> None:
    """End the trial: all new calls get the version in force."""
    _say(ask("DELETE", f"/flows/{flow}/canary", {"author": author or login()}))


@canary_commands.command(name="promote")
def promote_canary(flow: FlowName, author: Author = "", message: Message = "") -> None:
    """Publish the version on trial."""
    _say_published(ask("POST", f"/flows/{flow}/canary/promote", {"author": author or login(), "message": message}))


# --- telling -----------------------------------------------------------------------------------------------------


def _say(told: Wish) -> None:
    typer.echo(", ".join(f"{what}: {value}" for what, value in told.items()))


def _say_published(told: Wish, json: bool = False) -> None:
    lines = []
    for each in told["published"]:
        lines.append(f"{each['flow']}: version {each['number']} is {each['what'].replace('_', ' ')}")
        lines += [f"  although {problem}" for problem in each["problems"]]
    lines += [f"{flow}: unchanged" for flow in told["unchanged"]]
    typer.echo(_json(told) if json else "\n".join(lines))


def _overview_line(each: Wish) -> str:
    current, draft = each["in_force"], each["draft"]
    told = f"{each['flow']}: " + (f"version {current['number']}, {_by(current)}" if current else "not in force")
    told += f"; draft by {draft['author']}, {when(draft['at'])}" if draft else ""
    return told + (f"; {each['canary']['version']} is on trial" if each["canary"] else "")


def _publication_line(each: Wish) -> str:
    forced = f"; forced: {each['forced']}" if each["forced"] else ""
    return f"{each['number']:>4}  {each['what'].replace('_', ' ')}, {_by(each)}{forced}"


def _by(each: Wish) -> str:
    return f"{when(each['at'])}  {each['author']}{': ' if each['message'] else ''}{each['message']}"


def _tally(side: str, tally: Wish) -> str:
    shares = f"{tally['contained']} contained, {tally['abandoned']} abandoned, {tally['faulty']} with a fault"
    return f"  {side}: {tally['calls']} calls, {shares}"


def _json(told: object) -> str:
    return msgspec.json.encode(told).decode()


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)


def _written(place: str | Path) -> dict[str, Wish]:
    """The flows there; those without a folder of tests beside them keep the tests that are in force."""
    folder = Path(place) if Path(place).is_dir() else Path(place).parent
    sources = sources_in(Path(place))
    if (folder / TESTS).is_dir():
        return {name: msgspec.to_builtins(each) for name, each in sources.items()}
    return {name: {"source": each.source} for name, each in sources.items()}


def _is_place(place: str) -> bool:
    return Path(place).exists()


def _name(place: str) -> str:
    if not re.fullmatch(NAME, place):
        raise typer.BadParameter(f"there is no file {place}, and a flow's name has small letters, digits and _ only")
    return place
