"""The command `tandem settings`: queues, people, plans and the rest, changed while calls run."""

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tandem.service.admin_client import ask, login, tell_problems, when
from tandem.service.centre import text_of

settings_commands = typer.Typer(no_args_is_help=True, help="Check, compare and change the settings while calls run.")

Author = Annotated[str, typer.Option(help="Who does it; by default your login")]
Note = Annotated[str, typer.Option("--note", "-m", help="What it is about, for those who look back")]
On = Annotated[int | None, typer.Option(help="The version it was made on: refused when another is in force by now")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs")]
File = Annotated[Path, typer.Argument(help="A centre file", exists=True, dir_okay=False)]
Side = Annotated[str, typer.Argument(help="A version's number or a centre file")]
Wish = dict[str, Any]


@settings_commands.command()
def check(file: File, json: AsJson = False) -> None:
    """Tell all that is wrong or odd with a centre file, and what it would change; exit code 1 if something is wrong."""
    told = ask("POST", "/settings/check", _written(file))
    if json:
        typer.echo(msgspec.json.encode(told))
    else:
        tell_problems(told["findings"])
        _tell_changes([change["words"] for change in told["changes"]])
    sys.exit(any(finding["severity"] == "error" for finding in told["findings"]))


@settings_commands.command()
def diff(old: Side = "", new: Side = "", json: AsJson = False) -> None:
    """Tell field by field what is different: from the version in force to A, or from A to B."""
    first, second = (old, new) if new else ("", old)
    if not second:
        raise typer.BadParameter("name a centre file or a version's number")
    if first and not first.isdecimal():
        raise typer.BadParameter(f"{first} must be a version's number: a file is compared with a version")
    wish: Wish = {"old": int(first)} if first else {}
    wish |= {"new": int(second)} if second.isdecimal() else _written(Path(second))
    told = ask("POST", "/settings/diff", wish)["changes"]
    if json:
        typer.echo(msgspec.json.encode(told))
    else:
        _tell_changes([change["words"] for change in told])


@settings_commands.command()
def apply(file: File, author: Author = "", note: Note = "", on: On = None, json: AsJson = False) -> None:
    """Bring a centre file into force, for everything that happens from now on. Exit code 1: nothing was changed."""
    wish = _written(file) | {"author": author or login(), "note": note}
    _tell_applied(ask("PUT", "/settings", wish, json, on=on), json)


@settings_commands.command()
def history(json: AsJson = False) -> None:
    """Tell what was in force when, by whose doing, and what it changed; the newest first."""
    told = ask("GET", "/settings/history")
    if json:
        typer.echo(msgspec.json.encode(told))
        return
    for change in told:
        note = f": {change['note']}" if change["note"] else ""
        what = change["what"].replace("_", " ")
        typer.echo(f"{change['number']:>4}  {what}, {when(change['at'])}  {change['author']}{note}")
        for words in change["changes"]:
            typer.echo(f"      {words}")


@settings_commands.command()
def rollback(
    number: Annotated[int | None, typer.Argument(help="The version; without it, the one in force before")] = None,
    author: Author = "",
    note: Note = "",
    on: On = None,
    json: AsJson = False,
) -> None:
    """Bring an earlier version into force again."""
    wish = {"number": number, "author": author or login(), "note": note}
    _tell_applied(ask("POST", "/settings/rollback", wish, json, on=on), json)


@settings_commands.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; - for standard output")] = Path("-"),
    version: Annotated[int | None, typer.Option(help="Which; without it, the one in force")] = None,
) -> None:
    """Write the settings as a centre file."""
    which = f"?version={version}" if version else ""
    told = ask("GET", f"/settings/export{which}", raw=True)
    if str(file) == "-":
        sys.stdout.buffer.write(told)
    else:
        file.write_bytes(told)
        typer.echo(f"written to {file}")


def _written(file: Path) -> Wish:
    return {"source": text_of(file), "file": str(file)}


def _tell_changes(words: list[str]) -> None:
    typer.echo("\n".join(words) or "no change")


def _tell_applied(told: Wish, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.encode(told))
        return
    for line in [*told["warnings"], *told["changes"]]:
        typer.echo(line)
    typer.echo(f"version {told['version']} is in force" + (", as before" if told["unchanged"] else ""))
