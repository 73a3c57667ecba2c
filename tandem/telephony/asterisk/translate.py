"""What AMI's events mean to the plane. Pure: the Book is all that is remembered between two messages.

Asterisk's own words, tried on 22.10: OriginateResponse tells the reason of a failure only as 3 (the ring timed out)
or 0 (anything else), so the leg's Hangup cause decides; a phone that is not registered or not known gets no channel
at all, and OriginateResponse is all that comes.
"""

from collections.abc import Callable

import msgspec

from tandem.control.events import (
    Bridged,
    CallEnded,
    DeviceFound,
    DeviceLost,
    DialBegun,
    DialFailed,
    Event,
    Held,
    LegAnswered,
    LegConfirmed,
    LegEnded,
    LegFailed,
    LegRinging,
    LineKept,
    MonitorBegan,
    MonitorEnded,
    MonitorJoined,
    Retrieved,
    SeenChannel,
    TalkMeasured,
    TransferAnswered,
)
from tandem.control.voice.measured import Measured
from tandem.telephony.asterisk.wire import Message

LEG_MARK = "tandem-leg-"
CUSTOMER_MARKS = ("tandem-callback-", "tandem-dialled-")
MONITOR_MARK = "tandem-monitor-"
OUR_CONTEXTS = ("tandem-inbound", "tandem-call", "tandem-outside", "tandem-room")
KEPT_CONTEXT = "tandem-nailed"
LONGEST_TRIP = 60.0
"""Seconds there and back; more is none."""
UNREACHABLE_STATES = ("UNAVAILABLE", "INVALID", "UNKNOWN")

# Q.850 causes of a leg or a customer's channel that was never answered; any other is `failed`. No answer counts as one
# only from a phone that was alerting: SIP 480 and a contact where nobody listens give the same cause.
_CAUSES = {1: "unreachable", 3: "unreachable", 17: "busy", 20: "unreachable", 21: "declined", 27: "unreachable"}
_NO_ANSWER_CAUSES = (18, 19)


class Book(msgspec.Struct):
    """What has been seen: unique ids of calls that are ours, members of bridges, devices that can be rung.

    `entered` are calls that entered since a listing was last asked for, so that it can't know them; `asked` are legs
    and customers that Asterisk was asked for and has not yet made; `alerted` are those of them whose phone rings;
    `withdrawn` are those to be hung up as soon as they are made; `leaving` are calls whose caller hung up, though the
    channel is still there.
    """

    calls: set[str] = msgspec.field(default_factory=set)
    entered: set[str] = msgspec.field(default_factory=set)
    asked: set[str] = msgspec.field(default_factory=set)
    alerted: set[str] = msgspec.field(default_factory=set)
    withdrawn: set[str] = msgspec.field(default_factory=set)
    leaving: set[str] = msgspec.field(default_factory=set)
    bridges: dict[str, set[str]] = msgspec.field(default_factory=dict)
    reachable: set[str] = msgspec.field(default_factory=set)

    def forget(self) -> None:
        """Nothing more is seen: all but which calls are ours may be different by now."""
        for name in self.__struct_fields__:
            if name != "calls":
                getattr(self, name).clear()


def is_leg(channel: str) -> bool:
    """True for the unique id of an agent's channel that the plane asked for."""
    return channel.startswith(LEG_MARK)


def is_customer(channel: str) -> bool:
    """True for the unique id of a channel by which the plane calls a customer."""
    return channel.startswith(CUSTOMER_MARKS)


def is_monitor(channel: str) -> bool:
    """True for the unique id of a supervisor's channel that the plane asked for."""
    return channel.startswith(MONITOR_MARK)


def translate(book: Book, message: Message) -> list[Event]:
    """The plane's events for one AMI event, oldest first; none for what doesn't matter. Updates `book`."""
    return _TRANSLATIONS[message["Event"]](book, message) if message["Event"] in _TRANSLATIONS else []


def _newchannel(book: Book, message: Message) -> list[Event]:
    channel = message["Uniqueid"]
    book.asked.discard(channel)
    if is_customer(channel):
        return [DialBegun(channel)]
    if is_monitor(channel):
        return [MonitorBegan(channel)]
    return [LegRinging(channel)] if is_leg(channel) else []


