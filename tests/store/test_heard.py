"""The worst talks, and those of one contact."""

from typing import Any

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control import commands
from tandem.store import behind, heard
from tests.store.examples import contact
from tests.store.test_queries import write

LEG = commands.RecordLeg("l1", "c1", "1001", "PJSIP/1001-web", 1010.0, 1012.0, 1012.1, 1060.0, 0.0, "answered")
SWITCH = commands.RecordTalkQuality(
    "l1", "", "PJSIP/1001-web", 1060.0, "opus", 2400, 12, 2400, 0, 0.005, 0.004, 0.03, 4.3
)
BROWSER = replace(SWITCH, agent="1001", at=1059.0, score=3.1)
CALLER = replace(SWITCH, channel="c1", device="PJSIP/trunk", codec="alaw", at=1070.0, score=2.0)
OTHER = replace(SWITCH, channel="c2", device="PJSIP/trunk", at=1080.0, score=4.4)


async def told(engine: AsyncEngine, *more: Any) -> None:
    await write(engine, [contact(), contact("c2"), LEG, SWITCH, BROWSER, CALLER, OTHER, *more])


def seen(found: list[heard.TalkHeard]) -> list[tuple[str, str, str]]:
    return [(talk.call, talk.agent, talk.told_by) for talk in found]


async def test_the_worst_come_first(engine: AsyncEngine) -> None:
    await told(engine)
    all_of_them = await heard.worst(engine, 1000.0, 1081.0)
    assert seen(all_of_them) == [
        ("c1", "", "switch"), ("c1", "1001", "browser"), ("c1", "1001", "switch"), ("c2", "", "switch")
    ]  # fmt: skip
    assert (all_of_them[0].codec, all_of_them[0].score, all_of_them[0].received) == ("alaw", 2.0, 2400)
    assert await heard.worst(engine, 1000.0, 1081.0, limit=2) == all_of_them[:2]
    assert await heard.worst(engine, 1000.0, 1081.0, below=3.6) == all_of_them[:2]
    assert await heard.worst(engine, 1060.0, 1080.0) == [all_of_them[0], all_of_them[2]]
    assert await heard.worst(engine, 1000.0, 1081.0, device="PJSIP/trunk") == [all_of_them[0], all_of_them[3]]


async def test_a_contact_has_all_its_channels(engine: AsyncEngine) -> None:
    await told(engine)
    whole = await behind.whole(engine, "c1")
    assert whole is not None
    assert [(talk.device, talk.told_by) for talk in whole.heard] == [
        ("PJSIP/1001-web", "browser"), ("PJSIP/1001-web", "switch"), ("PJSIP/trunk", "switch")
    ]  # fmt: skip


async def test_nobody_speaks_of_another_agents_talk(engine: AsyncEngine) -> None:
    await told(engine, replace(BROWSER, agent="1002", score=1.0), replace(BROWSER, channel="c2", score=1.0))
    found = await heard.worst(engine, 1000.0, 1081.0)
    assert len(found) == 4
    assert min(talk.score for talk in found) == 2.0
