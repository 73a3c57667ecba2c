"""Records for the tests: one of each kind, and makers for those that tests vary."""

from typing import Any

from msgspec.structs import replace

from tandem.control import commands


def contact(call: str = "c1", started_at: float = 1000.0, **changed: Any) -> commands.RecordContact:
    fields: dict[str, Any] = {
        "caller": "13800000000", "dialled": "4001", "flow": "hotline", "version": "1", "language": "zh-CN",
        "tier": "", "ended_at": None, "outcome": "", "cause": 0, "talk_seconds": 0.0, "hold_seconds": 0.0,
    }  # fmt: skip
    return commands.RecordContact(call=call, started_at=started_at, **fields | changed)


def wait(
    call: str, enqueued_at: float, left_at: float, outcome: str, queue: str = "help", since: float | None = None
) -> commands.RecordWait:
    agent = "1001" if outcome == "answered" else None
    return commands.RecordWait(call, queue, enqueued_at, left_at, outcome, agent, since or enqueued_at)


def interval(start: float, queue: str = "help", **changed: Any) -> commands.RecordInterval:
    fields: dict[str, Any] = dict.fromkeys(commands.RecordInterval.__struct_fields__[3:], 0) | {"wait_answered": 0.0}
    return commands.RecordInterval(queue=queue, start=start, target=20.0, **fields | changed)


ALL: list[commands.Command] = [
    contact(),
    commands.RecordLeg("l1", "c1", "1001", "PJSIP/1001", 1010.0, 1012.0, 1012.1, 1060.0, 0.0, "answered"),
    replace(wait("c1", 1005.0, 1012.0, "answered"), estimated=9.0, earliest=4.0, latest=15.0),
    commands.RecordOffer(1, "c1", "1001", "help", 1009.0, 1012.0, "answered"),
    commands.RecordActivity("1001", "ready", "", 900.0, 1009.0),
    commands.RecordAnswer("c1", "satisfied", "5", 1070.0),
    commands.RecordForm("c1", "booking", '{"name": "王"}', False, 1060.0),
    commands.RecordLink("c1", 1, "order_status", "webhook", "delivered", 1004.0),
    commands.RecordVoicemail("v1", "c1", "138", "help", "v1.wav", 7.0, 1080.0, None, None),
    commands.RecordRecording(
        "recording-c1-1", "c1", "1001", "help", 1012.0, 1060.0, "recording-c1-1.wav", 47.9, 766_444, "5e" * 32
    ),
    commands.RecordMessage("chat-1", 1, 1000.5, "customer", "我的电视没有图像", "", ""),
    commands.RecordMessage("chat-1", 2, 1001.5, "customer", "", "", "", "5e" * 32, "电视.jpg", "image/jpeg", 70_000),
    commands.RecordChatTalk("chat-1", 1, "help", "1001", 1000.0, 1010.0, 1100.0, 1012.0, 3, 2, 2, 14.0),
    commands.RecordStep("c1", 1, 1000.0, "node", "greeting (say)"),
    commands.RecordTransfer("c1", 9, 1050.0, "consulted", "1001", "help", "1002", "a lawyer"),
    commands.RecordTalkQuality("l1", "", "PJSIP/1001", 1060.0, "alaw", 2400, 12, 2400, 0, 12 / 2412, 0.004, 0.03, 4.3),
    commands.RecordQueueStep("help", 1006.0, 0, True, "team blended"),
    interval(900.0, offered=1, answered=1, answered_in_target=1, wait_answered=7.0),
    commands.RecordCallback(
        "tandem-callback-c1-1", "138", "help", "c1", 1005.0, 990.0, 1005.0, 9e4, 1, 1100.0, "reached", "1001", "c2"
    ),
    commands.RecordCallbackAttempt("tandem-callback-c1-1", 1, "1001", 1050.0, 1100.0, "reached"),
    commands.RecordMonitoring("tandem-monitor-1", 2, "ann", "1001", "c1", "whisper", 1020.0, 1030.0),
    commands.RecordContactOrder("c1", 1007.0, "moved", "sales", "ann"),
    commands.RecordDisposition("c1", "1001", "help", "solved", "没有问题了", 1062.0),
    commands.RecordDial(
        "tandem-dialled-1", "outbound", "1001", "help", "138", 900.0, 902.0, 910.0, 960.0, "answered", 50.0
    ),
    commands.RaiseAlarm("overstay", "1001", "ringing for 25 s"),
]
