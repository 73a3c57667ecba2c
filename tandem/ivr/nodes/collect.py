"""Collect digits."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr.events import Event, Resumed
from tandem.ivr.everywhere import ALL_KEYS, Key
from tandem.ivr.node import Question, Seconds, Tries
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind

DIGITS = "0123456789"

Length = Annotated[int, Meta(ge=1, le=32)]


class Collect(Question, frozen=True):
    """Ask for `min` to `max` digits and keep them, as text, in `variable`.

    They are complete at `max` digits, at the `terminator` key, or after `between_wait` seconds of silence. Nothing
    typed within `first_wait` seconds gets `no_input`; too few digits, or a key that is none, get `invalid`; both are
    followed by the question again. After `tries` of either the contact goes on at `failed`.

    Example:
        order_number:
          type: collect
          text: ask_order_number
          variable: order.number
          min: 8
          max: 12
          no_input: nothing_typed
          invalid: not_an_order_number
          next: cancel
          failed: agent
    """

    text: TextName
    variable: str
    min: Length
    max: Length
    no_input: TextName
    invalid: TextName
    next: NodeName
    failed: NodeName
    terminator: Key = "#"
    first_wait: Seconds = 6.0
    between_wait: Seconds = 4.0
    tries: Tries = 3

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise ValueError("min is above max")

    def own_keys(self) -> str:
        return DIGITS + self.terminator

    def needs_key(self, field: str) -> bool:
        return field == "next"

    def sets(self, field: str) -> dict[str, Kind]:
        return {self.variable: "text"} if field == "next" else {}

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        return turn.listen(complaint, self.text, keys=ALL_KEYS, wait=self.first_wait)

    def answer(self, turn: Turn, key: str | None) -> Next:
        if key is None or key == self.terminator:
            return self._complete(turn)
        if not key.isdecimal():
            return self._miss(turn, self.invalid)
        turn.here.digits += key
        if len(turn.here.digits) == self.max:
            return self._complete(turn)
        return turn.listen(keys=ALL_KEYS, wait=self.between_wait)

    def on_event(self, turn: Turn, event: Event) -> Next:
        return self.ask(turn) if isinstance(event, Resumed) else super().on_event(turn, event)

    def _complete(self, turn: Turn) -> Next:
        if len(turn.here.digits) >= self.min:
            turn.set(self.variable, turn.here.digits)
            return self.next
        return self._miss(turn, self.invalid if turn.here.digits else self.no_input)

    def _miss(self, turn: Turn, complaint: str) -> Next:
        turn.here.digits = ""
        turn.here.misses += 1
        return self.failed if turn.here.misses >= self.tries else self.ask(turn, complaint)
