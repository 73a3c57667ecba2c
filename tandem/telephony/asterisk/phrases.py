"""The plane's commands in AMI's words, and an AGI request in the plane's. Pure."""

from collections.abc import Mapping, Sequence

from tandem.control.commands import RingAgent
from tandem.control.events import CallEntered
from tandem.telephony.asterisk.wire import Value, printable


def call_entered(call: str, request: Mapping[str, str], arguments: Sequence[str]) -> CallEntered:
    """An AGI request in the plane's words; the number dialled is the first argument, else what the trunk says."""
    dialled = arguments[0] if arguments else _known(request.get("agi_dnid", ""))
    return CallEntered(
        call=call,
        channel=printable(request.get("agi_channel", "")),
        caller=printable(_known(request.get("agi_callerid", ""))),
        caller_name=printable(_known(request.get("agi_calleridname", ""))),
        dialled=printable(dialled),
    )


def _known(value: str) -> str:
    """Asterisk writes `unknown` for what it has not got."""
    return "" if value == "unknown" else value


def originate(command: RingAgent) -> dict[str, Value]:
    """The fields of an Originate. Raises ValueError when the caller's channel is none."""
    if "," in command.channel:
        raise ValueError(f"no channel name: {command.channel!r}")  # it would be read as options of Bridge()
    return {
        "Channel": command.device,
        "ChannelId": command.leg,
        "Context": "tandem-agent",
        "Exten": "s",
        "Priority": 1,
        "Async": "true",
        "Timeout": round(command.ring_seconds * 1000),
        "CallerID": f'"{_bare(command.caller_name)}" <{_bare(command.caller)}>',
        "Variable": [f"TANDEM_CALLER={command.channel}"],
    }


def _bare(text: str) -> str:
    """`text` without what has a meaning in a caller id."""
    return "".join(letter for letter in printable(text) if letter not in '"<>\\')


def exact(channel: str) -> str:
    """`channel` itself. Raises ValueError for what Hangup would take for a pattern, ending every channel it fits."""
    if channel.startswith("/"):
        raise ValueError(f"no channel: {channel!r}")
    return channel
