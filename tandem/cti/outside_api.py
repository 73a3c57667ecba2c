"""The handler that tells admins how links and notifications leave; no secret is ever among it."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from aiohttp import web

from tandem.cti.contract import gives
from tandem.cti.identity import needs


class LinkTemplate(msgspec.Struct, frozen=True):
    """The message of a flow's link node, by language."""

    flow: str
    node: str
    purpose: str
    texts: dict[str, str]


class SecretState(msgspec.Struct, frozen=True):
    """A secret that the settings name: whether it can be used, and why not."""

    name: str
    state: Literal["set", "not_usable"]
    why: str = ""


class OutsideView(msgspec.Struct, frozen=True):
    """`webhook` is the gateway's origin, empty for none; with `outbox_delivers` what reaches no phone counts as
    delivered."""

    public_url: str
    webhook: str
    outbox_delivers: bool
    secrets: list[SecretState]
    links: list[LinkTemplate]


class OutsideApi:
    """The route, for `make_app`."""

    def __init__(self, tell: Callable[[], Awaitable[OutsideView]]) -> None:
        self._tell = tell

    def routes(self) -> list[web.RouteDef]:
        """The route and its handler."""
        return [web.get("/notifier", self.show)]

    @needs("supervisor")
    @gives(OutsideView)
    async def show(self, _: web.Request) -> object:
        """How links and notifications leave, and whether the secrets they need can be used."""
        return await self._tell()
