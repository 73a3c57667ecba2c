"""The plane's commands in AMI's words, and an AGI request in the plane's. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from tandem.control.commands import (
    ChangeMonitoring,
    DialCustomer,
    HoldCall,
    JoinLeg,
    JoinRoom,
    KeepLine,
    Manner,
    NailUp,
    PlayToAgent,
    RingAgent,
    RingColleague,
    RingSupervisor,
    StartRecording,
    Transfer,
)
from tandem.control.events import CallEntered, Transferred
from tandem.control.settings import is_in_browser
from tandem.telephony.asterisk.wire import printable

ROOM, WAITS, CALL = "tandem-room", "tandem-agent-waits", "tandem-call"
"""Contexts of the dialplan."""
_FROM = re.compile(r'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^<"]*))\s*<?sips?:(?P<user>[^@;>]*)(?:;[^@>]*)?@')
LONGEST_NUMBER = 40
Fields = dict[str, Any]
"""Of an AMI action: Values by name."""
_OUTSIDE = re.compile(r"PJSIP/[A-Za-z0-9_.+:@/-]+")
_CALLER_ID = re.compile(r"\+?[0-9]*")
_OUTCOMES = {"ANSWER": "answered", "BUSY": "busy", "NOANSWER": "no_answer"}


def call_entered(call: str, request: Mapping[str, str], arguments: Sequence[str]) -> CallEntered:
    """An AGI request in the plane's words.

    The first argument is the number dialled (without one, what Asterisk says), the second the From header of a call
    from a trunk, percent-encoded; other calls come from accounts, whose caller id we set ourselves. The third is the
    leg that the call was joined with last, if any, the fourth what came of the last transfer, the fifth what AMD()
    heard in a call that we made.
    """
    dialled, sender, last_leg, transfer, heard = (*arguments, "", "", "", "", "")[:5]
    caller, name = _known(request.get("agi_callerid", "")), _known(request.get("agi_calleridname", ""))
    if sender:
        caller, name = caller_from(unquote(sender))
    return CallEntered(
        call=call,
        channel=printable(request.get("agi_channel", "")),
        caller=printable(caller, LONGEST_NUMBER),
        caller_name=printable(name),
        dialled=printable(dialled or _known(request.get("agi_dnid", ""))),
        last_leg=printable(last_leg),
        transferred=transferred(transfer),
        machine=heard == "MACHINE",
    )


def transferred(words: str) -> Transferred | None:
    """What came of a transfer, as the dialplan says it: "<number>:<DIALSTATUS>:<seconds of talk>".

    Without a DIALSTATUS, Dial() never came to its end: the caller was taken elsewhere.
    """
    number, status, seconds = (*words.split(":"), "", "", "")[:3]
    if not number.isdecimal():
        return None
    talk_seconds = float(seconds) if seconds.isdecimal() else 0.0
    return Transferred(int(number), _OUTCOMES.get(status, "failed"), talk_seconds)


def caller_from(header: str) -> tuple[str, str]:
    """Number and display name in a From header (RFC 3261, 20.20); empty where there is none, or it is anonymous."""
    match = _FROM.match(header)
    if match is None:
        return "", ""
    name = re.sub(r"\\(.)", r"\1", match["quoted"]) if match["quoted"] is not None else match["bare"].strip()
    number = unquote(match["user"])
    return ("" if number == "anonymous" else number), name


def _known(value: str) -> str:
    """Asterisk writes `unknown` for what it has not got."""
    return "" if value == "unknown" else value


def originate(command: RingAgent) -> Fields:
    """The fields of an Originate. Raises ValueError when the caller's channel is none.

    An agent who is rung before the customer is called waits for them, one who is consulted is led into the room.
    """
    if command.room:
        fields = _originate(command, ROOM, f"TANDEM_ROOM={joinable(command.room)}")
        if command.longest:
            fields["Variable"].append(f"TIMEOUT(absolute)={round(command.longest)}")
        return fields
    context = "tandem-agent" if command.channel else WAITS
    return _originate(command, context, f"TANDEM_CALLER={joinable(command.channel)}")


def play_to(command: PlayToAgent, path: str) -> Fields:
    """The fields of an Originate that plays the recording at `path`, as Asterisk sees it."""
    return _originate(command, "tandem-voicemail", f"TANDEM_MESSAGE={path}")


def nail_up(command: NailUp) -> Fields:
    """The fields of an Originate that calls an agent whose line is to be kept."""
    return {
        "Channel": dialable(command.destination),
        "ChannelId": command.line,
        "Context": "tandem-nailed",
        "Exten": "s",
        "Priority": 1,
        "Async": "true",
        "Timeout": round(command.ring_seconds * 1000),
        "CallerID": f"<{_bare(command.caller_id)}>",
        "Variable": ["TANDEM_NAILED=1"],
    }


def ring_colleague(command: RingColleague) -> Fields:
    """The fields of an Originate that rings an agent whom another one calls."""
    return _originate(command, "tandem-colleague", f"TANDEM_CALLER={joinable(command.channel)}")


def ring_supervisor(command: RingSupervisor) -> Fields:
    """The fields of an Originate that rings a supervisor who is to be on an agent's talk. Raises ValueError for what is
    not one phone, or not one channel."""
    return {
        "Channel": dialable(command.device),
        "ChannelId": command.monitor,
        "Context": "tandem-monitor",
        "Exten": command.mode,
        "Priority": 1,
        "Async": "true",
        "Timeout": round(command.ring_seconds * 1000),
        "CallerID": f"<{_bare(command.agent)}>",
        "Variable": [f"TANDEM_TALK={joinable(command.channel)}"],
    }


class Way(NamedTuple):
    """Where an agent's channel is led in the dialplan, and with which variables."""

    channel: str
    context: str
    extension: str
    variables: dict[str, str]


