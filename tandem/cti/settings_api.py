"""The handlers for admins: the settings of the centre, their versions and changes."""

import re
from typing import Annotated, Any, Protocol

import msgspec
from aiohttp import web

from tandem.cti.admins import Author, Words, wishes
from tandem.cti.answers import Refused, answer
from tandem.cti.contract import asks, gives, heeds
from tandem.cti.identity import identity_of, needs, only_reads
from tandem.cti.shapes import Checked, Compared, SettingsChange, SettingsInForce, SettingsVersion

ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
Number = Annotated[int, msgspec.Meta(ge=1, lt=10**9)]


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


class Which(msgspec.Struct, frozen=True):
    """A version of the settings; null is the one in force."""

    version: Number | None = None


class SettingsApi:
    """The routes, for `make_app`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers. Each answers JSON; what is refused says why, with the problems found."""
        return [
            web.get("/settings", self.current),
            web.get("/settings/schema", self.schema),
            web.put("/settings", self.apply),
            web.get("/settings/versions/{number:[0-9]{1,9}}", self.version),
            web.get("/settings/export", self.export),
            web.get("/settings/history", self.history),
            web.post("/settings/check", self.check),
            web.post("/settings/diff", self.difference),
            web.post("/settings/rollback", self.roll_back),
        ]

    @needs("supervisor")
    @gives(SettingsInForce, ETag="The version's number, in quotes.")
    async def current(self, request: web.Request) -> object:
        """The version in force, how it came to be so, and what it says. What may be private stands there for admins
        only."""
        current = await self._settings.current(identity_of(request).may("admin"))
        return _tagged(current, current["number"])

    @needs("supervisor")
    @gives(dict[str, Any])
    async def schema(self, _: web.Request) -> object:
        """The JSON schema of what may be written."""
        return self._settings.schema()

    @heeds(If_Match="The ETag of the settings that were changed, or * to write over any.")
    @wishes(Apply)
    @gives(Applied, ETag="The number of the version in force, in quotes.")
    async def apply(self, request: web.Request, wish: Apply) -> object:
        """Bring settings into force; If-Match names the version that the change was made on."""
        on = version_in(request)
        if on is None and request.headers.get("If-Match") != "*":
            message = "Send If-Match with the ETag of the settings that were changed, or * to write over any."
            raise Refused(428, "no_version_named", message)
        applied = await self._settings.apply(wish, on)
        return _tagged(applied, applied.version)

    @heeds(If_Match="The ETag of the settings in force; * or nothing for any.")
    @wishes(RollBack)
    @gives(Applied, ETag="The number of the version in force, in quotes.")
    async def roll_back(self, request: web.Request, wish: RollBack) -> object:
        """Bring an earlier version back into force."""
        applied = await self._settings.roll_back(wish, version_in(request))
        return _tagged(applied, applied.version)

    @gives(SettingsVersion)
    async def version(self, request: web.Request) -> object:
        """One version with what it says."""
        return await self._settings.version(int(request.match_info["number"]))

    @asks(Which)
    @gives(dict[str, Any], media="application/yaml")
    async def export(self, _: web.Request, which: Which) -> object:
        """As YAML, the version in force or `?version=3`."""
        text = await self._settings.export(which.version)
        return web.Response(text=text, content_type="application/yaml")

    @needs("supervisor")
    @gives(list[SettingsChange])
    async def history(self, _: web.Request) -> object:
        """What was in force when, by whose doing and what it changed, the newest first."""
        return await self._settings.history()

    @only_reads
    @wishes(Written)
    @gives(Checked)
    async def check(self, _: web.Request, wish: Written) -> object:
        """What is wrong or odd with settings, and what they would change. Nothing is kept."""
        return await self._settings.check(wish)

    @needs("supervisor")
    @only_reads
    @wishes(Compare)
    @gives(Compared)
    async def difference(self, _: web.Request, wish: Compare) -> object:
        """Field by field, from one version to another or to what is written."""
        return await self._settings.difference(wish)


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
