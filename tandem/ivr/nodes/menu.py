"""Let the caller choose by a key."""

from msgspec import field

from tandem.ivr.everywhere import ALL_KEYS, Key
from tandem.ivr.node import Patient, Seconds
from tandem.ivr.references import NodeName, TextName, WrittenName
from tandem.ivr.turn import Next, Turn
from tandem.said import said

WRONG = "?"
"""A key that no choice has."""


class Menu(Patient, frozen=True, kw_only=True):
    """Say the choices and go where the key leads; a key interrupts the speech.

    Silence of `wait` seconds gets `no_input`, a key without a choice `wrong_key`, each followed by the choices
    again. After `tries` of either the contact goes on at `failed`; `silences` and `wrongs`, where given, are limits of
    their own. On a page or in a chat the choices are `labels`, and `question` stands above them in place of `text`.

    Example:
        main_menu:
          type: menu
          text: main_menu
          choices:
            1: orders
            2: repair
          no_input: nothing_pressed
          wrong_key: no_such_choice
          wait: 5
          tries: 3
          failed: agent
          question: what_can_we_do
          labels: {1: orders, 2: repair}
    """

    text: TextName
    choices: dict[Key, NodeName]
    no_input: TextName
    wrong_key: TextName
    wait: Seconds = 5.0
    question: WrittenName | None = None
    labels: dict[Key, WrittenName] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.labels and set(self.labels) != set(self.choices):
            raise ValueError(said("choices and labels differ: every choice has a label, or none has one"))

    def own_keys(self) -> str:
        return "".join(self.choices)

    def needs_key(self, field: str) -> bool:
        return field == "choices"

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        return turn.listen(complaint, turn.to_ask(self.text, self.question), keys=ALL_KEYS, wait=self.wait)

    def answer(self, turn: Turn, key: str | None) -> Next:
        if key in self.choices:
            return self.choices[key]
        if self.one_too_many(turn, silent=key is None):
            return self.failed
        return self.ask(turn, self.wrong_key if key else self.no_input)

    def reply(self, turn: Turn, text: str) -> Next:
        labels = {turn.message(label).casefold(): key for key, label in self.labels.items()}
        return self.answer(turn, labels.get(text.casefold(), WRONG))
