"""English."""

from collections.abc import Sequence

LANGUAGE = "en"

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
GROUPS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
SPANS = ((3600, "hour"), (60, "minute"), (1, "second"))


def number(value: int) -> str:
    """105 -> one hundred and five."""
    if value < 0:
        return f"minus {number(-value)}"
    words = []
    for size, name in GROUPS:
        if value >= size:
            words.append(f"{_below_thousand(value // size)} {name}")
            value %= size
    if words and 0 < value < 100:
        words.append("and")
    if value or not words:
        words.append(_below_thousand(value))
    return " ".join(words)


count = number


def digits(characters: Sequence[str]) -> str:
    """105 -> one zero five."""
    return " ".join(ONES[int(c)] if c.isdecimal() else c for c in characters)


def duration(seconds: int) -> str:
    """150 -> two minutes thirty seconds."""
    words = []
    for size, name in SPANS:
        amount, seconds = divmod(seconds, size)
        if amount:
            words.append(f"{number(amount)} {name}{'' if amount == 1 else 's'}")
    return " ".join(words) or "zero seconds"


def time(hour: int, minute: int) -> str:
    """14:05 -> two oh five p m."""
    past = "" if minute == 0 else f"oh {ONES[minute]} " if minute < 10 else f"{number(minute)} "
    return f"{number(hour % 12 or 12)} {past}{'a' if hour < 12 else 'p'} m"


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{ONES[hundreds]} hundred" + (f" and {_below_hundred(rest)}" if rest else "")


def _below_hundred(value: int) -> str:
    if value < 20:
        return (ONES + TEENS)[value]
    tens, ones = divmod(value, 10)
    return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
