"""A caller who is connected with somebody outside, by a real Dial(), and comes back to the flow."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from tandem.store.models import Alarm, Leg
from tests.live.centre import AFTER_TALK, HOTLINE, LiveCentre
from tests.live.errands import PLAN, SHOP, TO_FORBIDDEN, TO_SHOP, choose, errand_centre, says
from tests.phones import Line, tone

pytestmark = pytest.mark.live


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[LiveCentre]:
    async with errand_centre(tmp_path) as running:
        yield running


async def test_callers_talk_with_somebody_outside_and_come_back(centre: LiveCentre) -> None:
    shop = await centre.lab.agent(SHOP, centre.password(SHOP))
    line = await choose(centre, "13800000001", TO_SHOP)
    there = await shop.answers()
    assert there.peer == f"sip:{HOTLINE}@127.0.0.1"
    await both_hear(line, there)
    await there.hang_up()
    await says(centre, line, "back", AFTER_TALK)
    await line.press(TO_SHOP)
    await shop.declines()
    await says(centre, line, "busy")
    await line.press(TO_FORBIDDEN)
    await says(centre, line, "sorry")
    await line.hang_up()
    await centre.idle()

    answered, busy = sorted(await centre.rows(Leg), key=lambda leg: leg.ended_at)
    assert (answered.device, answered.outcome, busy.outcome) == (f"PJSIP/{SHOP}", "answered", "busy")
    assert answered.answered_at
    assert 0.5 < answered.ended_at - answered.answered_at < 10.0
    alarms = ["flow forced", "transfer not allowed", "flow fault"]  # the linter has doubts about TO_FORBIDDEN
    assert [alarm.kind for alarm in await centre.rows(Alarm)] == alarms
    assert (await centre.contacts())["13800000001"].outcome == "transferred"


async def test_callers_may_hang_up_whenever_they_like(centre: LiveCentre) -> None:
    shop = await centre.lab.agent(SHOP, centre.password(SHOP))
    line = await choose(centre, "13800000001", TO_SHOP)
    ringing = await shop.rings()
    await line.hang_up()
    await ringing.ended(2.0)
    line = await choose(centre, "13800000002", TO_SHOP)
    there = await shop.answers()
    await both_hear(line, there)
    await line.hang_up()
    await there.ended(2.0)
    await centre.idle()
    assert sorted(leg.outcome for leg in await centre.rows(Leg)) == ["abandoned", "answered"]
    contacts = await centre.contacts()
    assert (contacts["13800000001"].outcome, contacts["13800000002"].outcome) == ("left_menu", "transferred")


async def both_hear(one: Line, other: Line) -> None:
    one.says(tone(440.0, seconds=3.0))
    other.says(tone(880.0, seconds=3.0))
    await asyncio.gather(one.hears_tone(880.0), other.hears_tone(440.0))


class BusyGateway(asyncio.DatagramProtocol):
    """A provider's end of the trunk, who finds everybody busy."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, sender: tuple[str | Any, int]) -> None:
        first, *lines = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        if first.startswith("INVITE"):
            self.called.append(first)
            kept = [line for line in lines if line.partition(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
            answer = "\r\n".join(["SIP/2.0 486 Busy Here", *kept, "Content-Length: 0", "", ""])
            self._transport.sendto(answer.encode(), sender)


async def test_a_number_goes_out_by_the_trunk(tmp_path: Path) -> None:
    transport, gateway = await asyncio.get_running_loop().create_datagram_endpoint(BusyGateway, ("127.0.0.1", 0))
    plan = PLAN.replace("numbers:", "trunk: trunk, numbers:")
    async with errand_centre(tmp_path, plan, trunk_contact=f"sip:127.0.0.1:{gateway.port}") as centre:
        line = await choose(centre, "13800000001", TO_SHOP)
        await says(centre, line, "busy")
        await line.hang_up()
        await centre.idle()
        assert gateway.called == [f"INVITE sip:{SHOP}@127.0.0.1:{gateway.port} SIP/2.0"]
        assert [(leg.device, leg.outcome) for leg in await centre.rows(Leg)] == [(f"PJSIP/{SHOP}@trunk", "busy")]
    transport.close()
