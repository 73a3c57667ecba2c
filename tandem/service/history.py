"""Looking back: what was decided in any stretch of the journal, and why."""

from collections.abc import Iterator

import msgspec

from tandem.acd.plan import describe
from tandem.acd.why import Decision
from tandem.acd.words import Language, in_words, step_in_words, turn_in_words, waiting_in_words
from tandem.control import wire
from tandem.control.callback.callback import CALLBACK_PREFIX, booked_by
from tandem.control.commands import Command, RecordQueueStep, RecordStep
from tandem.control.plane import Plane
from tandem.control.work import about
from tandem.service.engine import replay
from tandem.store.journal import Entry, JournalReader

_BY_HAND = {f"{what} by hand" for what in ("moved", "prioritised", "assigned", "advanced")}
_WAITS = frozenset({"queued", "plan", "moved", "offer ended"}) | _BY_HAND
"""Steps of a call after which it may be asked why it still waits."""


class HistoryError(Exception):
    """The journal does not reach back to what was asked for."""


class Replayed(msgspec.Struct, frozen=True):
    """One journalled event with the commands it gives again; `same` when they equal the run's."""

    entry: Entry
    commands: list[Command]
    same: bool


def replay_stretch(reader: JournalReader, first: int, last: int | None) -> Iterator[Replayed]:
    """Entries `first` to `last` of the journal, replayed from the nearest snapshot before."""
    plane, seq = _plane_before(reader, first)
    for entry, commands in replay(plane, reader.entries(seq, last)):
        if entry.seq >= first:
            yield Replayed(entry, commands, wire.digest(commands) == entry.digest)


def why(reader: JournalReader, call: str, now: float, language: Language = "en") -> Iterator[tuple[float, str]]:
    """The life of `call` (or callback), each step with its time (epoch seconds) and the decisions in plain words.

    Where it has to wait, at each step of the queue's plan, and `now` if it waits still, it is told why nobody can take
    it; and of the conditions of the plan that begin and end meanwhile."""
    name = booked_by(call).encode()  # what a callback's life began with, before anything was called by its name
    mentions = [entry.seq for entry in reader.entries_between(0, float("inf")) if name in entry.event]
    if not mentions:
        raise HistoryError(f"The journal says nothing of a call {call!r}; it may be older than what is kept.")
    decisions: list[Decision] = []
    plane, seq = _plane_before(reader, mentions[0])
    plane.context.router.observer = decisions.append
    for entry, commands in replay(plane, reader.entries(seq)):
        reasons = [in_words(decision, language) for decision in decisions if _is_of(decision.contact, call)]
        decisions.clear()
        steps = [command for command in commands if isinstance(command, RecordStep) and _is_of(command.call, call)]
        for step in steps:
            yield entry.at, reasons.pop(0) if step.what == "offered" else _in_words(step)
        waiting = plane.context.router.why_waiting(call, entry.at)
        turns = list(_turns(plane, waiting.queue, commands, language)) if waiting else []
        yield from ((entry.at, words) for words in turns)
        if waiting and (turns or any(step.what in _WAITS for step in steps)):
            yield entry.at, waiting_in_words(waiting, language)
        if entry.seq >= mentions[-1] and not (call in plane.state.calls or call in plane.state.callbacks):
            return
    if waiting := plane.context.router.why_waiting(call, now):
        yield now, waiting_in_words(waiting, language)


def _turns(plane: Plane, queue: str, commands: list[Command], language: Language) -> Iterator[str]:
    """Which conditions of the queue's plan began or ended."""
    settings = plane.state.settings.acd.queues.get(queue)
    words = {describe(step): step_in_words(step, language) for step in settings.plan} if settings else {}
    for command in commands:
        if isinstance(command, RecordQueueStep) and command.queue == queue:
            yield turn_in_words(words.get(command.what, command.what), command.in_force, language)


def _is_of(contact: str, call: str) -> bool:
    """Whether a step of `contact` belongs to the life of `call`: its pages do, who was consulted about it, a voicemail
    that was left in it, and the attempts of a callback."""
    attempt = call.startswith(CALLBACK_PREFIX) and contact.startswith(f"{call}-")
    return call in (contact, about(contact)) or contact.startswith(f"{call}/") or attempt


def _in_words(step: RecordStep) -> str:
    return f"{step.what}: {step.detail}" if step.detail else step.what


def _plane_before(reader: JournalReader, seq: int) -> tuple[Plane, int]:
    """The plane as it was at the last snapshot before entry `seq`, and that snapshot's number."""
    snapshot = reader.snapshot_before(seq=seq - 1)
    if snapshot is not None:
        return Plane.restore(snapshot.state), snapshot.seq
    if next(reader.entries(0, 1), None) is not None:
        return Plane(), 0
    raise HistoryError(f"The journal no longer reaches back to entry {seq}.")
