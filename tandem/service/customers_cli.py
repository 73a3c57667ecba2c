"""The command `tandem customers`, which asks the running controller: it knows who is on the line."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import aiohttp
import msgspec
import typer

from tandem.service.admin_client import when
from tandem.service.config import ConfigError, load_config
from tandem.service.credentials import load_credentials
from tandem.store.report import to_table

CHUNK = 64 * 1024
customers_commands = typer.Typer(no_args_is_help=True, help="Who calls and writes: in, out, shown and erased.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs")]
Who = Annotated[str, typer.Argument(help="Their id, or a part of their name, number or address")]


@customers_commands.command(name="import")
def take_in(
    file: Annotated[Path, typer.Argument(help="A CSV whose first line names the columns", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option(help="Only tell what would come of it")] = False,
    json: AsJson = False,
) -> None:
    """Take in customers; who is known is changed. Exit code 1 when a line was wrong: all others are taken."""
    report = asyncio.run(_upload(file, dry_run))
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        for problem in report["problems"]:
            field = f"{problem['field']}: " if problem["field"] else ""
            typer.echo(f"{file}:{problem['line']}: {field}{problem['text']}")
        counts = ", ".join(f"{name} {report[name]}" for name in ("created", "changed", "unchanged", "refused"))
        typer.echo(f"{report['lines']} lines{' (nothing was written)' if dry_run else ''}: {counts}")
    sys.exit(bool(report["refused"]))


@customers_commands.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; - for standard output")] = Path("-"),
) -> None:
    """Write all customers as CSV."""
    asyncio.run(_download(file))


@customers_commands.command()
def show(who: Who, json: AsJson = False) -> None:
    """Tell who somebody is, and what they had to do with the centre."""
    person, history = asyncio.run(_look(who))
    if json:
        typer.echo(msgspec.json.encode(person | {"history": history}))
        return
    for name in ("customer", "name", "tier", "language", "notes"):
        typer.echo(f"{name:10} {person[name]}".rstrip())
    typer.echo(f"{'tags':10} {', '.join(person['tags'])}".rstrip())
    for known_by in person["identities"]:
        typer.echo(f"{known_by['kind']:10} {known_by['value']}")
    columns = ("at", "channel", "queue", "agent", "outcome", "contact")
    rows = [[when(entry["at"]), *(entry[name] for name in columns[1:])] for entry in history]
    typer.echo(to_table(columns, rows), nl=False)


@customers_commands.command()
def erase(
    customer: Annotated[str, typer.Argument(help="Their id, as `tandem customers show` tells it")],
    yes: Annotated[bool, typer.Option(help="Don't ask")] = False,
) -> None:
    """Erase a customer, and what is personal in all that was recorded of them. It can't be undone."""
    if not yes:
        typer.confirm(f"Erase customer {customer} for good?", abort=True)
    erased = asyncio.run(_told("DELETE", f"/customers/{quote(customer, safe='')}"))
    for what, count in erased.items():
        typer.echo(f"{what:14} {count}")
    typer.echo("The journal forgets their number within a week.")


async def _upload(file: Path, dry_run: bool) -> Any:
    with file.open("rb") as data:
        return await _told("POST", f"/customers/import{'?dry_run=1' if dry_run else ''}", data)


async def _download(file: Path) -> None:
    async with _asked("POST", "/customers/export") as answer:
        out = sys.stdout.buffer if str(file) == "-" else file.open("wb")
        try:
            async for part in answer.content.iter_chunked(CHUNK):
                out.write(part)
        finally:
            out.flush() if out is sys.stdout.buffer else out.close()


async def _look(who: str) -> tuple[Any, Any]:
    found = await _told("GET", f"/customers?q={quote(who, safe='')}")
    if len(found) > 1:
        raise ConfigError([f"{one['customer']}  {one['name']}" for one in found] + ["which one? name the id"])
    name = found[0]["customer"] if found else quote(who, safe="")
    return await _told("GET", f"/customers/{name}"), await _told("GET", f"/customers/{name}/history")


async def _told(method: str, path: str, data: Any = None) -> Any:
    async with _asked(method, path, data) as answer:
        return await answer.json()


@asynccontextmanager
async def _asked(method: str, path: str, data: Any = None) -> AsyncIterator[aiohttp.ClientResponse]:
    """The controller's answer; ConfigError for what it refuses, or when none runs."""
    config = load_config()
    headers = {"Authorization": f"Bearer {load_credentials(config.home).http_token}"}
    patience = aiohttp.ClientTimeout(total=None, sock_connect=10)
    async with aiohttp.ClientSession(headers=headers, timeout=patience) as session:
        try:
            async with session.request(method, config.web_url + path, data=data, ssl=config.trust()) as answer:
                if answer.status >= 400:
                    raise ConfigError(_refusal(await answer.json()))
                yield answer
        except aiohttp.ClientConnectorError:
            raise ConfigError([f"no controller serves at {config.web_url}: start one with tandem run"]) from None


def _refusal(told: Any) -> list[str]:
    problems = [f"line {one['line']}: {one['field']}: {one['text']}" for one in told.get("problems", [])]
    return [*problems, told["error"]["message"]]
