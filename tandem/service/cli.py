"""The command `tandem`."""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import aiohttp
import structlog
import typer
import uvloop

from tandem.acd.words import Language
from tandem.control import wire
from tandem.control.callback import asking
from tandem.ivr import standard
from tandem.ivr.problems import FlowErrors
from tandem.ivr.speech import prompts
from tandem.service import history
from tandem.service.app import controller
from tandem.service.backup import BackupError, back_up, places_of, restore
from tandem.service.centre import CentreError
from tandem.service.config import Config, ConfigError, check_home, check_ports, load_config
from tandem.service.credentials import load_credentials
from tandem.service.customers_cli import customers_commands
from tandem.service.flow_cli import flow_commands
from tandem.service.flow_files import flows_of
from tandem.service.flow_versions_cli import add_to
from tandem.service.journals import read_journal
from tandem.service.limits import allow_all_files
from tandem.service.openapi_cli import openapi
from tandem.service.secrets import write_secret
from tandem.service.settings_cli import settings_commands
from tandem.service.setup import set_up
from tandem.service.supervisor import StartFailedError, Supervisor
from tandem.service.tasks import spawn
from tandem.service.users import user_commands, welcome_admin
from tandem.store.database import AsyncEngine, RecordsError, Where, open_readers
from tandem.store.journal import JournalError
from tandem.store.lease import LeaseLostError
from tandem.store.queries import check_balance
from tandem.store.report import report as make_report
from tandem.store.users import UserStoreError
from tandem.telephony.provision.install import AsteriskMissingError
from tandem.telephony.provision.process import AsteriskFailedError
from tandem.telephony.speech.synthesiser import SpeechFailedError

EXPECTED = (
    AsteriskFailedError,
    AsteriskMissingError,
    BackupError,
    CentreError,
    ConfigError,
    FlowErrors,
    JournalError,
    RecordsError,
    SpeechFailedError,
    StartFailedError,
    UserStoreError,
    history.HistoryError,
)
"""Errors whose text says what to do; anything else is ours and shows where it happened."""

FENCED = 3
"""The exit code of a controller that another one has taken the lease from."""

log = structlog.get_logger()
Result = TypeVar("Result")
cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(add_to(flow_commands), name="flow")
cli.add_typer(settings_commands, name="settings")
secret_commands = typer.Typer(no_args_is_help=True, help="Secrets for the services that flows ask.")
cli.add_typer(secret_commands, name="secret")
cli.add_typer(user_commands, name="user")
cli.add_typer(customers_commands, name="customers")
cli.command()(openapi)


def main() -> None:
    """Run the command line; expected errors are one line each and exit code 1."""
    try:
        cli()
    except EXPECTED as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def fail(text: str) -> NoReturn:
    """Say what is wrong and end."""
    for line in text.splitlines():
        print(f"tandem: {line}", file=sys.stderr)  # noqa: T201
    sys.exit(1)


@cli.command()
def setup() -> None:
    """Get Asterisk, music and prompts ready; what is there is left alone."""
    config = load_config()
    own = [utterance for flow in flows_of(config.flows) for utterance in prompts(flow)]
    set_up(config, [*own, *standard.prompts(), *asking.prompts()], typer.echo)


@cli.command()
def run() -> None:
    """Start Asterisk and the controller, keep both running, and stop both at Ctrl-C. At SIGHUP the controller alone is
    started again, as after an upgrade: calls go on."""
    config = load_config()
    log_to(config)
    uvloop.run(_run(config))


@cli.command(name="controller")
def controller_command() -> None:
    """Run the controller alone, in the foreground; Asterisk is looked after by somebody else."""
    config = load_config()
    log_to(config)
    check_ports(config, ("agi_port", "http_port"))
    sys.exit(uvloop.run(_control(config)))


@secret_commands.command(name="set")
def set_secret(name: Annotated[str, typer.Argument(help="As in {secret:NAME} and signed_with")]) -> None:
    """Keep a secret for services: typed (not shown), or piped in."""
    secret = typer.prompt("secret", hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    config = load_config()
    check_home(config)
    typer.echo(f"kept in {write_secret(config, name, secret)}, which only you may read")


@cli.command()
def report(
    name: Annotated[
        str,
        typer.Argument(
            help="intervals, contacts, agents, survey, callbacks, callback-list, calibration, links or alarms"
        ),
    ] = "intervals",
    hours: Annotated[float, typer.Option(help="How far back")] = 24.0,
    csv: Annotated[bool, typer.Option(help="As CSV instead of a table")] = False,
) -> None:
    """Print what happened: quarter-hours by queue, contacts, agents' time, survey answers, links."""
    now = time.time()
    typer.echo(_ask_records(lambda records: make_report(records, name, now - hours * 3600, now, as_csv=csv)))


@cli.command()
def balance(hours: Annotated[float, typer.Option(help="How far back")] = 24.0) -> None:
    """Check that every quarter-hour balances, by counting the waits again; exit code 1 if one does not."""
    now = time.time()
    differences = _ask_records(lambda records: check_balance(records, now - hours * 3600, now))
    for difference in differences:
        typer.echo(str(difference))
    typer.echo("every quarter-hour balances" if not differences else f"{len(differences)} differences")
    sys.exit(bool(differences))


@cli.command()
def why(
    call: Annotated[str, typer.Argument(help="The call's id, as in `tandem report contacts`")],
    language: Annotated[Language, typer.Option(help="The language of the reasons")] = "en",
) -> None:
    """Tell a call's life and the reason of every decision on it, and of every wait."""
    for at, text in history.why(read_journal(load_config()), call, time.time(), language):
        typer.echo(f"{_clock(at)}  {text}")


@cli.command()
def replay(
    first: Annotated[int, typer.Argument(help="Number of the first journal entry")] = 1,
    last: Annotated[int | None, typer.Argument(help="Number of the last one")] = None,
) -> None:
    """Show the commands of a stretch of the journal again; exit code 1 if they differ from the run's."""
    differing = 0
    for step in history.replay_stretch(read_journal(load_config()), first, last):
        entry = step.entry
        typer.echo(f"{entry.seq} {_clock(entry.at)} {entry.event.decode()}")
        for command in step.commands:
            typer.echo(f"    {wire.show(command)}")
        if not step.same:
            differing += 1
            typer.echo("    DIFFERS from what was decided then")
    sys.exit(bool(differing))


@cli.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The new file, such as /backup/tandem-2026-11-22.tar.gz")],
) -> None:
    """Write all that is kept into one file, while calls run. Secrets and customers are in it: keep it as safely."""
    config = load_config()
    manifest = back_up(places_of(config), target, time.time())
    typer.echo(f"{target}: {len(manifest.files)} files, {target.stat().st_size:,} bytes, which only you may read")


