"""The handlers for prompts: which there are, how they sound, and recordings that take the synthesiser's place."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec
from aiohttp import web

from tandem.cti.admins import body_of
from tandem.cti.answers import Refused
from tandem.cti.contract import gives, reads, takes
from tandem.cti.identity import DETAIL, needs

PROMPT = r"/prompts/{language:[\w-]{1,35}}/{flow:[\w-]{1,64}}/{text:[\w.-]{1,80}}"


class Name(msgspec.Struct, frozen=True):
    """Which prompt: `key` is `<flow>/<text>`, with `.<n>` for a part of a text."""

    language: str
    key: str

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"


class Prompt(msgspec.Struct, frozen=True):
    """A text that callers hear. `seconds` is None while it is not made yet."""

    language: str
    key: str
    text: str
    origin: Literal["recorded", "synthesised"]
    seconds: float | None


class Prompts(Protocol):
    """Where prompts are made and kept. All may raise Refused."""

    async def all(self) -> Sequence[Prompt]: ...
    async def sound(self, name: Name) -> bytes: ...
    async def record(self, name: Name, sound: bytes) -> Prompt: ...
    async def remove(self, name: Name) -> Prompt: ...
    async def synthesise(self, name: Name) -> Prompt: ...


class PromptsApi:
    """The routes, for `make_app`."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/prompts", self.all),
            web.get(f"{PROMPT}/sound", self.sound),
            web.put(f"{PROMPT}/recording", self.record),
            web.delete(f"{PROMPT}/recording", self.remove),
            web.post(f"{PROMPT}/synthesis", self.synthesise),
        ]

    @needs("supervisor")
    @gives(list[Prompt])
    async def all(self, _: web.Request) -> object:
        """Every text that callers hear."""
        return await self._prompts.all()

    @needs("supervisor")
    @gives(str, media="audio/wav")
    async def sound(self, request: web.Request) -> object:
        """As a WAV of 16 kHz, just as callers hear it."""
        return web.Response(body=await self._prompts.sound(_name(request)), content_type="audio/wav")

    @reads("audio/wav")
    @gives(Prompt)
    async def record(self, request: web.Request) -> object:
        """The body is a WAV; it is what callers hear from the next time on."""
        name, sound = _name(request), await body_of(request)
        if not sound:
            raise Refused(422, "not_right", "Send a WAV file as the body.")
        prompt = await self._prompts.record(name, sound)
        request[DETAIL] = f"{name}: {prompt.seconds or 0:.1f} s"
        return prompt

    @gives(Prompt)
    async def remove(self, request: web.Request) -> object:
        """Callers hear the synthesiser again."""
        return await self._prompts.remove(_name(request))

    @takes(None)
    @gives(Prompt)
    async def synthesise(self, request: web.Request) -> object:
        """Have the synthesiser say it anew."""
        return await self._prompts.synthesise(_name(request))


def _name(request: web.Request) -> Name:
    info = request.match_info
    return Name(info["language"], f"{info['flow']}/{info['text']}")
