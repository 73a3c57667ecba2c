"""The command `tandem flow`: what an admin does with flows before they are published."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from ruamel.yaml import YAML

from tandem.acd.matching import meets
from tandem.acd.plan import widest
from tandem.acd.settings import Settings
from tandem.control.destinations import destination
from tandem.control.settings import OfferSettings
from tandem.control.settings import Settings as CentreSettings
from tandem.ivr.flow import Flow
from tandem.ivr.lint import outside, queues
from tandem.ivr.problems import Finding, FlowErrors, Problem
from tandem.ivr.reader import Check, nothing_more
from tandem.ivr.rehearsal import Given, Rehearsal, RehearsalError
from tandem.ivr.schema import flow_schema
from tandem.ivr.trials import Failure, Trials, TrialsError, as_trial, read_trials, run
from tandem.ivr.values import OtherWay
from tandem.ivr.yaml_tree import Tree
from tandem.said import Said, said
from tandem.service.centre import read_centre
from tandem.service.flow_files import TESTS, flow_files_in, read_file

flow_commands = typer.Typer(no_args_is_help=True, help="Check, test and walk flows.")

Place = Annotated[Path, typer.Argument(help="A flow, or a folder of flows", exists=True)]
AsJson = Annotated[bool, typer.Option("--json", help="For programs")]


@flow_commands.command()
def lint(
    place: Place = Path("flows"),
    json: AsJson = False,
    centre: Annotated[Path | None, typer.Option(help="The centre file, to check against", exists=True)] = None,
) -> None:
    """Tell all that is wrong with flows; exit code 1 if something is."""
    check = centre_check(read_centre(centre)) if centre else nothing_more
    problems: list[Problem] = []
    files = _yaml_files(place)
    for file in files:
        try:
            read_file(file, check)
        except FlowErrors as errors:
            problems += errors.problems
    _report(problems, json, f"{len(files)} flows, nothing wrong")


@flow_commands.command()
def test(place: Place = Path("flows"), json: AsJson = False) -> None:
    """Run the flow tests of a folder of flows, or of one file of tests; exit code 1 if one fails."""
    failures: list[Failure] = []
    count = 0
    for file in _yaml_files(place / TESTS if place.is_dir() else place):
        trials, tree = _trials(file)
        count += len(trials.tests)
        failures += run(trials, tree, str(file), read_file(flow_of(file, trials)))
    _report(failures, json, f"{count} tests, all as they shall")


@flow_commands.command()
def walk(
    flow: Annotated[Path, typer.Argument(help="The flow", exists=True, dir_okay=False)],
    caller: Annotated[str, typer.Option(help="The caller's number")] = "",
    tier: Annotated[str, typer.Option(help="The caller's tier")] = "",
    language: Annotated[str, typer.Option(help="The caller's language")] = "",
    time: Annotated[str, typer.Option(help="When, with its offset")] = Given().time,
    face: Annotated[str, typer.Option(help="How the flow is met: voice, page, chat or guide")] = "voice",
    write: Annotated[Path | None, typer.Option(help="A file of flow tests to add the walk to")] = None,
    name: Annotated[str, typer.Option(help="The name of that test")] = "a walk",
) -> None:
    """Walk a flow as a caller: type keys, an empty line for silence, `wait 60` or `served` in a queue, `submit day=...`
    at a form, `page done` or `page stuck`, `type ...` in a chat, `q` to go. What comes of lookups and the like is
    asked: values (name=value, name=value) or a reason; an empty line means what stands in brackets."""
    try:
        raw = {"caller": {"number": caller, "tier": tier}, "language": language, "time": time, "face": face}
        given = msgspec.convert(raw, Given)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--time or --face") from error
    published = read_file(flow)
    call = Rehearsal(published, given, _ask)
    done = _walked(call)
    given = msgspec.structs.replace(given, **call.stand_ins.told)
    if write:
        add_test(write, published.name, msgspec.to_builtins(as_trial(name, given, done, published)))
        typer.echo(f"written to {write}")


@flow_commands.command()
def schema() -> None:
    """Print the JSON Schema of flow files, which editors use to complete and to check."""
    typer.echo(msgspec.json.format(msgspec.json.encode(flow_schema()), indent=2).decode())


def flow_of(tests: Path, trials: Trials) -> Path:
    """The flow that a file of tests is about: in the folder above."""
    return tests.parent.parent / f"{trials.flow}.yaml"


def queue_check(settings: Settings) -> Check:
    """A Check that the centre has a flow's queues, and an agent for each."""
    agents = settings.agents.values()
    able = {
        name
        for name, queue in settings.queues.items()
        if any(meets(agent, widest(queue.needs, queue.plan)) for agent in agents)
    }

    def check(flow: Flow) -> Iterable[Finding]:
        return queues.find(flow, settings.queues, able)

    return check