@cli.command(name="restore")
def restore_command(source: Annotated[Path, typer.Argument(help="A file that tandem backup wrote")]) -> None:
    """Put a backup back, into a home folder without journal and records, before Tandem is started there."""
    config = load_config()
    check_home(config)
    manifest = restore(places_of(config), source)
    typer.echo(f"restored {len(manifest.files)} files, as they were at {_clock(manifest.taken_at)}: start Tandem now")


@cli.command()
def agent(
    name: Annotated[str, typer.Argument(help="The agent, such as 1001")],
    verb: Annotated[str, typer.Argument(help="sign-in, sign-out, ready, pause, extend or release")],
    reason: Annotated[str, typer.Option(help="Why, for a pause")] = "",
    by: Annotated[str, typer.Option(help="The supervisor who forces it: sign-out, ready or pause")] = "",
    after_contact: Annotated[bool, typer.Option(help="Not before the contact that is offered is over")] = False,
    seconds: Annotated[float, typer.Option(help="Of wrap-up, to extend it by")] = 0.0,
) -> None:
    """Sign an agent in or out, make them ready, pause them, extend their wrap-up, or release who they talk with."""
    config = load_config()
    url = f"{config.web_url}/agents/{name}/{verb}"
    given = {"reason": reason, "by": by, "after_contact": after_contact, "seconds": seconds}
    wish = {name: value for name, value in given.items() if value}

    async def tell() -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {load_credentials(config.home).http_token}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json=wish, ssl=config.trust()) as answer,
        ):
            return answer.status, await answer.text()

    status, text = asyncio.run(tell())
    typer.echo(text)
    sys.exit(status >= 400)


def log_to(config: Config) -> None:
    """Log lines on standard error, from the configured level up."""
    levels = {"debug": 10, "info": 20, "warning": 30, "error": 40}
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(levels[config.log_level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def on_signals(end: Callable[[], object]) -> None:
    """Call `end` at Ctrl-C and at a polite request to stop."""
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, end)


async def until_stopped(work: Coroutine[Any, Any, Result]) -> Result | None:
    """Run `work` until it ends by itself, or somebody wants to stop (then None)."""
    task = asyncio.ensure_future(work)
    on_signals(task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return None


async def _run(config: Config) -> None:
    supervisor = Supervisor(config)

    started = asyncio.Event()

    async def restart() -> None:
        await started.wait()  # one that is just starting may be of the old program
        await supervisor.restart_controller()

    async def serve() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: spawn(restart(), "restart"))
        await welcome_admin(config, typer.echo)
        await supervisor.start()
        started.set()
        ports = f"SIP on port {config.port('sip_port')}, HTTP on port {config.port('http_port')}"
        typer.echo(f"Tandem serves on {config.host}: {ports}")
        await supervisor.watch()

    try:
        await until_stopped(serve())
    finally:
        await supervisor.stop()


async def _control(config: Config) -> int:
    allow_all_files()
    ended = await until_stopped(_in_charge(config))
    return 0 if ended is None else ended


async def _in_charge(config: Config) -> int:
    """Run a controller until it can't go on; returns the exit code, and says why."""
    async with controller(config) as running:
        tasks = [task for task in (running.loop, running.keeping) if task]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        error = next(iter(done)).exception()
        log.error("this controller ends", reason=str(error) or repr(error))
        return FENCED if isinstance(error, LeaseLostError) else 1


def _ask_records(question: Callable[[AsyncEngine], Awaitable[Result]]) -> Result:
    """What the records answer; ConfigError when there are none."""
    where = _existing(load_config().records)

    async def ask() -> Result:
        database = open_readers(where)
        try:
            return await question(database)
        finally:
            await database.dispose()

    return asyncio.run(ask())


def _existing(where: Where) -> Where:
    if isinstance(where, Path) and not where.exists():
        raise ConfigError([f"there are no records at {where} yet: nothing has run"])
    return where


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%F %T.%f")[:-3]
