"""Let the caller choose by a key."""

from tandem.ivr.events import Event, Listened
from tandem.ivr.node import ALL_KEYS, BaseNode, Key, Seconds, Tries
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn


class Menu(BaseNode, frozen=True):
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
            '*': main_menu
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

    def enter(self, turn: Turn) -> Next:
        return self._ask(turn)

    def on_event(self, turn: Turn, event: Event) -> Next:
        if not isinstance(event, Listened):
            return super().on_event(turn, event)
        if event.key in self.choices:
            return self.choices[event.key]
        turn.here.misses += 1
        if turn.here.misses >= self.tries:
            return self.failed
        return self._ask(turn, self.wrong_key if event.key else self.no_input)

    def _ask(self, turn: Turn, complaint: str | None = None) -> Next:
        return turn.listen(complaint, self.text, keys=ALL_KEYS, wait=self.wait)
