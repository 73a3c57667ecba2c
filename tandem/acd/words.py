"""Decisions in plain words, in English (en) and Chinese (zh-CN)."""

from datetime import UTC, datetime
from typing import Literal

from tandem.acd.needs import Lack
from tandem.acd.why import Decision, Hindrance

Language = Literal["en", "zh-CN"]

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "offered": "offered to {agent}: rank {rank} of {ready}",
        "skipped": "; skipped ",
        "unknown": "not in the settings",
        "wrap_up": "wrap-up{left}",
        "paused": "paused: {detail}",
        "not_ready": "not ready: {detail}{left}",
        "busy": "with another contact ({detail})",
        "tried": "tried already",
        "sticky": "the contact waits for {detail}",
        "left": "{comma}{seconds:.0f} s left",
        "expired": "{name} certified until {date}",
        "none": "no {name}",
    },
    "zh-CN": {
        "offered": "分配给{agent}:在{ready}名就绪坐席中排第{rank}",
        "skipped": ";跳过 ",
        "unknown": "不在设置中",
        "wrap_up": "话后处理{left}",
        "paused": "暂停:{detail}",
        "not_ready": "未就绪:{detail}{left}",
        "busy": "正在服务其他客户({detail})",
        "tried": "已经试过",
        "sticky": "该客户在等{detail}",
        "left": "{comma}还剩{seconds:.0f}秒",
        "expired": "{name}认证已于{date}到期",
        "none": "没有{name}",
    },
}


def in_words(decision: Decision, language: Language = "en") -> str:
    """The decision as a sentence for an operator."""
    texts = _TEXTS[language]
    sentence = texts["offered"].format(agent=decision.agent, rank=decision.rank, ready=decision.ready)
    if decision.skipped:
        reasons = (f"{entry.agent}: {hindrance_in_words(entry.hindrance, language)}" for entry in decision.skipped)
        sentence += texts["skipped"] + "; ".join(reasons)
    return sentence


def hindrance_in_words(hindrance: Hindrance, language: Language = "en") -> str:
    """Why an agent was not chosen: `wrap-up 12 s left`, `tv 2 < 3`."""
    if hindrance.kind == "lacks":
        return ", ".join(_lack_in_words(lack, hindrance, language) for lack in hindrance.lacks)
    texts, left = _TEXTS[language], ""
    if hindrance.seconds_left is not None:
        comma = " " if hindrance.kind == "wrap_up" else ", "
        left = texts["left"].format(comma=comma, seconds=hindrance.seconds_left)
    return texts[hindrance.kind].format(detail=hindrance.detail, left=left)


def _lack_in_words(lack: Lack, hindrance: Hindrance, language: Language) -> str:
    if lack.name in hindrance.expired:
        date = datetime.fromtimestamp(hindrance.expired[lack.name], UTC).date()
        return _TEXTS[language]["expired"].format(name=lack.name, date=date)
    if not lack.held:
        return _TEXTS[language]["none"].format(name=lack.name)
    return f"{lack.name} {lack.held} {_FAILS.get(lack.operator, f'not {lack.operator}')} {lack.asked}"


_FAILS = {">=": "<", ">": "<=", "<": ">=", "<=": ">", "==": "is not", "!=": "is"}
