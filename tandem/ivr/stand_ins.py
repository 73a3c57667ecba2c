"""Stand-ins for the world outside in a rehearsal: what comes of lookups, callbacks, transfers and recordings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tandem.ivr import commands, events
from tandem.ivr.filling import plain
from tandem.ivr.given import Answer, Given
from tandem.ivr.json_path import as_kind
from tandem.ivr.values import Value, number_of
from tandem.said import said

BOOKED, ANSWERED = "booked", "answered"
SPOKEN = 10.0
"""Seconds of a message, where nothing else is said."""

Ask = Callable[[str], str]
"""Puts a question to whoever rehearses."""


T = TypeVar("T")


class StandIns:
    """Plays what is `given`. What isn't, it asks for, if there is somebody to `ask`, and remembers in `told`."""

    def __init__(self, given: Given, ask: Ask | None = None) -> None:
        self.told: dict[str, Any] = {}
        self._given = given
        self._ask = ask
        self._used: dict[str, int] = {}

    def event(self, node: str, command: commands.Command) -> events.Event | None:
        """What the flow is told about `command` of `node`; None where nothing comes of it."""
        match command:
            case commands.LookUp(number):
                answer = self._answer(node, command)
                if isinstance(answer, str):
                    return events.LookupFailed(number, answer)
                return events.LookedUp(number, dict(answer))
            case commands.RequestCallback(queue, number):
                outcome = self._next("callbacks", self._given.callbacks, BOOKED, f"callback of {number} in {queue}")
                return events.CallbackBooked() if outcome == BOOKED else events.CallbackRefused(str(outcome))
            case commands.Transfer(destination):
                outcome = self._next("transfers", self._given.transfers, ANSWERED, f"transfer to {destination}")
                return events.TransferEnded(str(outcome))
            case commands.TakeVoicemail(queue):
                outcome = self._next("voicemails", self._given.voicemails, SPOKEN, f"message for {queue}, in seconds")
                return events.VoicemailFailed(outcome) if isinstance(outcome, str) else events.VoicemailTaken(outcome)
        return None

    def _answer(self, node: str, command: commands.LookUp) -> Answer:
        for name in (node, f"{command.service} {command.path}", command.service):
            given = self._given.lookups.get(name)
            if given is not None:
                return self._in_turn(f"lookups {name}", given if isinstance(given, tuple) else (given,))
        if self._ask is None:
            return "no answer is given"
        question = f"{command.method} {command.service} {command.path} ({', '.join(command.values)})"
        said = self._ask(question)
        answer = _values(said, {name: wanted.kind for name, wanted in command.values.items()}) or said or "no answer"
        answers = self.told.setdefault("lookups", {})
        answers[node] = (*answers.get(node, ()), answer)
        return answer

    def _next(self, name: str, given: Sequence[float | str], usual: float | str, question: str) -> float | str:
        if given:
            return self._in_turn(name, given)
        said = self._ask(f"{question} [{usual}]") if self._ask else ""
        number = number_of(said) if isinstance(usual, float) else None
        outcome = usual if not said else said if number is None else number
        if self._ask:
            self.told[name] = (*self.told.get(name, ()), outcome)
        return outcome

    def _in_turn(self, name: str, given: Sequence[T]) -> T:
        used = self._used.get(name, 0)
        self._used[name] = used + 1
        return given[min(used, len(given) - 1)]


def typed(words: Sequence[str]) -> dict[str, str]:
    """`name=value` words as a mapping; ValueError names the word that is none."""
    for word in words:
        if "=" not in word:
            raise ValueError(said("{word!r} is not name=value", word=word))
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def as_kinds(given: Mapping[str, Value], kinds: Mapping[str, Any]) -> dict[str, Value]:
    """Values as the kinds that they are wanted in, where they can be."""
    found: dict[str, Value] = {}
    for name, value in given.items():
        kind = kinds.get(name, "text")
        truth = plain(value) == "true" if kind == "truth" else None
        fits = truth if truth is not None else as_kind(value, kind)
        found[name] = value if fits is None else fits
    return found


def _values(said: str, kinds: Mapping[str, Any]) -> dict[str, Value]:
    """`name=value, name=value`; nothing when it is something else."""
    try:
        return as_kinds(typed([word.strip() for word in said.split(",")]), kinds)
    except ValueError:
        return {}
