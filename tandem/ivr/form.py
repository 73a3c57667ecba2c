"""The fields of a form, and whether what stands in them is right. The same for a page, a chat and a guide."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from tandem.ivr.pattern import PatternError, compiled, matches
from tandem.ivr.references import TextName
from tandem.ivr.values import Kind, Value, number_of, printable
from tandem.said import Said, said, said_by

LONGEST = 500
"""Characters of a text that does not say its own `max`."""

FieldKind = Literal["text", "digits", "number", "date", "time", "phone", "choice", "yes_no"]
Code = Literal[
    "required",
    "too_short",
    "too_long",
    "bad_pattern",
    "not_a_number",
    "too_small",
    "too_big",
    "bad_date",
    "in_the_past",
    "bad_time",
    "bad_phone",
    "not_a_choice",
]
TRUTHS = {"yes": True, "true": True, "on": True, "是": True, "no": False, "false": False, "off": False, "否": False}

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_PHONE = re.compile(r"\+?[0-9]{5,15}")  # E.164 has at most 15 digits
_BETWEEN_DIGITS = str.maketrans("", "", " -()/.")


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field: what is written under `label` becomes `variable`.

    `min` and `max` are characters of a text, digits of `digits`, or the number itself. `pattern` is what a text or
    digits must be like as a whole (see pattern.py). A date lies between `earliest` and `latest` days from today
    (0 is today); without `earliest` it may lie in the past. `choices` maps a value to the text that is its label.
    """

    variable: str
    label: TextName
    kind: FieldKind = "text"
    required: bool = True
    min: float | None = None
    max: float | None = None
    pattern: str = ""
    choices: dict[str, TextName] = {}
    hint: TextName | None = None
    earliest: int | None = None
    latest: int | None = None

    def __post_init__(self) -> None:
        for wrong in self._wrong():
            raise ValueError(said("field {variable}: {wrong}", variable=self.variable, wrong=wrong))

    def gives(self) -> Kind:
        """The kind of its variable."""
        if self.kind == "number":
            return "number"
        return "truth" if self.kind == "yes_no" else "text"

    def _wrong(self) -> list[Said]:
        wrong = []
        if (self.kind == "choice") != bool(self.choices):
            wrong.append(said("choices belong to a choice, and a choice has some"))
        if self.kind == "number" and not self.required:
            wrong.append(said("a number can't be left empty; digits can"))
        if (self.min is not None or self.max is not None) and self.kind not in ("text", "digits", "number"):
            wrong.append(said("a {kind} has no min and max", kind=self.kind))
        if self.min is not None and self.max is not None and self.min > self.max:
            wrong.append(said("min is above max"))
        if (self.earliest is not None or self.latest is not None) and self.kind != "date":
            wrong.append(said("earliest and latest belong to a date"))
        if self.earliest is not None and self.latest is not None and self.earliest > self.latest:
            wrong.append(said("earliest is after latest"))
        if self.pattern and self.kind not in ("text", "digits"):
            wrong.append(said("a {kind} has no pattern", kind=self.kind))
        return wrong + _unreadable(self.pattern)


class Wrong(msgspec.Struct, frozen=True):
    """Why a value can't be taken; each face has its own words for a code."""

    code: Code


class Filled(msgspec.Struct):
    """A form as it stands: what was written, and what is wrong with it, by variable."""

    values: dict[str, str] = {}
    errors: dict[str, Code] = {}


def check(field: Field, raw: str, now: float, zone: str = "UTC") -> Value | Wrong:
    """The value that `raw` means at `now` (epoch seconds) in time zone `zone`, or why it means none.

    What may be left empty is an empty text then, or no.
    """
    text = printable(raw)
    if not text and field.kind != "yes_no":
        return Wrong("required") if field.required else ""
    if field.kind == "date":
        return _date(field, text, datetime.fromtimestamp(now, ZoneInfo(zone)).date())
    return _CHECKS[field.kind](field, text)


def _text(field: Field, text: str) -> Value | Wrong:
    if len(text) < (field.min or 0):
        return Wrong("too_short")
    if len(text) > (LONGEST if field.max is None else field.max):
        return Wrong("too_long")
    return Wrong("bad_pattern") if field.pattern and not matches(field.pattern, text) else text


def _digits(field: Field, text: str) -> Value | Wrong:
    digits = text.translate(_BETWEEN_DIGITS)
    return _text(field, digits) if digits.isascii() and digits.isdecimal() else Wrong("bad_pattern")


def _number(field: Field, text: str) -> Value | Wrong:
    number = number_of(text) if re.fullmatch(r"[+-]?[0-9]{1,15}([.][0-9]{1,6})?", text) else None
    if number is None:
        return Wrong("not_a_number")
    if field.min is not None and number < field.min:
        return Wrong("too_small")
    if field.max is not None and number > field.max:
        return Wrong("too_big")
    return int(number) if number.is_integer() else number


def _date(field: Field, text: str, today: date) -> Value | Wrong:
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return Wrong("bad_date")
    ahead = (day - today).days
    if field.earliest is not None and ahead < field.earliest:
        return Wrong("in_the_past" if ahead < 0 else "too_small")
    return Wrong("too_big") if field.latest is not None and ahead > field.latest else text


def _time(_field: Field, text: str) -> Value | Wrong:
    return text.zfill(len("09:00")) if _TIME.fullmatch(text) else Wrong("bad_time")


def _phone(_field: Field, text: str) -> Value | Wrong:
    number = text.translate(_BETWEEN_DIGITS)
    return number if _PHONE.fullmatch(number) else Wrong("bad_phone")


def _choice(field: Field, text: str) -> Value | Wrong:
    return text if text in field.choices else Wrong("not_a_choice")


def _yes_no(field: Field, text: str) -> Value | Wrong:
    if not text:
        return Wrong("required") if field.required else False
    truth = TRUTHS.get(text.lower())
    return Wrong("not_a_choice") if truth is None else truth


_CHECKS: dict[str, Callable[[Field, str], Value | Wrong]] = {
    "text": _text,
    "digits": _digits,
    "number": _number,
    "time": _time,
    "phone": _phone,
    "choice": _choice,
    "yes_no": _yes_no,
}


def _unreadable(pattern: str) -> list[Said]:
    try:
        compiled(pattern)
    except PatternError as error:
        return [said("not a pattern: {error}", error=said_by(error))]
    return []
