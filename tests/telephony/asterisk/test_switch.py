import asyncio

from tandem.control.events import (
    CallEnded,
    Event,
    SeenChannel,
    SwitchFound,
    SwitchLost,
)
from tests.telephony.asterisk.plane import CHANNEL, ENDED, listen, plane
from tests.telephony.asterisk.scripted import (
    Caller,
    block,
    listing,
    silence,
)


async def test_when_the_link_is_up_it_takes_charge_and_tells_what_there_is() -> None:
    async with plane(CHANNEL) as it:
        assert it.told == [
            SwitchFound(
                "2026-11-21 21:32:42", 1000.0, (SeenChannel("1.1", "PJSIP/trunk-1.1", up=True),), ("PJSIP/1001",)
            )
        ]
        setvar = it.asterisk.actions[1]
        assert (setvar["Action"], setvar["Variable"], "Channel" in setvar) == ("Setvar", "TANDEM_AGI", False)
        assert "Command" not in it.asterisk.names()


async def test_who_is_not_in_charge_leaves_the_entrance_to_who_is() -> None:
    async with plane(CHANNEL, in_charge=False) as it:
        assert "Setvar" not in it.asterisk.names()


async def test_nobody_enters_without_the_key_that_asterisk_was_given() -> None:
    async with plane() as it:
        for key in ("", "guess"):
            stranger = await Caller.connect(it.port)
            stranger.enter("1.1", network_script=key)
            await stranger.ended()
        await it.entered()
        assert it.switch.counters.strangers == 2


async def test_a_lost_link_is_told_once_and_then_the_picture_anew() -> None:
    async with plane() as it:
        it.asterisk.cut()
        await it.next(SwitchLost)
        await it.next(SwitchFound)


async def test_a_listing_cut_off_is_asked_for_again_at_once() -> None:
    async with plane() as it:
        whole = it.asterisk.answers["CoreShowChannels"]
        it.asterisk.answers["CoreShowChannels"] = silence
        it.switch.ami.drop()
        await it.next(SwitchLost)
        await it.asterisk.asked("CoreShowChannels")
        await it.asterisk.asked("CoreShowChannels")
        it.asterisk.answers["CoreShowChannels"] = whole
        await it.next(SwitchLost)
        await it.next(SwitchFound)
        assert it.switch.counters.listings_failed == 1


async def test_a_channel_that_ends_behind_the_list_is_told_behind_it() -> None:
    async with plane() as it:
        await it.entered()
        it.asterisk.answers["CoreShowChannels"] = lambda action: (
            listing(CHANNEL)(action) + block({**ENDED, "Uniqueid": "tandem-leg-2"}) + block(ENDED)
        )
        it.asterisk.cut()
        await it.next(SwitchLost)
        assert (await it.next(SwitchFound)).channels[0].id == "1.1"
        await it.next(Event)
        assert await it.next(CallEnded) == CallEnded("1.1", 16)


async def test_a_call_that_entered_while_the_link_was_down_is_still_ours() -> None:
    async with plane() as it:
        await it.entered()
        it.asterisk.answers["CoreShowChannels"] = listing(CHANNEL)
        it.asterisk.cut()
        await it.next(SwitchLost)
        await it.next(SwitchFound)
        it.asterisk.say(ENDED)
        assert await it.next(CallEnded) == CallEnded("1.1", 16)


async def test_when_the_plane_is_behind_the_switch_begins_afresh() -> None:
    async with plane() as it:
        await it.entered()
        await it.asterisk.asked("Login")
        it.full = True
        it.asterisk.say(ENDED)
        await it.asterisk.asked("Login")
        it.full = False
        await it.next(SwitchFound)
        assert it.switch.ami.counters.overflows == 1


async def test_stop_leaves_no_task_and_hangs_nobody_up() -> None:
    before = asyncio.all_tasks()
    async with plane() as it:
        caller = await it.entered()
        it.switch.do(listen(wait=30.0))
        await caller.heard()
    await caller.ended()
    left = {task for task in asyncio.all_tasks() - before if "serve" not in repr(task)}
    assert (left, "Hangup" in it.asterisk.names()) == (set(), False)
