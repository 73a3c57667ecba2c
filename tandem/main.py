"""The command `tandem`: the service's commands, and the simulator's and the protocol's beside them. Only here do they
meet."""

from tandem.conformance import conformance
from tandem.service.cli import cli as cli
from tandem.service.cli import main as run
from tandem.simulate import simulator

cli.add_typer(simulator, name="sim")
cli.command()(conformance)


def main() -> None:
    """Run the command line."""
    run()