Led = JoinLeg | KeepLine | PlayToAgent | ChangeMonitoring


def way_of(command: Led, message: str = "") -> Way:
    """Where an agent's channel goes by this command; a kept line is told for which leg. `message` is to be played."""
    if isinstance(command, KeepLine):
        return Way(command.line, "tandem-nailed", "kept", {})
    if isinstance(command, ChangeMonitoring):
        return Way(command.monitor, "tandem-monitor", command.mode, {"TANDEM_TALK": joinable(command.channel)})
    lent = {"TANDEM_LEG": command.leg} if command.line else {}
    if isinstance(command, PlayToAgent):
        return Way(command.line, "tandem-voicemail", "s", {"TANDEM_MESSAGE": message, **lent})
    return Way(command.line or command.leg, "tandem-agent", "s", {"TANDEM_CALLER": command.channel, **lent})


def hold(command: HoldCall) -> Fields:
    """The fields of the Redirect that takes caller and agent apart."""
    return {
        "Channel": exact(command.channel),
        "Context": CALL,
        "Exten": "s",
        "Priority": 1,
        "ExtraChannel": exact(command.leg),
        "ExtraContext": WAITS,
        "ExtraExten": "rings" if command.rings else "silent",
        "ExtraPriority": 1,
    }


def into_room(command: JoinRoom) -> list[Way]:
    """Where everybody goes by this command, the agents first: the caller stays while one of them is there."""
    room = {"TANDEM_ROOM": command.call}
    ways = [
        Way(channel, ROOM, "s", room | ({"TANDEM_LEG": leg} if leg != channel else {}))
        for channel, leg in command.legs.items()
    ]
    return [*ways, Way(command.channel, ROOM, "caller", room)] if command.channel else ways


def record(command: StartRecording, path: str) -> Fields:
    """The fields of the MixMonitor that records a talk to `path`, as Asterisk sees it.

    Option b writes only while the channel is in a bridge, i marks the channel with what was begun.
    """
    return {
        "Channel": exact(command.channel),
        "File": f"{path}.wav",
        "Options": f"bi({mark_of(command.recording)})",
    }


def mark_of(recording: str) -> str:
    """The variable of a channel that tells of a recording which was begun on it."""
    return f"TANDEM_{re.sub('[^A-Za-z0-9]', '_', recording)}"


