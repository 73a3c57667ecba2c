"""What a controller answers over HTTP while another one of its cell is in charge."""

from collections.abc import Callable

import msgspec
from aiohttp import web

from tandem.cti.answers import answer
from tandem.cti.guard import add_headers
from tandem.cti.metrics import CONTENT_TYPE, Metrics

RETRY_AFTER = "1"
"""Seconds; a takeover takes less than two."""


class StandbyHealth(msgspec.Struct, frozen=True):
    """`active`: where the controller is that is in charge, empty while none is known; `applied`: the last entry of
    the journal that is in the state here."""

    role: str
    active: str
    applied: int


def standby_app(health: Callable[[], StandbyHealth], metrics: Metrics) -> web.Application:
    """The app: health and figures; 503 with who is in charge for all else."""

    async def about(_: web.Request) -> web.Response:
        return answer(health(), 503)

    async def figures(_: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    async def elsewhere(_: web.Request) -> web.Response:
        active = health().active
        error = {"code": "standby", "message": f"This controller stands by; ask {active or 'again in a moment'}."}
        response = answer({"error": error, "active": active}, 503)
        response.headers["Retry-After"] = RETRY_AFTER
        return response

    app = web.Application()
    app.on_response_prepare.append(add_headers)
    app.add_routes([web.get("/health", about), web.get("/metrics", figures), web.route("*", "/{path:.*}", elsewhere)])
    return app
