"""Streams recorded from Asterisk 22.10, each beside the events it must become (see the folder's README)."""

from pathlib import Path

import msgspec
import pytest

from tandem.control import events
from tandem.control.events import Event, SeenChannel
from tandem.control.voice.measured import Measured
from tandem.telephony.asterisk import wire
from tandem.telephony.asterisk.translate import Book, reachable_devices, seen_channels, translate

GOLDEN = Path(__file__).parents[2] / "golden" / "ami"
EVENTS = msgspec.json.Decoder(
    events.CallEnded | events.LegRinging | events.LegAnswered | events.LegFailed | events.LegEnded
    | events.Bridged | events.Held | events.Retrieved | events.DeviceFound | events.DeviceLost
)  # fmt: skip


def recorded(name: str) -> list[wire.Message]:
    return [wire.message(block) for block in (GOLDEN / f"{name}.txt").read_bytes().split(b"\r\n\r\n")]


def told(book: Book, messages: list[wire.Message]) -> list[Event]:
    return [event for message in messages if "Event" in message for event in translate(book, message)]


@pytest.mark.parametrize("expected", sorted(GOLDEN.glob("*.jsonl")), ids=lambda path: path.stem)
def test_recorded_stream(expected: Path) -> None:
    first, *lines = expected.read_bytes().splitlines()
    book = msgspec.json.decode(first, type=Book)
    assert told(book, recorded(expected.stem)) == [EVENTS.decode(line) for line in lines]
    assert book == Book(reachable=book.reachable), "nothing of the call may be left"


@pytest.mark.parametrize(
    ("stream", "told_last"),
    [
        ("busy", events.DialFailed("CUSTOMER", "busy")),
        ("declined", events.DialFailed("CUSTOMER", "declined")),
        ("no_answer", events.DialFailed("CUSTOMER", "no_answer")),
        ("dead_contact", events.DialFailed("CUSTOMER", "unreachable")),
        ("unregistered", events.DialFailed("CUSTOMER", "unreachable")),
        ("late_answer", events.CallEnded("CUSTOMER", 16)),
    ],
)
def test_a_customers_phone_is_told_as_an_agents_is(
    stream: str, told_last: events.DialFailed | events.CallEnded
) -> None:
    """The recordings are of agents' legs; Asterisk says the same of any channel that it was asked to originate."""
    first, *lines = (GOLDEN / f"{stream}.jsonl").read_bytes().splitlines()
    leg = next(EVENTS.decode(line).leg for line in lines if b"leg" in line)
    customer = leg.replace("tandem-leg-", "tandem-callback-")
    text = (GOLDEN / f"{stream}.txt").read_bytes().replace(leg.encode(), customer.encode())
    book = msgspec.json.decode(first.replace(leg.encode(), customer.encode()), type=Book)
    heard = told(book, [wire.message(block) for block in text.split(b"\r\n\r\n")])
    about = [event for event in heard if getattr(event, "call", "") == customer]
    assert about[-1] == msgspec.structs.replace(told_last, call=customer)
    assert stream == "unregistered" or about[0] == events.DialBegun(customer)
    assert not [event for event in heard if getattr(event, "leg", "") == customer]


def test_a_call_of_somebody_else_is_not_told() -> None:
    book = Book()
    assert not [
        event for event in told(book, recorded("served")) if isinstance(event, events.CallEnded | events.Bridged)
    ]


def items(name: str, event: str) -> list[wire.Message]:
    return [message for message in recorded(name) if message.get("Event") == event and "ActionID" in message]


LEG = "tandem-leg-tandem-test-1795297865.74-15"
TALKING, WAITING = "tandem-test-1795297865.74", "tandem-test-1795297865.77"


def test_a_listing_shows_channels_and_who_talks_with_whom() -> None:
    seen = seen_channels(Book(), items("listing", "CoreShowChannel"))
    assert set(seen) == {
        SeenChannel(LEG, "PJSIP/101-00000043", up=True, bridged_with=(TALKING,)),
        SeenChannel(TALKING, "PJSIP/100-00000042", up=True, bridged_with=(LEG,)),
        SeenChannel(WAITING, "PJSIP/104-00000044", up=True),
    }


def test_after_a_listing_a_new_controller_tells_the_end_of_calls_it_never_saw_enter() -> None:
    book = Book()
    seen_channels(book, items("listing", "CoreShowChannel"))
    after = recorded("listing")[-20:]
    ended = [event for event in told(book, after) if isinstance(event, events.CallEnded | events.LegEnded)]
    assert ended == [events.CallEnded(WAITING, 0), events.CallEnded(TALKING, 16), events.LegEnded(LEG, 16)]


def test_a_listing_forgets_what_is_gone_but_not_who_entered_since_it_was_asked_for() -> None:
    book = Book(calls={"gone", "new"}, entered={"new"}, alerted={"tandem-leg-gone"}, bridges={"old": {"gone"}})
    assert seen_channels(book, []) == ()
    assert (book.calls, book.alerted, book.bridges) == ({"new"}, set(), {})


