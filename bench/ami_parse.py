"""How many AMI events a CPU second can take: ours beside panoramisk, over a socket, in one run.

The events are the streams recorded in tests/golden/ami, sent again and again. "all" decodes every event, "wanted"
only those the plane has a use for, as in production (the share is told too).
"""

import asyncio
import multiprocessing
import re
import socket
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from statistics import median
from typing import Any

import panoramisk

from bench.figure import Figure
from tandem.telephony.asterisk.ami import Ami
from tandem.telephony.asterisk.ami_terms import AmiLogin
from tandem.telephony.asterisk.translate import WANTED, Book, translate
from tandem.telephony.asterisk.wire import Message, message

EVENTS = 30_000
RUNS = 3
LAST = b"Event: Hangup\r\nUniqueid: last\r\nChannelStateDesc: Up\r\nCause: 16\r\n\r\n"


def recorded() -> list[bytes]:
    """The events of all streams that were recorded."""
    streams = sorted((Path(__file__).parents[1] / "tests/golden/ami").glob("*.txt"))
    blocks = [block for stream in streams for block in stream.read_bytes().split(b"\r\n\r\n")]
    return [block for block in blocks if block.startswith(b"Event: ") and b"\r\nActionID: " not in block]


def play(listener: socket.socket, stream: bytes) -> None:
    """Be Asterisk for each client in turn: greet, accept the login, say the stream."""
    while True:
        client, _ = listener.accept()
        client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        number = re.search(rb"ActionID: (\S+)", client.recv(4096))
        assert number
        client.sendall(b"Response: Success\r\nActionID: %s\r\nMessage: x\r\n\r\n" % number[1])
        client.sendall(b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n" + stream)


async def ours(port: int, wanted: frozenset[str]) -> float:
    done = asyncio.get_running_loop().create_future()
    book = Book()

    def take(event: Message) -> None:
        translate(book, event)
        if event.get("Uniqueid") == "last":
            done.set_result(None)

    ami = Ami(AmiLogin("127.0.0.1", port, "bench", "bench"), wanted, take, lambda: None, lambda: None)
    began = time.process_time()
    ami.start(lambda work, name: asyncio.create_task(work, name=name))
    await done
    spent = time.process_time() - began
    await ami.close()
    return spent


async def theirs(port: int) -> float:
    done = asyncio.get_running_loop().create_future()
    manager = panoramisk.Manager(host="127.0.0.1", port=port, username="bench", secret="bench")

    async def take(_manager: object, event: dict[str, str]) -> None:
        if event.get("Uniqueid") == "last":
            done.set_result(None)

    manager.register_event("Hangup", take)
    began = time.process_time()
    manager.connect()
    await done
    spent = time.process_time() - began
    manager.close()
    return spent


def run(_folder: Path) -> list[Figure]:
    """Events a CPU second of each, and how many times panoramisk's that is."""
    blocks = recorded()
    names = frozenset(message(block)["Event"] for block in blocks)
    stream = (b"\r\n\r\n".join(blocks) + b"\r\n\r\n") * (EVENTS // len(blocks))
    count = stream.count(b"\r\n\r\n") + 1
    wanted = sum(message(block)["Event"] in WANTED for block in blocks) / len(blocks)
    listener = socket.create_server(("127.0.0.1", 0))
    player = multiprocessing.Process(target=play, args=(listener, stream + LAST), daemon=True)
    player.start()
    port = listener.getsockname()[1]
    cases: dict[str, Callable[[], Coroutine[Any, Any, float]]] = {
        "panoramisk": lambda: theirs(port),
        "ours, all events": lambda: ours(port, names),
        "ours, wanted events": lambda: ours(port, WANTED),
    }
    rates = {name: median(count / asyncio.run(case()) for _ in range(RUNS)) for name, case in cases.items()}
    player.terminate()
    figures = [Figure("ami", "events that are wanted", wanted * 100, "%")]
    figures += [Figure("ami", name, rate, "events per CPU s") for name, rate in rates.items()]
    ours_rates = list(rates.items())[1:]
    return figures + [
        Figure("ami", f"{name}, to panoramisk", rate / rates["panoramisk"], "x") for name, rate in ours_rates
    ]
