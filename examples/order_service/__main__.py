"""`python -m examples.order_service`: serve until Ctrl-C."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path

from examples.order_service.app import SECRET, TOKEN, OrderService, running
from examples.order_service.misbehaviour import MODES, Fault


def main() -> None:
    """Read the options and serve."""
    options = _parser().parse_args()
    service = OrderService(options.state, options.token, options.secret)
    service.misbehaviour.faults = [Fault(path, mode) for mode in MODES for path in getattr(options, mode)]
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(service, options.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.order_service", description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--state", type=Path, default=Path("order-service.json"), help="file that keeps all changes")
    parser.add_argument("--token", default=TOKEN, help="what callers show as Authorization: Bearer")
    parser.add_argument("--secret", default=SECRET, help="what notifications are signed with")
    for mode in MODES:
        parser.add_argument(f"--{mode}", metavar="PATH", action="append", default=[], help=f"{mode} under this path")
    return parser


async def _serve(service: OrderService, port: int) -> None:
    async with running(service, port) as url:
        print(f"the order service serves at {url}", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
