"""The flow language: nodes walked a second, how long lint and flow tests take, what a waiting caller weighs."""

import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.day import BEGIN, entry, opening
from bench.figure import Figure
from tandem.control import commands, events
from tandem.control.plane import Plane
from tandem.ivr import events as ivr
from tandem.ivr.commands import Enqueue, RecordStep, SendLink
from tandem.ivr.flow import Flow
from tandem.ivr.reader import nothing_more
from tandem.ivr.rehearsal import Given
from tandem.ivr.release import release
from tandem.ivr.session import Session, handle
from tandem.service.config import PROJECT
from tandem.service.flow_files import flow_files_in, read_file, sources_in

FLOWS = PROJECT / "flows"
WALKS = 2000
LONGEST_WALK = 60
"""Events; a caller who only asks to hear the menu again would never end."""
WAITING = 5000
RUNS = 5


def run(_folder: Path) -> list[Figure]:
    """All of them, on the flows that are shipped (the weight: on the flow of these benchmarks)."""
    flows = [read_file(file) for file in flow_files_in(FLOWS)]
    rates = [_walked(flows, random.Random(seed)) for seed in range(RUNS)]
    steps, told = (median(column) for column in zip(*rates, strict=True))
    heap, snapshot = _weights()
    return [
        Figure("flow", "nodes in the shipped flows", sum(len(flow.nodes) for flow in flows)),
        Figure("flow", "nodes entered", steps, "per CPU s"),
        Figure("flow", "events handled by sessions", told, "per CPU s"),
        Figure("flow", "lint of the shipped flows", median(_seconds(_lint) for _ in range(RUNS)), "s"),
        Figure("flow", "lint and flow tests, as before publishing", median(_seconds(_prove) for _ in range(RUNS)), "s"),
        Figure("flow", "memory of a waiting caller", heap / 1024, "KiB"),
        Figure("flow", "the same in a snapshot", snapshot / 1024, "KiB"),
    ]


def _walked(flows: list[Flow], dice: random.Random) -> tuple[float, float]:
    """Nodes entered, and events handled, a CPU second, by callers who press whatever comes to mind."""
    steps = told = 0
    began = time.process_time()
    for number in range(WALKS):
        walk = _walk(flows[number % len(flows)], dice)
        steps, told = steps + walk[0], told + walk[1]
    spent = time.process_time() - began
    return steps / spent, told / spent


def _walk(flow: Flow, dice: random.Random) -> tuple[int, int]:
    session = Session.begin(flow, Given().known())
    coming: list[ivr.Event] = [ivr.Started()]
    steps = told = 0
    while not session.ended and told < LONGEST_WALK:
        event = coming.pop() if coming else ivr.Listened(dice.choice([*session.listen.keys, None]))
        told += 1
        for command in handle(session, flow, event, BEGIN + told):
            match command:
                case RecordStep():
                    steps += 1
                case SendLink(link=link):
                    coming = [ivr.LinkDelivered(link)]
                case Enqueue():
                    coming = [ivr.QueueEnded("served")]
    return steps, told


def _lint() -> None:
    for file in flow_files_in(FLOWS):
        read_file(file)


def _prove() -> None:
    sources = sources_in(FLOWS)
    made = release(sources, sources, nothing_more)
    assert not made.broken and not made.doubtful, "the shipped flows are right"


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _weights() -> tuple[float, float]:
    """Bytes on the heap, and in a snapshot, that one more caller takes who waits in a queue whose agent is busy."""
    plane = Plane()
    for at, event in opening(agents=1):
        plane.handle(event, at)
    _wait(plane, 0)
    empty = len(plane.snapshot())
    gc.collect()
    tracemalloc.start()
    for number in range(1, WAITING + 1):
        _wait(plane, number)
    gc.collect()
    heap, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return heap / WAITING, (len(plane.snapshot()) - empty) / WAITING


def _wait(plane: Plane, number: int) -> None:
    """One more caller comes in and asks for a person."""
    call = entry(number)
    (listen,) = (each for each in plane.handle(call, BEGIN + number) if isinstance(each, commands.Listen))
    plane.handle(events.Listened(call.call, listen.step, "3"), BEGIN + number)
    assert plane.state.calls[call.call].state == "queued"
