"""Decisions in plain words, in English (en) and Chinese (zh-CN)."""

from datetime import UTC, datetime
from typing import Literal

from tandem.acd.needs import Lack
from tandem.acd.plan import Step, describe
from tandem.acd.why import Decision, Hindrance, Skipped, Waiting

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
        "reserved": "kept free: {detail} must stay ready",
        "step": " (step not yet in force: {step})",
        "after": "after {seconds:g} s: {step}",
        "while": "while {measure} holds: {step}",
        "steps": "; in force: {steps}",
        "waits": "waits for {seconds:.0f} s",
        "changes": "; something changes by itself in {seconds:.0f} s",
        "no_change": "; nothing changes by itself",
        "switch": "; the switch is lost, so nobody can be rung",
        "is not": "is not",
        "is": "is",
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
        "reserved": "预留坐席:须保持{detail}名就绪",
        "step": "(尚未生效的步骤:{step})",
        "after": "等待{seconds:g}秒后:{step}",
        "while": "当{measure}达到条件时:{step}",
        "steps": ";已生效:{steps}",
        "waits": "已等待{seconds:.0f}秒",
        "changes": ";{seconds:.0f}秒后情况会自行变化",
        "no_change": ";情况不会自行变化",
        "switch": ";与交换机失去联系,无法呼叫任何人",
        "is not": "不是",
        "is": "是",
    },
}


def in_words(decision: Decision, language: Language = "en") -> str:
    """The decision as a sentence for an operator."""
    texts = _TEXTS[language]
    sentence = texts["offered"].format(agent=decision.agent, rank=decision.rank, ready=decision.ready)
    return sentence + _skipped_in_words(decision.skipped, language) + _steps_in_words(decision.steps, language)


def waiting_in_words(waiting: Waiting, language: Language = "en") -> str:
    """Why a contact waits, and what would have to change, as a sentence for an operator."""
    texts = _TEXTS[language]
    sentence = texts["waits"].format(seconds=waiting.waited)
    sentence += _skipped_in_words(waiting.skipped, language) + _steps_in_words(waiting.steps, language)
    if not waiting.switch_up:
        return sentence + texts["switch"]
    if waiting.next_moment is None:
        return sentence + texts["no_change"]
    return sentence + texts["changes"].format(seconds=waiting.next_moment - waiting.at)


def _skipped_in_words(skipped: tuple[Skipped, ...], language: Language) -> str:
    reasons = (f"{entry.agent}: {hindrance_in_words(entry.hindrance, language)}" for entry in skipped)
    return _TEXTS[language]["skipped"] + "; ".join(reasons) if skipped else ""


def _steps_in_words(steps: tuple[Step, ...], language: Language) -> str:
    return _TEXTS[language]["steps"].format(steps=", ".join(map(describe, steps))) if steps else ""


def hindrance_in_words(hindrance: Hindrance, language: Language = "en") -> str:
    """Why an agent was not chosen: `wrap-up 12 s left`, `tv 2 < 3`."""
    if hindrance.kind == "lacks":
        lacks = ", ".join(_lack_in_words(lack, hindrance, language) for lack in hindrance.lacks)
        return lacks + (_coming(hindrance.step, language) if hindrance.step else "")
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
    fails = _FAILS.get(lack.operator, "is not")
    return f"{lack.name} {lack.held} {_TEXTS[language].get(fails, fails)} {lack.asked}"


def _coming(step: Step, language: Language) -> str:
    """A step that would let an agent in: when, and what it does."""
    texts, what = _TEXTS[language], describe(step)
    if step.when:
        what = texts["while"].format(measure=step.when.measure, step=what)
    if step.after:
        what = texts["after"].format(seconds=step.after, step=what)
    return texts["step"].format(step=what)


_FAILS = {">=": "<", ">": "<=", "<": ">=", "<=": ">", "==": "is not", "!=": "is", "in": "is not", "not in": "is"}
"""How it reads when a comparison fails."""
