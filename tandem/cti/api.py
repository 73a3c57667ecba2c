"""The handlers for operators, monitoring and desktops."""

from aiohttp import web

from tandem.control.events import Event, PageRevoked
from tandem.control.settings import Disposition
from tandem.cti.all_verbs import AGENTS
from tandem.cti.answers import Refused, answer, body_as
from tandem.cti.backend import Backend, Health
from tandem.cti.contract import gives, takes, verbs
from tandem.cti.delivery import page_url
from tandem.cti.identity import DETAIL, PROGRAM, identity_of, needs
from tandem.cti.metrics import CONTENT_TYPE
from tandem.cti.shapes import Accepted, Colleagues, LinkShown, State
from tandem.cti.talking import TALKS
from tandem.cti.verbs import By, around_of, detail_of, verb_of
from tandem.store.outbox import OutboxItem

OUTBOX_LENGTH = 100


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
            web.get("/pause-reasons", self.pause_reasons),
            web.get("/dispositions", self.dispositions),
            web.get("/dial-out", self.dial_out),
            web.get("/colleagues", self.colleagues),
            web.post("/agents/{agent}/{verb}", self.tell),
            web.post("/agents/{agent}/calls/{call}/{verb}", self.tell_of_talk),
            web.post("/links/{call}/{link}/revoke", self.revoke),
        ]

    @gives(Health)
    @gives(Health, 503)
    async def health(self, _: web.Request) -> web.Response:
        """200 while calls can be taken, else 503."""
        health = self._backend.health()
        return answer(health, 200 if health.switch_up and health.journal_ok else 503)

    @gives(str, media="text/plain")
    async def metrics(self, _: web.Request) -> web.Response:
        """Figures for Prometheus."""
        return web.Response(body=self._backend.metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    @needs("supervisor")
    @gives(State)
    async def state(self, _: web.Request) -> web.Response:
        """The plane's view of calls, agents and queues."""
        return answer(self._backend.state())

    @needs("supervisor")
    @gives(list[LinkShown])
    async def outbox(self, _: web.Request) -> web.Response:
        """The newest links and what became of them."""
        return answer([self._shown(item) for item in await self._backend.outbox.newest(OUTBOX_LENGTH)])

    @needs("supervisor")
    @takes(None)
    @gives(Accepted, 202)
    async def revoke(self, request: web.Request) -> web.Response:
        """Take the page of a link away from whoever has its address."""
        page = f"{request.match_info['call']}/{request.match_info['link']}"
        if not self._backend.readers.has_page(page):
            raise Refused(404, "unknown_link", "There is no such link, or it has expired.")
        return self._emit(PageRevoked(page))

    @needs("agent")
    @gives(list[str])
    async def pause_reasons(self, _: web.Request) -> web.Response:
        """The reasons an agent may give for a pause; none: any."""
        return answer(list(self._backend.readers.pause_reasons()))

    @needs("agent")
    @gives(dict[str, dict[str, Disposition]])
    async def dispositions(self, _: web.Request) -> web.Response:
        """What the contacts of each queue may have been about, by code."""
        return answer(self._backend.readers.dispositions())

    @needs("agent")
    @gives(list[str])
    async def dial_out(self, _: web.Request) -> web.Response:
        """The queues that agents may dial for."""
        return answer(sorted(self._backend.readers.dial_out()))

    @needs("agent")
    @verbs(AGENTS, By)
    @gives(Accepted, 202)
    async def tell(self, request: web.Request) -> web.Response:
        """An agent's verb about their state, or a supervisor's who forces it (a program names one in `by`). 202: the
        plane was told; /state shows what came of it."""
        agent, name = request.match_info["agent"], request.match_info["verb"]
        if agent not in self._backend.agents():
            raise Refused(404, "unknown_agent", "There is no agent of this name.")
        given: dict[str, object] = await body_as(request, dict)
        who = identity_of(request)
        request[DETAIL] = detail_of(given)
        by = str(given.pop("by", "")).strip() if who is PROGRAM else who.by_for(agent)
        return self._emit(verb_of(name, given, AGENTS).event(around_of(self._backend.readers, agent, by, who)))

    @needs("agent")
    @gives(Colleagues)
    async def colleagues(self, _: web.Request) -> web.Response:
        """Who can be asked, and where a caller can be sent: agents with their states, queues."""
        readers = self._backend.readers
        return answer({"agents": readers.colleagues(), "queues": readers.queues()})

    @needs("agent")
    @verbs(TALKS)
    @gives(Accepted, 202)
    async def tell_of_talk(self, request: web.Request) -> web.Response:
        """A verb about a talk; 409 when it can't be done now. 202: the plane was told, and the desk shows the rest."""
        agent, name = request.match_info["agent"], request.match_info["verb"]
        if agent not in self._backend.agents():
            raise Refused(404, "unknown_agent", "There is no agent of this name.")
        given: dict[str, object] = await body_as(request, dict)
        request[DETAIL] = detail_of(given)
        verb = verb_of(name, given | {"contact": request.match_info["call"]}, TALKS)
        return self._emit(verb.event(around_of(self._backend.readers, agent)))

    def _emit(self, event: Event) -> web.Response:
        self._backend.take(event)
        return answer({"accepted": True}, 202)

    def _shown(self, item: OutboxItem) -> dict[str, object]:
        names = ("call", "link", "purpose", "language", "address", "state", "adapter", "reason", "attempts")
        times = ("created_at", "changed_at", "opened_at")
        url = page_url(self._backend.public_url, item.token)
        shown = {name: getattr(item, name) for name in names + times}
        return shown | {"url": url, "text": item.text.replace("{link}", url)}
