"""What stands behind the HTTP side: what it shows, and whom it tells."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tandem.control.events import Event
from tandem.control.pages import PageShown
from tandem.cti.metrics import Metrics
from tandem.cti.tokens import Tokens
from tandem.cti.watch import Watch
from tandem.store.outbox import Outbox


class Health(msgspec.Struct, frozen=True):
    """Whether the switch is reached and the journal can be written; `since`: start of the process, epoch seconds."""

    switch_up: bool
    journal_ok: bool
    since: float


class Readers(Protocol):
    """What the plane knows of pages and guides, by their ids, and of flows."""

    def page(self, page: str, /) -> PageShown | None:
        """What a page shows; None when there is none, or it was not opened yet."""
        ...

    def has_page(self, page: str, /) -> bool:
        """Whether there is such a page."""
        ...

    def guide(self, guide: str, /) -> PageShown | None:
        """What a guide shows; None when there is none."""
        ...

    def flows(self) -> Collection[str]:
        """The flows that are published."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """What the HTTP side shows and whom it tells. `state` gives plain data; `agents` the names that are known."""

    emit: Callable[[Event], None]
    health: Callable[[], Health]
    state: Callable[[], object]
    agents: Callable[[], Collection[str]]
    metrics: Metrics
    outbox: Outbox
    tokens: Tokens
    readers: Readers
    watch: Watch
    public_url: str
    clock: Callable[[], float]
