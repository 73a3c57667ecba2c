"""Texts of a flow turned into speech and messages.

`{variable}` in a text is replaced by the variable's value, `{variable|format}` by the value in words. What stands
around it is spoken as parts of their own, so that each of them is synthesised once, ahead of the first call.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import east_asian_width

from tandem.ivr.commands import Utterance
from tandem.ivr.references import references
from tandem.ivr.spoken import LANGUAGES, Spoken
from tandem.ivr.values import Value, harmless, printable

if TYPE_CHECKING:
    from tandem.ivr.flow import Flow

SLOT = re.compile(r"\{([a-z][a-z0-9_.]*)(?:\|([a-z_]*))?\}")
LINK = "link"
READ_IN_WORDS = ("minutes", "duration", "range")
"""Formats that are no better in figures; the others are read as they are."""

ENDS = ("earliest", "latest")
LARGEST = 10**12
TEXTS_AT_HAND = 10_000

WIDE_SECONDS, NARROW_SECONDS = 0.25, 0.07
"""How long a Chinese character and a letter take a synthesiser, about."""


class Slot(NamedTuple):
    """A place in a text where a variable goes; `format` is empty for a plain value."""

    variable: str
    format: str

    def variables(self) -> list[str]:
        """All the variables that it tells of."""
        return [self.variable, *(f"{self.variable}.{end}" for end in ENDS if self.format == "range")]


@lru_cache(maxsize=TEXTS_AT_HAND)
def parts(text: str) -> tuple[str | Slot, ...]:
    """The literal pieces and the slots of a text, in order."""
    found: list[str | Slot] = []
    end = 0
    for match in SLOT.finditer(text):
        found += [text[end : match.start()], Slot(match[1], match[2] or "")]
        end = match.end()
    return tuple(part for part in [*found, text[end:]] if part)


def spoken_seconds(text: str) -> float:
    """How long it takes to say, about."""
    return sum(WIDE_SECONDS if east_asian_width(c) in "WF" else NARROW_SECONDS for c in text)


def variable_of(value: Value) -> str | None:
    """The variable that a value stands for: `{name}` and nothing else."""
    found = SLOT.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found and found[2] is None else None


def speak(flow: "Flow", key: str, language: str, variables: Mapping[str, Value]) -> tuple[list[Utterance], list[str]]:
    """Text `key` as utterances, and what was wrong with it (a variable not set, a value that does not fit)."""
    text = flow.texts.get(key, {}).get(language)
    if text is None:
        return [], [f"no text {key} in {language}"]
    said: list[Utterance] = []
    faults: list[str] = []
    stem = f"{flow.name}/{key}"
    names = (f"{stem}.{n}" for n in count(1)) if SLOT.search(text) else iter([stem])
    for part in parts(text):
        if isinstance(part, str):
            said += [Utterance(language, _piece(part), next(names))] if _audible(part) else []
        elif part.variable not in variables:
            faults.append(f"text {key}: variable {part.variable} is not set")
        else:
            words, fault = _value(variables[part.variable], part.format, language, _beside(flow, part, variables))
            said += [Utterance(language, words)] if _audible(words) else []
            faults += [f"text {key}: {part.variable} {fault}"] if fault else []
    return said, faults


def write(flow: "Flow", key: str, language: str, variables: Mapping[str, Value]) -> tuple[str, list[str]]:
    """Text `key` as a message to read, `{link}` left as it is, and what was wrong with it."""
    faults: list[str] = []

    def piece(part: str | Slot) -> str:
        if isinstance(part, str):
            return part
        if part.variable == LINK:
            return "{link}"
        if part.variable not in variables:
            faults.append(f"text {key}: variable {part.variable} is not set")
            return ""
        value, beside = variables[part.variable], _beside(flow, part, variables)
        if part.format not in READ_IN_WORDS:
            return " ".join((harmless(value), *beside))
        words, fault = _value(value, part.format, language, beside)
        faults.extend([f"text {key}: {part.variable} {fault}"] if fault else [])
        return words

    text = flow.texts.get(key, {}).get(language)
    if text is None:
        return "{link}", [f"no text {key} in {language}"]
    return printable("".join(map(piece, parts(text)))), faults


def prompts(flow: "Flow") -> list[Utterance]:
    """Every part of the flow's spoken texts that is known before a call, in every language, sub-flows included."""
    spoken = {ref.name: None for ref in references(flow) if ref.kind == "text"}
    every = (speak(flow, key, language, {})[0] for key in spoken for language in flow.languages)
    return [utterance for said in every for utterance in said] + [
        utterance for inner in flow.flows.values() for utterance in prompts(inner)
    ]


