"""Decisions in plain words, in English (en) and Chinese (zh-CN)."""

from datetime import UTC, datetime
from typing import Literal

from msgspec.structs import replace

from tandem.acd.needs import Lack
from tandem.acd.plan import PARTS, Condition, Step, describe
from tandem.acd.why import Decision, Hindrance, Skipped, Waiting

Language = Literal["en", "zh-CN"]

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "offered": "offered to {agent}: rank {rank} of {ready}",
        "skipped": "; skipped ",
        "nobody": "; nobody can take it: ",
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
        "while": "while {condition}: {step}",
        "steps": "; in force: {steps}",
        "waits": "has waited for {seconds:.0f} s",
        "changes": "; something changes by itself in {seconds:.0f} s",
        "no_change": "; nothing changes by itself",
        "switch": "; the switch is lost, so nobody can be rung",
        "is not": "is not",
        "is": "is",
        "begins": "the plan, for everyone: {step}",
        "ends": "the plan, no longer: {step}",
    },
    "zh-CN": {
        "offered": "分配给{agent}:在{ready}名就绪坐席中排第{rank}",
        "skipped": ";跳过 ",
        "nobody": ";无人可接:",
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
        "while": "当{condition}时:{step}",
        "steps": ";已生效:{steps}",
        "waits": "已等待{seconds:.0f}秒",
        "changes": ";{seconds:.0f}秒后情况会自行变化",
        "no_change": ";情况不会自行变化",
        "switch": ";与交换机失去联系,无法呼叫任何人",
        "is not": "不是",
        "is": "是",
        "begins": "排队方案对所有人生效:{step}",
        "ends": "排队方案不再生效:{step}",
    },
}

_NAMES: dict[Language, dict[str, str]] = {
    "en": {
        "estimated_wait": "the estimated wait",
        "service_level": "the service level",
        "length": "the queue's length",
        "agents_ready": "the number of agents ready",
    },
    "zh-CN": {
        "estimated_wait": "预计等待秒数",
        "service_level": "服务水平",
        "length": "排队人数",
        "agents_ready": "就绪坐席数",
        "callback": "回电",
        "chat": "在线聊天",
        "link": "链接",
        "voicemail": "留言",
        "device": "话机离线",
        "ring no answer": "振铃未接",
        "no answer": "未接",
        "busy": "占线",
        "declined": "拒接",
        "unreachable": "无法接通",
        "failed": "呼叫失败",
        "withdrawn": "已撤回",
        "reserved": "已预留",
        "ringing": "振铃中",
        "connecting": "接通中",
        "connected": "通话中",
        "hold": "保持中",
    },
}
"""What else than names of the centre's own is put into the texts; in English most stands as it is."""

_STEP_PARTS: dict[Language, dict[str, str]] = {
    "en": PARTS,
    "zh-CN": {
        "needs": "要求{}",
        "anybody": "不限技能",
        "team": "开放给小组{}",
        "vendor": "开放给外包商{}",
        "priority": "优先级{:+}",
        "offer": "提供{}",
        "move": "转到队列{}",
        "nothing": "无",
    },
}


def step_in_words(step: Step, language: Language = "en") -> str:
    """When a step of a plan takes force, and what it does: `after 20 s: needs tv >= 1`."""
    texts, what = _TEXTS[language], _done_by(step, language)
    if step.when:
        what = texts["while"].format(condition=_condition_in_words(step.when, language), step=what)
    return texts["after"].format(seconds=step.after, step=what) if step.after else what


def turn_in_words(step: str, begins: bool, language: Language = "en") -> str:
    """A `step` (in words) takes force for a whole queue, since its condition began to hold, or does so no longer."""
    return _TEXTS[language]["begins" if begins else "ends"].format(step=step)


def _done_by(step: Step, language: Language) -> str:
    return describe(replace(step, offer=_name(step.offer, language)) if step.offer else step, _STEP_PARTS[language])


def _condition_in_words(condition: Condition, language: Language) -> str:
    sign = "<=" if condition.is_low else ">="
    return f"{_name(condition.measure, language)} {sign} {condition.on:g}"


def _name(name: str, language: Language) -> str:
    return _NAMES[language].get(name, name)


def in_words(decision: Decision, language: Language = "en") -> str:
    """The decision as a sentence for an operator."""
    texts = _TEXTS[language]
    sentence = texts["offered"].format(agent=decision.agent, rank=decision.rank, ready=decision.ready)
    return (
        sentence + _skipped_in_words(decision.skipped, "skipped", language) + _steps_in_words(decision.steps, language)
    )


def waiting_in_words(waiting: Waiting, language: Language = "en") -> str:
    """Why a contact waits, and what would have to change, as a sentence for an operator."""
    texts = _TEXTS[language]
    sentence = texts["waits"].format(seconds=waiting.waited)
    sentence += _skipped_in_words(waiting.skipped, "nobody", language) + _steps_in_words(waiting.steps, language)
    if not waiting.switch_up:
        return sentence + texts["switch"]
    if waiting.next_moment is None:
        return sentence + texts["no_change"]
    return sentence + texts["changes"].format(seconds=waiting.next_moment - waiting.at)


def _skipped_in_words(skipped: tuple[Skipped, ...], heading: str, language: Language) -> str:
    reasons = (f"{entry.agent}: {hindrance_in_words(entry.hindrance, language)}" for entry in skipped)
    return _TEXTS[language][heading] + "; ".join(reasons) if skipped else ""


def _steps_in_words(steps: tuple[Step, ...], language: Language) -> str:
    return _TEXTS[language]["steps"].format(steps=", ".join(_done_by(s, language) for s in steps)) if steps else ""


def hindrance_in_words(hindrance: Hindrance, language: Language = "en") -> str:
    """Why an agent was not chosen: `wrap-up 12 s left`, `tv 2 < 3`."""
    if hindrance.kind == "lacks":
        lacks = ", ".join(_lack_in_words(lack, hindrance, language) for lack in hindrance.lacks)
        coming = _TEXTS[language]["step"].format(step=step_in_words(hindrance.step, language)) if hindrance.step else ""
        return lacks + coming
    texts, left = _TEXTS[language], ""
    if hindrance.seconds_left is not None:
        comma = " " if hindrance.kind == "wrap_up" else ", "
        left = texts["left"].format(comma=comma, seconds=hindrance.seconds_left)
    return texts[hindrance.kind].format(detail=_name(hindrance.detail, language), left=left)


def _lack_in_words(lack: Lack, hindrance: Hindrance, language: Language) -> str:
    if lack.name in hindrance.expired:
        date = datetime.fromtimestamp(hindrance.expired[lack.name], UTC).date()
        return _TEXTS[language]["expired"].format(name=lack.name, date=date)
    if not lack.held:
        return _TEXTS[language]["none"].format(name=lack.name)
    fails = _FAILS.get(lack.operator, "is not")
    return f"{lack.name} {lack.held} {_TEXTS[language].get(fails, fails)} {lack.asked}"


_FAILS = {">=": "<", ">": "<=", "<": ">=", "<=": ">", "==": "is not", "!=": "is", "in": "is not", "not in": "is"}
"""How it reads when a comparison fails."""
