"""Recordings of talks and voicemails, for those with the right to hear them: each hearing is in the audit log first."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from tandem.cti.answers import Refused, answer
from tandem.cti.contract import gives, heeds
from tandem.cti.identity import by_right, identity_of, needs
from tandem.cti.proxied import client_of
from tandem.store.sound import Sound, Sounds

WAV = "audio/wav"
RANGE = "Part of it, in bytes: bytes=1000-."
Note = Callable[[str, str, str, str], Awaitable[None]]
"""Adds to the audit log: who, what, the detail, from where."""


class RecordingsApi:
    """One method a route. `file` gives the place of a recording by its name, ValueError for what is no name."""

    def __init__(self, sounds: Sounds, file: Callable[[str], Path], note: Note) -> None:
        self._sounds, self._file, self._note = sounds, file, note

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/contacts/{contact}/recordings", self.of_contact),
            web.get("/recordings/{recording}/audio", self.audio, allow_head=False),
        ]

    @needs("agent")
    @by_right
    @gives(list[Sound])
    async def of_contact(self, request: web.Request) -> web.Response:
        """What was recorded in a contact, the oldest first: for those with the right hears_recordings."""
        return answer(await self._sounds.of_contact(request.match_info["contact"]))

    @needs("agent")
    @by_right
    @heeds(Range=RANGE)
    @gives(bytes, 206, WAV)
    @gives(bytes, media=WAV)
    async def audio(self, request: web.Request) -> web.FileResponse:
        """One recording, whole or in part: for those with the right hears_recordings. The audit log tells of it."""
        sound = await self._sounds.find(request.match_info["recording"])
        file = self._file(sound.recording) if sound else None
        if sound is None or file is None or not file.is_file():
            raise Refused(404, "unknown_recording", "There is no such recording, or it was erased.")
        part = _part(request, file.stat().st_size)
        detail = f"{sound.kind} of contact {sound.contact}{part}"
        who = identity_of(request)
        await self._note(who.name, f"heard {sound.recording}", detail, client_of(request))
        headers = {"Content-Type": WAV, "Content-Disposition": "inline"}
        return web.FileResponse(file, headers=headers)


def _part(request: web.Request, size: int) -> str:
    """From where it is asked for, in words; empty: all of it. Refused: it has no such part."""
    try:
        wanted = request.http_range
    except ValueError:
        raise Refused(416, "bad_range", "Range is written as bytes=1000- or bytes=1000-1999.") from None
    start = wanted.start or 0
    if start >= size:
        raise Refused(416, "bad_range", f"The recording has {size} bytes.")
    return f", from byte {start if start >= 0 else max(0, size + start)}" if start else ""
