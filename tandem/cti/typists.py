"""Who writes right now: passed on at once, or not at all. It is no event of the plane, and nothing keeps it."""

from collections.abc import Callable

EVERY = 2.0
"""Seconds between two signs of one writer; what comes in between says nothing new."""
MOST = 10_000
"""Writers that are remembered; past that all are forgotten, and the next sign of each goes through."""


class Typists:
    """`tell_customer(chat)` and `tell_agent(agent, chat)` pass a sign on; whoever can set them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}
        self.tell_customer: Callable[[str], None] = lambda _: None
        self.tell_agent: Callable[[str, str], None] = lambda _, __: None

    def customer_writes(self, chat: str, agent: str) -> None:
        """The customer of `chat` writes something; `agent` is in talk with them, empty for nobody."""
        if agent and self._is_new(("customer", chat)):
            self.tell_agent(agent, chat)

    def agent_writes(self, chat: str) -> None:
        """The agent in talk in `chat` writes something."""
        if self._is_new(("agent", chat)):
            self.tell_customer(chat)

    def _is_new(self, writer: tuple[str, str]) -> bool:
        now = self._clock()
        if now - self._told.get(writer, -EVERY) < EVERY:
            return False
        if len(self._told) >= MOST:
            self._told.clear()
        self._told[writer] = now
        return True
