"""The plane: joins the switch, the flows and the router. `handle(event, now)` is the whole of it."""

from collections.abc import Callable

import msgspec

from tandem.control import admin, agents, by_hand, customers, journeys, orders
from tandem.control.board.board import Board
from tandem.control.callback import callbacks, dialling
from tandem.control.chat import chats, desk
from tandem.control.commands import Command
from tandem.control.context import Context
from tandem.control.desktop import dispositions
from tandem.control.desktop.desks import Desks
from tandem.control.desktop.shown import Desk
from tandem.control.dispatch import loans
from tandem.control.events import Event
from tandem.control.mail import mails
from tandem.control.page import guides, links, pages
from tandem.control.publishing import publishing
from tandem.control.state import PlaneState
from tandem.control.voice import (
    calls,
    colleagues,
    consultations,
    dialled,
    joining,
    legs,
    monitoring,
    nailed,
    offers,
    quality,
    recordings,
    rejoining,
    sending_on,
    switch,
    talks,
    transfers,
    voicemails,
)
from tandem.control.webhooks import webhooks

_HANDLERS = {
    **calls.HANDLERS,
    **offers.HANDLERS,
    **legs.HANDLERS,
    **joining.HANDLERS,
    **nailed.HANDLERS,
    **rejoining.HANDLERS,
    **callbacks.HANDLERS,
    **dialling.HANDLERS,
    **links.HANDLERS,
    **pages.HANDLERS,
    **guides.HANDLERS,
    **chats.HANDLERS,
    **desk.HANDLERS,
    **mails.HANDLERS,
    **journeys.HANDLERS,
    **customers.HANDLERS,
    **orders.HANDLERS,
    **transfers.HANDLERS,
    **talks.HANDLERS,
    **sending_on.HANDLERS,
    **consultations.HANDLERS,
    **voicemails.HANDLERS,
    **recordings.HANDLERS,
    **agents.HANDLERS,
    **by_hand.HANDLERS,
    **dispositions.HANDLERS,
    **dialled.HANDLERS,
    **colleagues.HANDLERS,
    **switch.HANDLERS,
    **monitoring.HANDLERS,
    **quality.HANDLERS,
    **publishing.HANDLERS,
    **loans.HANDLERS,
    **webhooks.HANDLERS,
    **admin.HANDLERS,
}


class Plane:
    """Decides what becomes of every call. Pure: feed it events, carry out its commands.

    Raises only when an invariant is broken; the process must then stop and begin again from its journal.
    """

    def __init__(self, state: PlaneState | None = None) -> None:
        self.context = Context(state)
        self._desks = Desks(self.context)
        self._board: Board | None = None

    @property
    def state(self) -> PlaneState:
        """The live state, for reading."""
        return self.context.state

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take in one event at `now` (epoch seconds); returns the commands to carry out, in order."""
        context = self.context
        context.commands = []
        state = context.state
        state.began_at = state.began_at or now
        state.today.begin(state.settings.time_zone, state.counters, now)
        _HANDLERS[type(event)](context, event, now)
        state.today.note(context.commands, now)
        if self._board is not None:
            self._board.saw(event, context.commands)
        done = context.commands + self._desks.news(event, context.commands)
        return [*done, *webhooks.news(context, done, now)]

    def desk(self, agent: str) -> Desk | None:
        """All that an agent's desktop shows; None when there is no such agent."""
        return self._desks.look(agent)

    def open_board(self, changed: Callable[[], None]) -> Board:
        """What boards show, from now on; `changed` is called when there may be something new, and must not block."""
        self._board = Board(self.context, changed)
        return self._board

    def close_board(self) -> None:
        """Nobody looks any more: events cost nothing for the board."""
        self._board = None

    def next_wakeup(self) -> float | None:
        """When a TimePassed is due (epoch seconds), None when nothing is pending.

        While the switch is lost no agent overstays: one who seems to ring may long have answered.
        """
        router = self.context.router.next_wakeup() if self.state.switch_up else None
        return min((at for at in (router, self.context.timers.earliest()) if at is not None), default=None)

    def snapshot(self) -> bytes:
        """The whole state; a plane restored from it goes on exactly as this one."""
        self.state.router = self.context.router.snapshot()
        return msgspec.msgpack.encode(self.state)

    @classmethod
    def restore(cls, snapshot: bytes) -> "Plane":
        """The plane that wrote `snapshot`."""
        return cls(msgspec.msgpack.decode(snapshot, type=PlaneState))
