"""Every route there is, asked by somebody who has nothing to show."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from tandem.cti.customers import Customers
from tandem.cti.flow_editing_api import FlowEditingApi
from tandem.cti.flows_api import FlowsApi
from tandem.cti.http import make_app, serve
from tandem.cti.identity import needed_for
from tandem.cti.outside_api import OutsideApi
from tandem.cti.prompts_api import PromptsApi
from tandem.cti.settings_api import SettingsApi
from tandem.cti.webhooks_api import WebhooksApi
from tandem.service.config import LOOPBACK
from tandem.service.flow_bench import Bench
from tandem.service.flow_shelf import Shelf
from tandem.service.prompt_shelf import PromptShelf
from tandem.service.settings_shelf import SettingsShelf
from tandem.store.outbox import Outbox
from tandem.store.users import ROLES, UserStore
from tests.cti.sites import TOKEN, Site

FOR_EVERYBODY = {
    ("GET", "/health"): 200,
    ("HEAD", "/health"): 200,
    ("GET", "/metrics"): 200,
    ("HEAD", "/metrics"): 200,
    ("GET", "/l/x"): 404,
    ("HEAD", "/l/x"): 404,
    ("POST", "/l/x"): 404,
    ("GET", "/l/x/live"): 404,
    ("GET", "/chat"): 400,
    ("OPTIONS", "/chat/files"): 204,
    ("OPTIONS", "/chat/files/x"): 204,
    ("OPTIONS", "/chat/history"): 204,
    ("POST", "/session"): 400,
    ("GET", "/page-x.js"): 200,
    ("HEAD", "/page-x.js"): 200,
}
"""A page needs the token in its address, without one there is nothing; a chat needs a WebSocket."""


def admins_routes() -> list[web.RouteDef]:
    """No request that is refused comes as far as what is behind these."""
    nothing: Any = None
    flows = Shelf(nothing, nothing, nothing, nothing, nothing)
    settings = SettingsShelf(nothing, nothing, nothing, nothing, nothing)
    more = [*Customers(nothing, nothing, nothing).routes(), *FlowEditingApi(Bench(nothing, nothing, nothing)).routes()]
    more += [*PromptsApi(PromptShelf(nothing, nothing)).routes(), *OutsideApi(nothing).routes()]
    more += WebhooksApi(nothing, nothing, nothing, nothing).routes()
    return [*FlowsApi(flows).routes(), *SettingsApi(settings).routes(), *more]


def more_routes(site: Site) -> list[web.RouteDef]:
    """All that the controller adds to those that are always there."""
    return [*admins_routes(), *site.users.routes(), *site.operators()]


def routes(app: web.Application) -> Iterator[tuple[str, str]]:
    for route in app.router.routes():
        assert route.resource
        info = route.resource.get_info()
        names = info["pattern"].groupindex if "pattern" in info else {}
        path = info["formatter"].format(**dict.fromkeys(names, "x")) if "formatter" in info else info["path"]
        yield route.method, path.replace("/versions/x", "/versions/1")


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_all_but_the_public_routes_want_the_token(outbox: Outbox, users: UserStore, token: str | None) -> None:
    site = Site(outbox, users)
    app = make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, more_routes(site))
    everything = set(routes(app))
    assert len(everything) > 40
    runner = await serve(app, "127.0.0.1", 0)
    async with site.running():
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        for method, path in everything:
            response, _ = await site.ask(method, path, token=token)
            assert response.status == FOR_EVERYBODY.get((method, path), 401), (method, path)
    await runner.cleanup()
    assert everything >= FOR_EVERYBODY.keys()
    assert site.told == []


AN_AGENTS = {
    "/openapi.json": "GET",
    "/session": "GET DELETE",
    "/session/password": "PUT",
    "/desktop": "GET",
    "/agents/{agent}/{verb}": "POST",
    "/dial-out": "GET",
    "/dispositions": "GET",
    "/agents/{agent}/calls/{call}/{verb}": "POST",
    "/colleagues": "GET",
    "/pause-reasons": "GET",
    "/agents/{agent}/chats": "GET",
    "/agents/{agent}/canned-answers": "GET",
    "/agents/{agent}/chats/{chat}/files": "POST",
    "/chats/{chat}/files/{file}": "GET",
    "/agents/{agent}/chats/{chat}/{verb}": "POST",
    "/agents/{agent}/mails": "GET",
    "/agents/{agent}/mails/{mail}/{verb}": "POST",
    "/guides": "POST",
    "/guides/{guide}": "GET POST DELETE",
    "/contacts/{contact}/recordings": "GET",
    "/recordings/{recording}/audio": "GET",
    "/customers": "GET",
    "/customers/{customer}": "GET",
    "/customers/{customer}/history": "GET",
}
A_SUPERVISORS = {
    "/state": "GET",
    "/outbox": "GET",
    "/contacts/{contact}/{verb}": "POST",
    "/queues/{queue}/waiting": "GET",
    "/monitoring/phones": "GET",
    "/links/{call}/{link}/revoke": "POST",
    "/customers": "POST",
    "/customers/{customer}": "PATCH",
    "/customers/{customer}/identities": "POST DELETE",
    "/customers/{customer}/joins": "GET",
    "/customers/{customer}/merge": "POST",
    "/customers/{customer}/split": "POST",
    "/customer-joins/{number}/undo": "POST",
    "/settings": "GET",
    "/settings/schema": "GET",
    "/settings/history": "GET",
    "/settings/diff": "POST",
    "/prompts": "GET",
    "/prompts/{language}/{flow}/{text}/sound": "GET",
    "/notifier": "GET",
    "/board/live": "GET",
    "/dispatch": "GET POST",
    "/dispatch/{number}/apply": "POST",
    "/dispatch/loans/{number}/take-back": "POST",
    **{f"/history/{what}": "GET" for what in ("queues", "agents", "flows", "links", "talks")},
    **{f"/history/{what}/contacts": "GET" for what in ("queues", "agents", "flows", "links")},
    "/history/contacts/{call}": "GET",
    "/history/contacts/{call}/why": "GET",
}
"""What these roles may ask; all else that is not for everybody is for admins."""


async def test_what_a_role_may_ask_is_what_is_written_here(outbox: Outbox, users: UserStore) -> None:
    site = Site(outbox, users)
    app = make_app(site.backend, TOKEN, site.accounts, site.desktops, LOOPBACK, more_routes(site))
    needed: dict[str, set[tuple[str, str]]] = {role: set() for role in ROLES}
    for route in app.router.routes():
        if route.method != "HEAD" and route.resource:
            needed[needed_for(route.handler)].add((route.method, route.resource.canonical))
    for role, ways in (("agent", AN_AGENTS), ("supervisor", A_SUPERVISORS)):
        assert needed[role] == {(method, path) for path, methods in ways.items() for method in methods.split()}