def test_a_leg_not_made_yet_is_in_the_listing() -> None:
    assert seen_channels(Book(asked={"tandem-leg-1"}), []) == (SeenChannel("tandem-leg-1", "", up=False),)


def test_reachable_devices_are_phones_that_can_be_rung() -> None:
    found = reachable_devices(items("listing", "DeviceStateChange"))
    assert found == {"PJSIP/100", "PJSIP/101", "PJSIP/104", "PJSIP/sipp"}


LINE = "tandem-leg-line-1001-7"


def user_event(name: str, channel: str, **more: str) -> wire.Message:
    return {"Event": "UserEvent", "UserEvent": name, "Uniqueid": channel, **more}


HEARD_LEG = "tandem-leg-1"
RTCP = "ssrc=1;themssrc=2;lp=12;rxjitter=0.001125;rxcount=351;txjitter=0.003;txcount=340;rlp=3;rtt=0.500000;txmes=88.0"
NO_TRIP = RTCP.replace("lp=12", "lp=0").replace("rtt=0.500000", "rtt=65535.999893")
"""As Asterisk 22.10 said it of a phone on the same machine, whose clock seemed to run ahead."""


def quality(channel: str, name: str, rtcp: str) -> wire.Message:
    return user_event("TandemQuality", channel, Channel=name, Codec="alaw", Rtcp=rtcp)


def heard(channel: str, device: str, lost: int, round_trip: float) -> events.TalkMeasured:
    return events.TalkMeasured(channel, device, Measured("alaw", 351, lost, 340, 3, 0.001125, round_trip))


@pytest.mark.parametrize(
    ("message", "told_of_it"),
    [
        (user_event("TandemKept", LINE, Leg=""), [events.LineKept(LINE)]),
        (user_event("TandemKept", LINE, Leg="tandem-leg-1"), [events.LineKept(LINE, "tandem-leg-1")]),
        (user_event("TandemConfirmed", "tandem-leg-1"), [events.LegConfirmed("tandem-leg-1")]),
        (user_event("TandemConfirmed", LINE, Leg="tandem-leg-1"), [events.LegConfirmed("tandem-leg-1")]),
        (quality("CALL", "PJSIP/trunk-0000001a", RTCP), [heard("CALL", "PJSIP/trunk", 12, 0.5)]),
        (
            quality(HEARD_LEG, "PJSIP/tel-1-web-0000001b", NO_TRIP),
            [heard(HEARD_LEG, "PJSIP/tel-1-web", 0, 0.0)],
        ),
        (quality(HEARD_LEG, "PJSIP/1001-0000001b", ""), []),
        (quality(HEARD_LEG, "PJSIP/1001-0000001b", RTCP.replace("lp=12", "lp=some")), []),
        (user_event("Something", LINE), []),
        (user_event("TandemKept", "1700000000.1", Leg=""), []),
    ],
)
def test_our_own_dialplans_words_about_an_agents_channel(message: wire.Message, told_of_it: list[Event]) -> None:
    assert translate(Book(), message) == told_of_it


def test_a_listing_shows_which_lines_wait_in_their_place() -> None:
    line = {"Uniqueid": LINE, "Channel": "PJSIP/2001-1", "ChannelStateDesc": "Up"}
    contexts = ("tandem-nailed", "tandem-confirm", "tandem-agent")
    seen = seen_channels(Book(), [line | {"Context": context} for context in contexts])
    assert [channel.kept for channel in seen] == [True, False, False]


EAR = "tandem-monitor-1"


@pytest.mark.parametrize(
    ("message", "told_of_it"),
    [
        ({"Event": "Newchannel"}, [events.MonitorBegan(EAR)]),
        ({"Event": "Newstate", "ChannelStateDesc": "Ringing"}, []),
        ({"Event": "Newstate", "ChannelStateDesc": "Up"}, [events.MonitorJoined(EAR)]),
        ({"Event": "Hangup", "ChannelStateDesc": "Up", "Cause": "16"}, [events.MonitorEnded(EAR)]),
        ({"Event": "Hangup", "ChannelStateDesc": "Ringing", "Cause": "17"}, [events.MonitorEnded(EAR)]),
        ({"Event": "OriginateResponse", "Response": "Failure"}, [events.MonitorEnded(EAR)]),
        ({"Event": "OriginateResponse", "Response": "Success"}, []),
        ({"Event": "Hold"}, []),
    ],
)
def test_a_supervisors_channel(message: wire.Message, told_of_it: list[Event]) -> None:
    assert translate(Book(asked={EAR}), {"Uniqueid": EAR, **message}) == told_of_it


def test_a_customer_whom_an_agent_dials_is_a_customer() -> None:
    message = {"Event": "Hangup", "Uniqueid": "tandem-dialled-1", "ChannelStateDesc": "Ringing", "Cause": "17"}
    assert translate(Book(), message) == [events.DialFailed("tandem-dialled-1", "busy")]