@lru_cache(maxsize=TEXTS_AT_HAND)
def _piece(text: str) -> str:
    """A literal piece as it is spoken. Kept at hand: cleaning it anew is most of a step's work."""
    return printable(text)


def _audible(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _value(value: Value, form: str, language: str, beside: tuple[str, ...] = ()) -> tuple[str, str]:
    """A value in words and, where it had to be said as it is, why. `beside` is what else its format needs."""
    plain = harmless(value)
    try:
        return FORMATS[form or _usual(value)](LANGUAGES[language], plain, *beside), ""
    except (ValueError, ArithmeticError, LookupError, TypeError):
        return plain, f"can't be said as {form or _usual(value)} in {language}"


def _beside(flow: "Flow", slot: Slot, variables: Mapping[str, Value]) -> tuple[str, ...]:
    """The flow's currency for money; for a range, its two ends, where the variable has them."""
    if slot.format == "money":
        return (flow.currency,) if flow.currency else ()
    return tuple(harmless(variables[end]) for end in slot.variables()[1:] if end in variables)


def _usual(value: Value) -> str:
    return "number" if isinstance(value, int) else "text"


def _whole(plain: str) -> int:
    number = float(plain)
    if not number.is_integer() or abs(number) >= LARGEST:
        raise ValueError(plain)
    return int(number)


def _seconds(plain: str) -> int:
    return min(max(0, round(float(plain))), LARGEST)


def _minutes(spoken: Spoken, plain: str) -> str:
    """Rounded up: whoever waits would rather be surprised by less."""
    return spoken.duration(60 * max(1, math.ceil(_seconds(plain) / 60)))


def _time(spoken: Spoken, plain: str) -> str:
    hour, minute = (int(part) for part in plain.split(":"))
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(plain)
    return spoken.time(hour, minute)


def _range(spoken: Spoken, _plain: str, earliest: str, latest: str) -> str:
    """The first is rounded, the last rounded up."""
    low, high = (_seconds(earliest) + 30) // 60, math.ceil(_seconds(latest) / 60)
    return spoken.minutes(min(low, high), high)


def _money(spoken: Spoken, plain: str, currency: str) -> str:
    amount = Decimal(plain).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(amount) >= LARGEST:
        raise ValueError(plain)
    units, hundredths = divmod(int(abs(amount) * 100), 100)
    return spoken.money(units, hundredths, currency, minus=amount < 0)


def _date(spoken: Spoken, plain: str) -> str:
    day = date.fromisoformat(plain)
    return spoken.date(day.year, day.month, day.day)


def _day(spoken: Spoken, plain: str) -> str:
    day = date.fromisoformat(plain)
    return spoken.day(day.month, day.day)


FORMATS: dict[str, Callable[..., str]] = {
    "text": lambda _, plain: plain,
    "number": lambda spoken, plain: spoken.number(_whole(plain)),
    "count": lambda spoken, plain: spoken.count(_whole(plain)),
    "digits": lambda spoken, plain: spoken.digits([c for c in plain if c.isalnum()]),
    "duration": lambda spoken, plain: spoken.duration(_seconds(plain)),
    "minutes": _minutes,
    "range": _range,
    "time": _time,
    "date": _date,
    "day": _day,
    "money": _money,
}
"""What may stand after the bar in `{variable|format}`. Durations, minutes and ranges are of a number of seconds."""