def manner(command: NailUp | RingAgent | RingColleague | PlayToAgent, prompts: Sequence[str]) -> list[str]:
    """The variables of an Originate that say how the agent's phone takes it; `prompts` as Asterisk sees them.

    Headers that make a phone pick up by itself: Call-Info with answer-after (Polycom, Snom, Linphone), Alert-Info
    (Yealink, Grandstream, baresip), Answer-Mode (RFC 5373, which knows no delay).
    """
    how: Manner = command.manner
    variables = ["TANDEM_TONE=1"] if how.tone else []
    if how.confirm_key:
        variables += [f"TANDEM_CONFIRM={_bare(how.confirm_key)}", f"TANDEM_PROMPT={'&'.join(prompts)}"]
    if how.auto_answer is not None:
        seconds = round(how.auto_answer)
        headers = {
            "Call-Info": f"<sip:127.0.0.1>;answer-after={seconds}",
            "Alert-Info": f"<http://127.0.0.1>;info=alert-autoanswer;delay={seconds}",
        } | ({} if seconds else {"Answer-Mode": "Auto"})
        variables += [f"PJSIP_HEADER(add,{name})={value}" for name, value in headers.items()]
    return variables


def _originate(command: RingAgent | RingColleague | PlayToAgent, context: str, variable: str) -> Fields:
    """A browser is told which leg it is, so that it can say how that was heard."""
    in_browser = [f"PJSIP_HEADER(add,X-Tandem-Leg)={command.leg}"] if is_in_browser(command.device) else []
    return {
        "Channel": dialable(command.device),
        "ChannelId": command.leg,
        "Context": context,
        "Exten": "s",
        "Priority": 1,
        "Async": "true",
        "Timeout": round(command.ring_seconds * 1000),
        "CallerID": f'"{_bare(command.caller_name)}" <{_bare(command.caller)}>',
        "Variable": [variable, *in_browser],
    }


def call_back(command: DialCustomer) -> Fields:
    """The fields of an Originate that calls a customer back. Raises ValueError for what is not one destination."""
    return {
        "Channel": dialable(command.destination),
        "ChannelId": command.call,
        "Context": "tandem-callback",
        "Exten": "s",
        "Priority": 1,
        "Async": "true",
        "Timeout": round(command.ring_seconds * 1000),
        "CallerID": f"<{_bare(command.caller_id)}>",
        "Variable": [f"TANDEM_DIALLED={_bare(command.dialled)}", f"TANDEM_AMD={int(command.detect_machine)}"],
    }


def dial(command: Transfer) -> str:
    """The arguments of Dial(). Raises ValueError for what would be read as something else than one destination.

    Options: g goes on in the dialplan afterwards, i lets nobody forward the call elsewhere, m plays music while it
    rings, S bounds the talk, f is the number shown.
    """
    if not _OUTSIDE.fullmatch(command.destination) or not _CALLER_ID.fullmatch(command.caller_id):
        raise ValueError(f"can't be dialled: {command.destination!r} as {command.caller_id!r}")
    shown = f"f({command.caller_id})" if command.caller_id else ""
    return f"{command.destination},{round(command.ring_seconds)},gim(default)S({round(command.talk_seconds)}){shown}"


def dialable(device: str) -> str:
    """`device` itself. Raises ValueError for what is not one phone or number."""
    if not _OUTSIDE.fullmatch(device):
        raise ValueError(f"can't be dialled: {device!r}")
    return device


def _bare(text: str) -> str:
    """`text` without what has a meaning in a caller id."""
    return "".join(letter for letter in printable(text) if letter not in '"<>\\')


def joinable(channel: str) -> str:
    """`channel` itself. Raises ValueError for what would be read as options of Bridge()."""
    if "," in channel:
        raise ValueError(f"no channel name: {channel!r}")
    return channel


def exact(channel: str) -> str:
    """`channel` itself. Raises ValueError for what Hangup would take for a pattern, ending every channel it fits."""
    if channel.startswith("/"):
        raise ValueError(f"no channel: {channel!r}")
    return channel
