"""Collect digits."""

from typing import Annotated

from msgspec import Meta

from tandem.ivr import everywhere, pattern
from tandem.ivr.events import Event, Listened, Resumed
from tandem.ivr.everywhere import ALL_KEYS, Key
from tandem.ivr.node import Patient, Seconds
from tandem.ivr.references import NodeName, TextName, WrittenName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind
from tandem.said import said

DIGITS = "0123456789"
BETWEEN_DIGITS = str.maketrans("", "", " -")

Length = Annotated[int, Meta(ge=1, le=32)]
Pattern = Annotated[str, Meta(max_length=100)]


class Collect(Patient, frozen=True, kw_only=True):
    """Ask for `min` to `max` digits and keep them, as text, in `variable`.

    They are complete at `max` digits, at the `terminator` key, or after `between_wait` seconds of silence. Nothing
    typed within `first_wait` seconds gets `no_input`; too few digits, digits not as `pattern` has it (`1[3-9]\\d{9}`),
    or a key that is none, get `invalid`; both are followed by the question again. After `tries` of either the contact
    goes on at `failed`; `silences` and `wrongs`, where given, are limits of their own.

    With `read_back`, a text that tells the variable, they count when the key `confirm` is pressed after it; `again`
    begins anew. What comes in writing is not read back; `question` stands there in place of `text`.

    Example:
        order_number:
          type: collect
          text: ask_order_number
          variable: order.number
          min: 8
          max: 12
          pattern: '20\\d*'
          read_back: your_order_number_is
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
    pattern: Pattern | None = None
    read_back: TextName | None = None
    confirm: Key = "1"
    again: Key = "2"
    terminator: Key = "#"
    first_wait: Seconds = 6.0
    between_wait: Seconds = 4.0
    question: WrittenName | None = None

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise ValueError(said("min is above max"))
        if self.confirm == self.again:
            raise ValueError(said("confirm and again are the same key"))

    def own_keys(self) -> str:
        return DIGITS + self.terminator

    def needs_key(self, field: str) -> bool:
        return field == "next"

    def sets(self, field: str) -> dict[str, Kind]:
        return {self.variable: "text"} if field in ("next", "read_back") else {}

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        return turn.listen(complaint, turn.to_ask(self.text, self.question), keys=ALL_KEYS, wait=self.first_wait)

    def answer(self, turn: Turn, key: str | None) -> Next:
        if key is None or key == self.terminator:
            return self._complete(turn)
        if not key.isdecimal():
            return self._miss(turn, silent=False)
        turn.here.digits += key
        if len(turn.here.digits) == self.max:
            return self._complete(turn)
        return turn.listen(keys=ALL_KEYS, wait=self.between_wait)

    def entered(self, turn: Turn, text: str) -> Next:
        digits = text.translate(BETWEEN_DIGITS)
        if self._right(digits):
            turn.set(self.variable, digits)
            return self.next
        way = everywhere.meaning(turn, text)
        return everywhere.follow(turn, way) if way else self._miss(turn, silent=False)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if turn.here.confirming and isinstance(event, Listened):
            return self._confirm(turn, event.key)
        if isinstance(event, Resumed) and not turn.here.confirming:
            return self._anew(turn)  # who hears the question again types it all again, and keys may have been lost
        return super().on_event(turn, event)

    def _complete(self, turn: Turn) -> Next:
        digits = turn.here.digits
        if not self._right(digits):
            return self._miss(turn, silent=not digits)
        turn.set(self.variable, digits)
        return self._read_back(turn) if self.read_back else self.next

    def _right(self, digits: str) -> bool:
        return (
            set(digits) <= set(DIGITS)
            and self.min <= len(digits) <= self.max
            and (self.pattern is None or pattern.matches(self.pattern, digits))
        )

    def _miss(self, turn: Turn, *, silent: bool) -> Next:
        if self.one_too_many(turn, silent=silent):
            return self.failed
        return self._anew(turn, self.no_input if silent else self.invalid)

    def _anew(self, turn: Turn, complaint: str | None = None) -> Next:
        turn.here.digits, turn.here.confirming = "", False
        return self.ask(turn, complaint)

    def _read_back(self, turn: Turn) -> Next:
        turn.here.confirming = True
        return turn.listen(self.read_back, keys=ALL_KEYS, wait=self.first_wait)

    def _confirm(self, turn: Turn, key: str | None) -> Next:
        if key == self.confirm:
            return self.next
        if key == self.again:
            return self._anew(turn)
        if key and (way := everywhere.meaning(turn, key)):
            return self._read_back(turn) if everywhere.again(turn, way) else everywhere.follow(turn, way)
        return self.failed if self.one_too_many(turn, silent=key is None) else self._read_back(turn)
