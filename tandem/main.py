"""The command `tandem`: the service's commands, and the simulator's beside them. Only here do the two meet."""

from tandem.service.cli import cli
from tandem.service.cli import main as run
from tandem.simulate import simulator

cli.add_typer(simulator, name="sim")


def main() -> None:
    """Run the command line."""
    run()