def centre_check(settings: CentreSettings) -> Check:
    """A Check that the centre has what a flow needs: queues with agents, services, destinations to dial."""
    queues_there, hindered = queue_check(settings.acd), _hindered(settings)

    def check(flow: Flow) -> Iterable[Finding]:
        return [*queues_there(flow), *_outside(flow, settings), *queues.find_offers(flow, hindered)]

    return check


def missing_in_centre(flow: Flow, settings: CentreSettings) -> list[Finding]:
    """Queues, services and destinations that a flow needs and the centre does not have, whoever serves them."""
    there = settings.acd.queues
    return [*queues.find(flow, there, there), *_outside(flow, settings)]


def _outside(flow: Flow, settings: CentreSettings) -> Iterable[Finding]:
    def allowed(wanted: str) -> bool:
        return destination(settings.dial_plan, wanted) is not None

    agents = queues.find_agents(flow, settings.acd.agents)
    return [*outside.find_in_centre(flow, settings.services, allowed), *agents]


def _hindered(settings: CentreSettings) -> dict[str, dict[OtherWay, Said]]:
    """By queue, what its plan offers and the centre has not what it takes for, and why."""
    plan = settings.dial_plan
    lacking: dict[str, dict[OtherWay, Said]] = {}
    for queue in settings.acd.queues.values():
        offered, own = {step.offer for step in queue.plan}, lacking.setdefault(queue.name, {})
        if "callback" in offered and not plan.numbers:
            own["callback"] = said("the dial plan allows no numbers")
        if "chat" in offered and not settings.offers.get(queue.name, OfferSettings()).chat:
            own["chat"] = said("the queue's offers have no address for a chat")
    return lacking


def add_test(file: Path, flow: str, trial: dict[str, Any]) -> None:
    """Add one test to a file of tests; what is there stays as it is, comments too."""
    yaml = YAML()
    yaml.width = 120
    document: dict[str, Any] = {"flow": flow, "tests": []}
    if file.exists():
        document = yaml.load(file.read_text(encoding="utf-8"))
    document["tests"].append(trial)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        yaml.dump(document, out)


def _trials(file: Path) -> tuple[Trials, Tree]:
    try:
        return read_trials(file.read_text(encoding="utf-8"), str(file))
    except TrialsError as error:
        raise typer.BadParameter(str(error)) from error


def _yaml_files(place: Path) -> list[Path]:
    files = [place] if place.is_file() else flow_files_in(place)
    if not files:
        raise typer.BadParameter(f"there is nothing in {place}")
    return files


def _report(found: list[Problem] | list[Failure], json: bool, all_well: str) -> None:
    if json:
        typer.echo(msgspec.json.encode(found, enc_hook=str).decode())
    else:
        typer.echo("\n".join(map(str, found)) or all_well)
    sys.exit(bool(found))


def _ask(question: str) -> str:
    typer.echo(f"  {question}? ", nl=False)
    return sys.stdin.readline().strip()


def _walked(call: Rehearsal) -> list[str]:
    """What the caller did, line by line, until they leave or the call is over."""
    done: list[str] = []
    told = 0
    while True:
        call.hear_out()
        for words in call.happened.words[told:]:
            typer.echo(f"  {words}")
        told = len(call.happened.words)
        for name, code in call.wrong().items():
            typer.echo(f"  ({name}: {code})")
        if call.session.ended:
            typer.echo("  (the call is over)")
            return done
        typer.echo(f"{call.session.node}: ", nl=False)
        line = sys.stdin.readline()
        if line.strip() == "q" or not line:
            return done
        action = line.strip() or "silence"
        try:
            call.do(action)
            done.append(action)
        except RehearsalError as error:
            typer.echo(f"  {error}")
