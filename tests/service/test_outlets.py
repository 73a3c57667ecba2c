"""Where commands go, and what is caught up after a restart."""

import asyncio
from typing import Any, cast

import pytest

from tandem.control.commands import Command, HangUpCall, RaiseAlarm, RecordContactOrder, TellDesktop
from tandem.control.desktop.told import ContactEnded
from tandem.cti.answers import Refused
from tandem.service import outlets
from tandem.service.outlets import CATCH_UP, TELL_PROGRESS, Outlets, settled
from tandem.store.journal import Entry
from tandem.store.records import RecordWriter

HANG_UP = HangUpCall("call-1", "SIP/1")
TOLD = TellDesktop("1001", 1, ContactEnded("call-1", "ended"))
ALARM = RaiseAlarm("repairs", "1001", "")
ORDER = RecordContactOrder("call-1", 1.0, "moved", "tech", "mei")
BEHIND = asyncio.Event()
BEHIND.set()


class Writer:
    """A record writer that only counts."""

    def __init__(self) -> None:
        self.fed: list[tuple[int, float, list[Command]]] = []
        self.lag, self.flushed, self.stuck, self.failing = 0, 0, False, False
        self.behind = asyncio.Event()

    def feed(self, seq: int, at: float, records: list[Command]) -> None:
        self.fed.append((seq, at, records))

    async def flush(self) -> None:
        self.flushed += 1
        if self.stuck:
            raise TimeoutError


class World:
    """Outlets that keep what they are given."""

    def __init__(self) -> None:
        self.writer = Writer()
        self.switched: list[Command] = []
        self.told: list[Command] = []
        self.alarms: list[Command] = []
        by_command: dict[type[Command], outlets.Outlet] = {
            TellDesktop: self.told.append,
            RaiseAlarm: self.alarms.append,
        }
        self.outlets = Outlets(cast(RecordWriter, self.writer), self.switched.append, by_command)


def entry(seq: int = 1) -> Entry:
    return Entry(seq, 5.0, b"", 0)


def test_each_command_goes_to_who_carries_it_out_and_to_the_records_if_it_is_one() -> None:
    world = World()
    world.outlets.carry_out(entry(), [HANG_UP, TOLD, ALARM, ORDER])
    assert (world.switched, world.told, world.alarms) == ([HANG_UP], [TOLD], [ALARM])
    assert world.writer.fed == [(1, 5.0, [ALARM, ORDER])]  # an alarm is warned of, and recorded too


def test_without_records_the_writer_only_hears_now_and_then_how_far_the_journal_is() -> None:
    world = World()
    for seq in range(1, 2 * TELL_PROGRESS + 1):
        world.outlets.carry_out(entry(seq), [HANG_UP])
    assert [seq for seq, _, _ in world.writer.fed] == [TELL_PROGRESS, 2 * TELL_PROGRESS]


async def test_after_a_restart_nothing_is_done_again_but_desktops_and_records_have_it() -> None:
    world = World()
    await world.outlets.catch_up(entry(), [HANG_UP, TOLD, ALARM])
    assert (world.switched, world.told, world.alarms) == ([], [TOLD], [])
    assert (world.writer.fed, world.writer.flushed) == ([(1, 5.0, [ALARM])], 0)
    world.writer.lag = CATCH_UP + 1
    await world.outlets.catch_up(entry(2), [])
    assert world.writer.flushed == 1
    world.writer.behind.set()
    await world.outlets.catch_up(entry(3), [])
    assert world.writer.flushed == 1, "what is left to the journal is not waited for"


async def test_what_another_controller_does_and_records_is_known_to_desktops() -> None:
    world = World()
    await world.outlets.follow(entry(), [HANG_UP, TOLD, ALARM, ORDER])
    assert (world.switched, world.told, world.alarms, world.writer.fed) == ([], [TOLD], [], [])


@pytest.mark.parametrize("behind", [{"lag": 1}, {"behind": BEHIND}, {"stuck": True, "lag": 1}])
async def test_who_needs_the_records_as_they_are_waits_for_them_or_is_refused(behind: dict[str, Any]) -> None:
    writer = Writer()
    await settled(cast(RecordWriter, writer))
    assert writer.flushed == 1
    for name, value in behind.items():
        setattr(writer, name, value)
    with pytest.raises(Refused) as refused:
        await settled(cast(RecordWriter, writer))
    assert refused.value.code == "records_behind"
