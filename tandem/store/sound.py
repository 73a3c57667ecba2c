"""What was recorded in a contact, talks and voicemails, for who may hear it."""

from typing import Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.models import Recording, Voicemail

Kind = Literal["talk", "voicemail"]


class Sound(msgspec.Struct, frozen=True):
    """One recording: of a talk of `agent`, or a voicemail, which `agent` heard (empty: nobody yet). `at` is when it
    began, or was left (epoch seconds). `sha256` is that of a talk's file when it was closed, empty for a voicemail."""

    recording: str
    kind: Kind
    contact: str
    at: float
    seconds: float
    queue: str
    agent: str
    sha256: str = ""


class Sounds:
    """Reads them. What was erased is not among them. Raises SQLAlchemyError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_contact(self, contact: str) -> list[Sound]:
        """All of a contact, the oldest first."""
        talks = select(Recording).where(Recording.call == contact, Recording.file != "")
        voicemails = select(Voicemail).where(Voicemail.call == contact, Voicemail.file != "")
        async with AsyncSession(self._engine) as session:
            found = [_talk(row) for row in await session.scalars(talks)]
            found += [_voicemail(row) for row in await session.scalars(voicemails)]
        return sorted(found, key=lambda sound: sound.at)

    async def find(self, recording: str) -> Sound | None:
        """The one of this name; None: there is none."""
        async with AsyncSession(self._engine) as session:
            if (talk := await session.get(Recording, recording)) is not None and talk.file:
                return _talk(talk)
            voicemail = await session.get(Voicemail, recording)
            return _voicemail(voicemail) if voicemail is not None and voicemail.file else None


def _talk(row: Recording) -> Sound:
    return Sound(row.recording, "talk", row.call, row.began_at, row.seconds, row.queue, row.agent, row.sha256)


def _voicemail(row: Voicemail) -> Sound:
    return Sound(row.voicemail, "voicemail", row.call, row.left_at, row.seconds, row.queue, row.agent or "")
