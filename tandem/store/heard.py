"""How talks were heard. What a browser says of a leg that is not its agent's is passed over.

Times are epoch seconds; a range holds `since` and all up to, not with, `until`.
"""

import msgspec
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tandem.store.history import within
from tandem.store.models import Leg, TalkQuality

COUNTED = ("at", "device", "codec", "received", "lost", "sent", "lost_there", "loss", "jitter", "round_trip", "score")


class TalkHeard(msgspec.Struct, frozen=True):
    """The voice of one channel of `call`: its agent's, or the caller's (`agent` is empty).

    `told_by` is `switch` or `browser`; both count the same talk of a browser phone, each at its end. `received` and
    `lost` are packets that came there or should have, `sent` and `lost_there` those of the other way; `loss` is the
    share (0 to 1) of the worse way. `jitter` and `round_trip` are seconds, `score` is the mean opinion score.
    """

    call: str
    agent: str
    told_by: str
    at: float
    device: str
    codec: str
    received: int
    lost: int
    sent: int
    lost_there: int
    loss: float
    jitter: float
    round_trip: float
    score: float


async def worst(
    engine: AsyncEngine, since: float, until: float, below: float = 5.0, device: str = "", limit: int = 100
) -> list[TalkHeard]:
    """Those that ended in the range and scored less than `below`; of one `device`, if it is given."""
    of = (TalkQuality.device == device,) if device else ()
    found = _joined().where(*within(TalkQuality.at, since, until), TalkQuality.score < below, *of)
    return await _read(engine, found.order_by(TalkQuality.score, TalkQuality.at, TalkQuality.channel).limit(limit))


async def of_call(engine: AsyncEngine, call: str) -> list[TalkHeard]:
    """All of one contact, in the order of their ends."""
    found = _joined().where(or_(Leg.call == call, TalkQuality.channel == call))
    return await _read(engine, found.order_by(TalkQuality.at, TalkQuality.channel))


def _joined() -> Select[TalkQuality, str, str]:
    """The channel of a call has the call's name, all others are legs."""
    whose = or_(TalkQuality.agent == "", TalkQuality.agent == Leg.agent)
    call = func.coalesce(Leg.call, TalkQuality.channel)
    found = select(TalkQuality, call, Leg.agent).outerjoin(Leg, Leg.leg == TalkQuality.channel)
    return found.where(whose)


async def _read(engine: AsyncEngine, statement: Select[TalkQuality, str, str]) -> list[TalkHeard]:
    async with AsyncSession(engine) as session:
        return [_heard(*row) for row in (await session.execute(statement)).all()]


def _heard(row: TalkQuality, call: str, agent: str | None) -> TalkHeard:
    counted = {name: getattr(row, name) for name in COUNTED}
    return TalkHeard(call=call, agent=agent or "", told_by="browser" if row.agent else "switch", **counted)
