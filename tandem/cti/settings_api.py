"""The handlers for admins: the settings of the centre, their versions and changes."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
from aiohttp import web

from tandem.cti.admins import Author, Words, answers, wish_of
from tandem.cti.answers import Refused, answer
from tandem.cti.identity import identity_of, needs, only_reads

ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
Number = Annotated[int, msgspec.Meta(ge=1)]


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings as YAML in `source`, told of as `file` in findings, or as data in `settings`."""

    source: str | None = None
    settings: dict[str, Any] | None = None
    file: Words = "settings"


class Apply(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bring them into force."""

    author: Author
    note: Words = ""


class Compare(Written, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From version `old` to version `new`, or to what is written; null is the version in force."""

    old: Number | None = None
    new: Number | None = None


class RollBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bring an earlier version back into force: `number`, or the one before the present one."""

    author: Author
    number: Number | None = None
    note: Words = ""


class Applied(msgspec.Struct, frozen=True):
    """`version` is in force; `unchanged` when it was so before. `changes` and `warnings` are in words."""

    version: int
    unchanged: bool
    changes: list[str] = []
    warnings: list[str] = []


class Settings(Protocol):
    """Where settings are kept and brought into force. Everything returned is plain data; all may raise Refused."""

    async def current(self, whole: bool) -> dict[str, Any]: ...
    def schema(self) -> object: ...
    async def version(self, number: int) -> object: ...
    async def export(self, number: int | None) -> str: ...
    async def check(self, wish: Written) -> object: ...
    async def difference(self, wish: Compare) -> object: ...
    async def apply(self, wish: Apply, on: int | None) -> Applied: ...
    async def history(self) -> object: ...
    async def roll_back(self, wish: RollBack, on: int | None) -> Applied: ...


T = TypeVar("T")


class SettingsApi:
    """The routes, for `make_app`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON; what is refused says why, with the problems found."""
        settings = self._settings
        return [
            web.get("/settings", needs("supervisor")(answers(self._current))),
            web.get("/settings/schema", needs("supervisor")(answers(self._schema))),
            web.put("/settings", answers(self._apply)),
            web.get("/settings/versions/{number:[0-9]{1,9}}", answers(self._version)),
            web.get("/settings/export", answers(self._export)),
            web.get("/settings/history", needs("supervisor")(answers(lambda _: settings.history()))),
            web.post("/settings/check", only_reads(answers(self._told(Written, settings.check)))),
            web.post(
                "/settings/diff", needs("supervisor")(only_reads(answers(self._told(Compare, settings.difference))))
            ),
            web.post("/settings/rollback", answers(self._roll_back)),
        ]

    async def _current(self, request: web.Request) -> object:
        """What may be private stands there for admins only."""
        current = await self._settings.current(identity_of(request).may("admin"))
        return _tagged(current, current["number"])

    async def _schema(self, _: web.Request) -> object:
        """The JSON schema of what may be written."""
        return self._settings.schema()

    async def _apply(self, request: web.Request) -> object:
        """If-Match names the version that the change was made on; * is for whoever knows that no matter."""
        on = version_in(request)
        if on is None and request.headers.get("If-Match") != "*":
            message = "Send If-Match with the ETag of the settings that were changed, or * to write over any."
            raise Refused(428, "no_version_named", message)
        applied = await self._settings.apply(await wish_of(request, Apply), on)
        return _tagged(applied, applied.version)

    async def _roll_back(self, request: web.Request) -> object:
        applied = await self._settings.roll_back(await wish_of(request, RollBack), version_in(request))
        return _tagged(applied, applied.version)

    async def _version(self, request: web.Request) -> object:
        return await self._settings.version(int(request.match_info["number"]))

    async def _export(self, request: web.Request) -> object:
        """As YAML, the version in force or `?version=3`."""
        number = request.query.get("version", "")
        if number and not re.fullmatch("[0-9]{1,9}", number):
            raise Refused(404, "no_version", f"{number!r} is no number of a version.")
        text = await self._settings.export(int(number) if number else None)
        return web.Response(text=text, content_type="application/yaml")

    def _told(self, kind: type[T], do: Callable[[T], Awaitable[object]]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> object:
            return await do(await wish_of(request, kind))

        return handle


def _tagged(told: object, number: int) -> web.Response:
    response = answer(told)
    response.headers["ETag"] = f'"{number}"'
    return response


def version_in(request: web.Request) -> int | None:
    """The version that If-Match names; None for any. Refused: it names none."""
    given = request.headers.get("If-Match", "*")
    if given == "*":
        return None
    found = ETAG.fullmatch(given)
    if found is None:
        raise Refused(412, "no_version", f'If-Match {given} is not like "3", the ETag of what was changed.')
    return int(found[1])