def _dial_state(book: Book, message: Message) -> list[Event]:
    rung = message.get("DestUniqueid", "")
    if (is_leg(rung) or is_customer(rung)) and message["DialStatus"] in ("RINGING", "PROGRESS"):
        book.alerted.add(rung)
    return []


def _dial_end(book: Book, message: Message) -> list[Event]:
    call = message.get("Uniqueid", "")
    return [TransferAnswered(call)] if call in book.calls and message["DialStatus"] == "ANSWER" else []


def _newstate(_book: Book, message: Message) -> list[Event]:
    channel = message["Uniqueid"]
    if message["ChannelStateDesc"] != "Up":
        return []
    if is_monitor(channel):
        return [MonitorJoined(channel)]
    return [LegAnswered(channel)] if is_leg(channel) else []


def _user_event(_book: Book, message: Message) -> list[Event]:
    """Our own dialplan's words about a channel; all but how its voice was are about an agent's."""
    channel, leg = message.get("Uniqueid", ""), message.get("Leg", "")
    if message["UserEvent"] == "TandemQuality":
        return _quality(channel, message)
    if not is_leg(channel):
        return []
    if message["UserEvent"] == "TandemKept":
        return [LineKept(channel, leg)]
    return [LegConfirmed(leg or channel)] if message["UserEvent"] == "TandemConfirmed" else []


def _quality(channel: str, message: Message) -> list[Event]:
    """What CHANNEL(rtcp,all) says. Asterisk counts a far end's clock that runs ahead as a round trip of many hours."""
    told = dict(part.split("=", 1) for part in message.get("Rtcp", "").split(";") if "=" in part)
    try:
        seconds = {name: float(told[name]) for name in ("rxjitter", "rtt")}
        received, lost, sent, lost_there = (int(told[name]) for name in ("rxcount", "lp", "txcount", "rlp"))
    except (KeyError, ValueError):
        return []  # it never had a voice
    round_trip = seconds["rtt"] if 0 <= seconds["rtt"] < LONGEST_TRIP else 0.0
    device = message["Channel"].rpartition("-")[0]
    jitter = max(0.0, seconds["rxjitter"])
    measured = Measured(message.get("Codec", ""), received, max(0, lost), sent, max(0, lost_there), jitter, round_trip)
    return [TalkMeasured(channel, device, measured)]


def _originate_response(book: Book, message: Message) -> list[Event]:
    channel = message["Uniqueid"]
    if message["Response"] != "Failure" or channel not in book.asked:
        return []
    book.asked.discard(channel)
    if is_monitor(channel):
        return [MonitorEnded(channel)]
    return [DialFailed(channel, "unreachable") if is_customer(channel) else LegFailed(channel, "unreachable")]


def _bridge_enter(book: Book, message: Message) -> list[Event]:
    channel = message["Uniqueid"]
    others = book.bridges.setdefault(message["BridgeUniqueid"], set())
    met = [_bridged(book, channel, other) for other in sorted(others)]
    others.add(channel)
    return [event for event in met if event]


def _bridged(book: Book, one: str, other: str) -> Event | None:
    if is_leg(one) and other in book.calls:
        return Bridged(call=other, leg=one)
    if is_leg(other) and one in book.calls:
        return Bridged(call=one, leg=other)
    return None


def _bridge_leave(book: Book, message: Message) -> list[Event]:
    bridge = message["BridgeUniqueid"]
    members = book.bridges.get(bridge, set())
    members.discard(message["Uniqueid"])
    if not members:
        book.bridges.pop(bridge, None)
    return []


def _hold(_book: Book, message: Message) -> list[Event]:
    return [Held(message["Uniqueid"])] if is_leg(message["Uniqueid"]) else []


def _unhold(_book: Book, message: Message) -> list[Event]:
    return [Retrieved(message["Uniqueid"])] if is_leg(message["Uniqueid"]) else []


def _hangup_request(book: Book, message: Message) -> list[Event]:
    if message["Uniqueid"] in book.calls:
        book.leaving.add(message["Uniqueid"])
    return []


