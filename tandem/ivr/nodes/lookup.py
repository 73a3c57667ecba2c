"""Ask an outside system."""

from typing import Annotated, Literal

from msgspec import Meta, field

from tandem.ivr.commands import LookUp, Wanted
from tandem.ivr.events import Event, Listened, LookedUp, LookupFailed, Resumed
from tandem.ivr.filling import FillError, fill_line, fill_path, fill_value
from tandem.ivr.node import BaseNode
from tandem.ivr.references import NodeName, TextName
from tandem.ivr.turn import Next, Turn
from tandem.ivr.values import Kind, Value, kind_of

Timeout = Annotated[float, Meta(ge=0.1, le=60)]
Retries = Annotated[int, Meta(ge=0, le=5)]
Age = Annotated[float, Meta(ge=0, le=86400)]

FOUND = "found"
NOT_FOUND = "not_found"


class Lookup(BaseNode, frozen=True):
    """Ask `service` (one of the centre's) over HTTP, say `meanwhile`, and keep what it answers in variables.

    `path`, `query`, `headers` and `body` may have `{variables}`. `values` says where in the JSON answer each variable
    stands, and its kind; a value without a `default` must be there. A try takes `timeout` seconds at most; `retries`
    more follow. An answer may be `cache_seconds` old. What the service does not know goes on at `not_found`, where
    there is one; all that fails, at `failed`.

    Secrets stand in headers only, by reference: `Authorization: Bearer {secret:orders}`.

    Example:
        find_order:
          type: lookup
          service: orders
          path: /orders/{caller.number}
          values:
            order.status: {path: $.status}
            order.items: {path: '$.items[0].count', kind: number, default: 0}
          meanwhile: one_moment
          next: tell_status
          not_found: no_such_order
          failed: agent
    """

    service: str
    path: str
    next: NodeName
    failed: NodeName
    not_found: NodeName | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Value] | None = None
    values: dict[str, Wanted] = field(default_factory=dict)
    timeout: Timeout = 5.0
    retries: Retries = 1
    cache_seconds: Age = 0.0
    meanwhile: TextName | None = None

    def enter(self, turn: Turn) -> Next:
        try:
            command = self._asks(turn)
        except FillError as error:
            return self._fail(turn, str(error))
        turn.session.lookups = command.number
        turn.here.heard = self.meanwhile is None
        turn.send(command)
        return turn.listen(self.meanwhile) if self.meanwhile else None

    def on_event(self, turn: Turn, event: Event) -> Next:
        """The answer is taken as it comes; it leads on when `meanwhile` was heard to its end."""
        here = turn.here
        if isinstance(event, LookedUp | LookupFailed) and event.number == turn.session.lookups and not here.outcome:
            here.outcome = self._take(turn, event) if isinstance(event, LookedUp) else event.reason or "no reason given"
        here.heard = here.heard or isinstance(event, Listened)
        if isinstance(event, Resumed) and not here.heard:
            return turn.repeat()
        return self._go_on(turn) if here.heard and here.outcome else None

    def waits(self) -> bool:
        return False  # an answer may come at once

    def sets(self, field: str) -> dict[str, Kind]:
        return {name: wanted.kind for name, wanted in self.values.items()} if field == "next" else {}

    def fills(self) -> dict[str, Value]:
        templates: dict[str, Value] = {"path": self.path}
        for name, values in (("query", self.query), ("headers", self.headers), ("body", self.body or {})):
            templates |= {f"{name}.{key}": value for key, value in values.items()}
        return templates

    def _asks(self, turn: Turn) -> LookUp:
        known = turn.variables
        return LookUp(
            number=turn.session.lookups + 1,
            service=self.service,
            method=self.method,
            path=fill_path(self.path, known),
            query={name: fill_line(value, known) for name, value in self.query.items()},
            headers={name: fill_line(value, known) for name, value in self.headers.items()},
            body=None if self.body is None else {key: fill_value(value, known) for key, value in self.body.items()},
            values=self.values,
            timeout=self.timeout,
            retries=self.retries,
            cache_seconds=self.cache_seconds,
        )

    def _take(self, turn: Turn, event: LookedUp) -> str:
        """Keep the values; returns what came of it."""
        given = {name: event.values.get(name, wanted.default) for name, wanted in self.values.items()}
        for name, value in given.items():
            if value is None or kind_of(value) != self.values[name].kind:
                return f"no {self.values[name].kind} for {name} in the answer"
        for name, value in given.items():
            turn.set(name, value if value is not None else "")
        return FOUND

    def _go_on(self, turn: Turn) -> Next:
        outcome = turn.here.outcome
        if outcome == FOUND:
            return self.next
        return self.not_found if outcome == NOT_FOUND and self.not_found else self._fail(turn, outcome)

    def _fail(self, turn: Turn, reason: str) -> Next:
        turn.fault(f"lookup {self.service}: {reason}")
        return self.failed
