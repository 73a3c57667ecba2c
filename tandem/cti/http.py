"""The HTTP side: one app on loopback for operators, monitoring, desktops and, behind a proxy, the
callers' pages and customers' chats."""

from collections.abc import Iterable
from ssl import SSLContext

from aiohttp import web

from tandem.cti.accounts import Accounts
from tandem.cti.api import Api
from tandem.cti.backend import Backend
from tandem.cti.chat import Chats
from tandem.cti.chat_files import ChatFiles
from tandem.cti.desks import Desks
from tandem.cti.desktops import Desktops
from tandem.cti.guard import CHAT, PAGE, PAGE_LIVE, PAGE_SCRIPT, add_headers, guard
from tandem.cti.guides import Guides
from tandem.cti.mails import Mails
from tandem.cti.openapi import OpenApi
from tandem.cti.page import Page, script
from tandem.cti.supervision import Supervision

BODY_LIMIT = 16 * 1024


def make_app(
    backend: Backend,
    token: str,
    accounts: Accounts,
    desktops: Desktops,
    hosts: frozenset[str],
    more: Iterable[web.RouteDef] = (),
) -> web.Application:
    """The app. `token` is for programs, `accounts` for people; `hosts` are the names by which all but callers may ask,
    `more` other parts' routes, under the guard too."""
    app = web.Application(middlewares=[guard(token, hosts, accounts)], client_max_size=BODY_LIMIT)
    app.add_routes(accounts.routes())
    app.on_response_prepare.append(add_headers)
    app.add_routes(ChatFiles(backend).routes())
    app.add_routes([*Api(backend).routes(), *Guides(backend).routes(), *Desks(backend).routes()])
    app.add_routes([*Mails(backend).routes(), *Supervision(backend).routes(), *OpenApi().routes(), *more])
    page = Page(backend)
    app.router.add_get(PAGE, page.show)
    app.router.add_post(PAGE, page.answer)
    app.router.add_get(PAGE_LIVE, page.live, allow_head=False)
    app.router.add_get(PAGE_SCRIPT, script)
    app.on_shutdown.append(page.close)
    chats = Chats(backend)
    app.router.add_get(CHAT, chats.connect, allow_head=False)
    app.on_shutdown.append(chats.close)
    app.router.add_get("/desktop", desktops.connect, allow_head=False)
    app.on_shutdown.append(desktops.close)
    return app


async def serve(app: web.Application, host: str, port: int, tls: SSLContext | None = None) -> web.AppRunner:
    """Listen, with TLS where it is given; `cleanup()` of what is returned ends it, its `addresses` tell the port.

    OSError: the port is taken.
    """
    # No access log: the addresses of the callers' pages are secrets.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