def _hangup(book: Book, message: Message) -> list[Event]:
    channel, cause = message["Uniqueid"], _number(message.get("Cause", ""))
    alerted = channel in book.alerted
    book.alerted.discard(channel)
    up = message["ChannelStateDesc"] == "Up"
    if is_monitor(channel):
        return [MonitorEnded(channel)]
    if is_leg(channel):
        return [LegEnded(channel, cause) if up else LegFailed(channel, _failure(cause, alerted))]
    if is_customer(channel) and channel not in book.calls:
        return [CallEnded(channel, cause) if up else DialFailed(channel, _failure(cause, alerted))]
    if channel in book.calls:
        book.calls.discard(channel)
        book.leaving.discard(channel)
        return [CallEnded(channel, cause)]
    return []


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _failure(cause: int, alerted: bool) -> str:
    if cause in _NO_ANSWER_CAUSES:
        return "no_answer" if alerted else "unreachable"
    return _CAUSES.get(cause, "failed")


def _device_state(book: Book, message: Message) -> list[Event]:
    device, found = message["Device"], message["State"] not in UNREACHABLE_STATES
    if not device.startswith("PJSIP/") or found == (device in book.reachable):
        return []
    if found:
        book.reachable.add(device)
        return [DeviceFound(device)]
    book.reachable.discard(device)
    return [DeviceLost(device)]


_TRANSLATIONS: dict[str, Callable[[Book, Message], list[Event]]] = {
    "Newchannel": _newchannel,
    "DialState": _dial_state,
    "DialEnd": _dial_end,
    "Newstate": _newstate,
    "UserEvent": _user_event,
    "OriginateResponse": _originate_response,
    "BridgeEnter": _bridge_enter,
    "BridgeLeave": _bridge_leave,
    "Hold": _hold,
    "Unhold": _unhold,
    "HangupRequest": _hangup_request,
    "Hangup": _hangup,
    "DeviceStateChange": _device_state,
}
WANTED = frozenset(_TRANSLATIONS)


# --- listings ---


def reachable_devices(items: list[Message]) -> frozenset[str]:
    """The phones that can be rung, from DeviceStateList."""
    phones = (item for item in items if item.get("Device", "").startswith("PJSIP/"))
    return frozenset(item["Device"] for item in phones if item["State"] not in UNREACHABLE_STATES)


def seen_channels(book: Book, items: list[Message]) -> tuple[SeenChannel, ...]:
    """Every channel of a CoreShowChannels list. Sets `book` right by it.

    A leg that Asterisk was asked for but has not made yet is among them: its making is under way.
    """
    book.bridges = _bridges(items)
    listed = {item["Uniqueid"] for item in items}
    book.calls = {item["Uniqueid"] for item in items if _is_call(book, item)} | book.entered
    book.alerted &= listed
    book.leaving &= listed
    waiting = [SeenChannel(id=leg, name="", up=False) for leg in sorted(book.asked - listed)]
    return (*(_seen(book, item) for item in items), *waiting)


def _bridges(items: list[Message]) -> dict[str, set[str]]:
    bridges: dict[str, set[str]] = {}
    for item in items:
        if bridge := item.get("BridgeId"):
            bridges.setdefault(bridge, set()).add(item["Uniqueid"])
    return bridges


def _is_call(book: Book, item: Message) -> bool:
    """Ours, though it may have entered when another controller was in charge."""
    channel = item["Uniqueid"]
    with_leg = any(map(is_leg, book.bridges.get(item.get("BridgeId", ""), ())))
    return not is_leg(channel) and (channel in book.calls or item.get("Context") in OUR_CONTEXTS or with_leg)


def _seen(book: Book, item: Message) -> SeenChannel:
    others = book.bridges.get(item.get("BridgeId", ""), set()) - {item["Uniqueid"]}
    up = item.get("ChannelStateDesc") == "Up"
    kept = item.get("Context") == KEPT_CONTEXT
    return SeenChannel(item["Uniqueid"], item["Channel"], up, tuple(sorted(others)), kept)
