"""The handlers for operators, monitoring and desktops."""

import asyncio
from collections.abc import Callable

import msgspec
from aiohttp import web

from tandem.control.events import (
    AgentPaused,
    AgentReleased,
    AgentSignedIn,
    AgentSignedOut,
    AgentWentReady,
    Event,
    PageRevoked,
    WrapUpExtended,
)
from tandem.cti.backend import Backend
from tandem.cti.delivery import page_url
from tandem.cti.guard import answer, refusal
from tandem.cti.metrics import CONTENT_TYPE
from tandem.store.outbox import OutboxItem

REASON_LENGTH = 64
OUTBOX_LENGTH = 100


LONGEST_EXTENSION = 3600.0
"""Seconds that may be asked for at once."""


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that goes with an agent's verb. `by`: the supervisor who forces the state. `after_contact`: not before
    the contact that is offered or in hand is over. `seconds`: of wrap-up."""

    reason: str = ""
    by: str = ""
    after_contact: bool = False
    seconds: float = 0.0


VERBS: dict[str, Callable[[str, Wish], Event]] = {
    "sign-in": lambda agent, _: AgentSignedIn(agent),
    "sign-out": lambda agent, wish: AgentSignedOut(agent, wish.by, wish.after_contact),
    "ready": lambda agent, wish: AgentWentReady(agent, wish.by),
    "pause": lambda agent, wish: AgentPaused(agent, wish.reason, wish.by, wish.after_contact),
    "extend": lambda agent, wish: WrapUpExtended(agent, wish.seconds),
    "release": lambda agent, _: AgentReleased(agent),
}
FORCED = ("sign-out", "ready", "pause")
"""The verbs that a supervisor may use for an agent."""


class Api:
    """One method a route."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/health", self.health),
            web.get("/metrics", self.metrics),
            web.get("/state", self.state),
            web.get("/outbox", self.outbox),
            web.post("/agents/{agent}/{verb}", self.tell),
            web.post("/links/{call}/{link}/revoke", self.revoke),
        ]

    async def health(self, _: web.Request) -> web.Response:
        """200 while calls can be taken, else 503."""
        health = self._backend.health()
        return answer(health, 200 if health.switch_up and health.journal_ok else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        """Figures for Prometheus."""
        return web.Response(body=self._backend.metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    async def state(self, _: web.Request) -> web.Response:
        """The plane's view of calls, agents and queues."""
        return answer(self._backend.state())

    async def outbox(self, _: web.Request) -> web.Response:
        """The newest links and what became of them."""
        return answer([self._shown(item) for item in await self._backend.outbox.newest(OUTBOX_LENGTH)])

    async def revoke(self, request: web.Request) -> web.Response:
        """Take the page of a link away from whoever has its address."""
        page = f"{request.match_info['call']}/{request.match_info['link']}"
        if not self._backend.readers.has_page(page):
            return refusal(404, "unknown_link", "There is no such link, or it has expired.")
        return self._emit(PageRevoked(page))

    async def tell(self, request: web.Request) -> web.Response:
        """An agent signs in or out, goes ready or pauses, extends the wrap-up or releases the caller from a kept line;
        or a supervisor forces a state. 202: the plane was told; /state shows what came of it."""
        agent, verb = request.match_info["agent"], request.match_info["verb"]
        if agent not in self._backend.agents():
            return refusal(404, "unknown_agent", "There is no agent of this name.")
        if verb not in VERBS:
            return refusal(404, "unknown_verb", f"The verbs are {', '.join(VERBS)}.")
        try:
            wish = msgspec.json.decode(await request.read() or b"{}", type=Wish)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refusal(400, "bad_json", str(error))
        wish = msgspec.structs.replace(wish, reason=wish.reason.strip(), by=wish.by.strip())
        return self._refused(verb, wish) or self._emit(VERBS[verb](agent, wish))

    def _refused(self, verb: str, wish: Wish) -> web.Response | None:
        """What is wrong with a wish."""
        reasons = self._backend.readers.pause_reasons()
        if len(wish.reason) > REASON_LENGTH or (verb == "pause" and not wish.reason):
            return refusal(400, "bad_reason", f"A pause needs a reason of at most {REASON_LENGTH} characters.")
        if verb == "pause" and reasons and wish.reason not in reasons:
            return refusal(400, "unknown_reason", f"The reasons for a pause are {', '.join(reasons)}.")
        if len(wish.by) > REASON_LENGTH or (wish.by and verb not in FORCED):
            what = f"`by` is a supervisor's name of at most {REASON_LENGTH} characters, for {', '.join(FORCED)}."
            return refusal(400, "bad_by", what)
        if verb == "extend" and not 0 < wish.seconds <= LONGEST_EXTENSION:
            return refusal(400, "bad_seconds", f"`seconds` must be more than 0 and at most {LONGEST_EXTENSION:g}.")
        return None

    def _emit(self, event: Event) -> web.Response:
        try:
            self._backend.emit(event)
        except asyncio.QueueFull:
            return refusal(503, "busy", "Too much is waiting to be done. Try again.")
        return answer({"accepted": True}, 202)

    def _shown(self, item: OutboxItem) -> dict[str, object]:
        names = ("call", "link", "purpose", "language", "address", "state", "adapter", "reason", "attempts")
        times = ("created_at", "changed_at", "opened_at")
        url = page_url(self._backend.public_url, item.token)
        shown = {name: getattr(item, name) for name in names + times}
        return shown | {"url": url, "text": item.text.replace("{link}", url)}
