"""The HTTP side: one app on loopback for operators, monitoring, desktops and, behind a proxy, the
callers' pages and customers' chats."""

from collections.abc import Iterable

from aiohttp import web

from tandem.cti.api import Api
from tandem.cti.backend import Backend
from tandem.cti.chat import Chats
from tandem.cti.desks import Desks
from tandem.cti.guard import CHAT, PAGE, PAGE_LIVE, PAGE_SCRIPT, add_headers, guard
from tandem.cti.guides import Guides
from tandem.cti.mails import Mails
from tandem.cti.page import Page, script

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
BODY_LIMIT = 16 * 1024


def make_app(
    backend: Backend, token: str, hosts: frozenset[str] = LOOPBACK, more: Iterable[web.RouteDef] = ()
) -> web.Application:
    """The app. `token` is the operators' and desktops'; `hosts` the names by which all but callers may ask; `more`
    are other parts' routes, under the token too."""
    app = web.Application(middlewares=[guard(token, hosts)], client_max_size=BODY_LIMIT)
    app.on_response_prepare.append(add_headers)
    app.add_routes([*Api(backend).routes(), *Guides(backend).routes(), *Desks(backend).routes()])
    app.add_routes([*Mails(backend).routes(), *more])
    page = Page(backend)
    app.router.add_get(PAGE, page.show)
    app.router.add_post(PAGE, page.answer)
    app.router.add_get(PAGE_LIVE, page.live, allow_head=False)
    app.router.add_get(PAGE_SCRIPT, script)
    app.on_shutdown.append(page.close)
    chats = Chats(backend)
    app.router.add_get(CHAT, chats.connect, allow_head=False)
    app.on_shutdown.append(chats.close)
    return app


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; `cleanup()` of what is returned ends it, its `addresses` tell the port. OSError: the port is taken."""
    # No access log: the addresses of the callers' pages are secrets.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
