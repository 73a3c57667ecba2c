"""Let the caller choose by a key."""

from tandem.ivr.everywhere import ALL_KEYS, Key
from tandem.ivr.node import Question, Seconds, Tries
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn


class Menu(Question, frozen=True):
    """Say the choices and go where the key leads; a key interrupts the speech.

    Silence of `wait` seconds gets `no_input`, a key without a choice `wrong_key`, each followed by the choices
    again. After `tries` of either the contact goes on at `failed`.

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
    """

    text: TextName
    choices: dict[Key, NodeName]
    no_input: TextName
    wrong_key: TextName
    failed: NodeName
    wait: Seconds = 5.0
    tries: Tries = 3

    def own_keys(self) -> str:
        return "".join(self.choices)

    def needs_key(self, field: str) -> bool:
        return field == "choices"

    def ask(self, turn: Turn, complaint: str | None = None) -> Next:
        return turn.listen(complaint, self.text, keys=ALL_KEYS, wait=self.wait)

    def answer(self, turn: Turn, key: str | None) -> Next:
        if key in self.choices:
            return self.choices[key]
        turn.here.misses += 1
        if turn.here.misses >= self.tries:
            return self.failed
        return self.ask(turn, self.wrong_key if key else self.no_input)
