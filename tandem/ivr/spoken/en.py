"""English."""

from collections.abc import Sequence

LANGUAGE = "en"

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
GROUPS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ORDINALS = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
CURRENCIES = {
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
}
"""One and more of the unit, one and more of its hundredths."""

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


def minutes(low: int, high: int) -> str:
    """5, 8 -> five to eight minutes."""
    if high <= 1:
        return "less than a minute"
    if low == high:
        return duration(60 * high)
    if low == 0:
        return f"up to {duration(60 * high)}"
    return f"{number(low) if high < 60 else duration(60 * low)} to {duration(60 * high)}"


def time(hour: int, minute: int) -> str:
    """14:05 -> two oh five p m."""
    past = "" if minute == 0 else f"oh {ONES[minute]} " if minute < 10 else f"{number(minute)} "
    return f"{number(hour % 12 or 12)} {past}{'a' if hour < 12 else 'p'} m"


def date(year: int, month: int, day: int) -> str:
    """2026-10-01 -> October first, twenty twenty-six."""
    return f"{_day(month, day)}, {_year(year)}"


def day(month: int, day: int) -> str:
    """10-01 -> October first."""
    return _day(month, day)


def money(units: int, hundredths: int, currency: str, minus: bool) -> str:
    """12.50 USD -> twelve dollars and fifty cents."""
    one, more, small, smalls = CURRENCIES[currency]
    words = [f"{number(units)} {one if units == 1 else more}"] if units or not hundredths else []
    words += [f"{number(hundredths)} {small if hundredths == 1 else smalls}"] if hundredths else []
    return ("minus " if minus else "") + " and ".join(words)


def _day(month: int, day: int) -> str:
    return f"{MONTHS[month - 1]} {_ordinal(day)}"


def _ordinal(value: int) -> str:
    """1 to 31."""
    if value in ORDINALS:
        return ORDINALS[value]
    tens, ones = divmod(value, 10)
    if ones and tens > 1:
        return f"{TENS[tens]}-{_ordinal(ones)}"
    return f"{number(value).removesuffix('y')}{'ie' if value % 10 == 0 and value > 10 else ''}th"


def _year(value: int) -> str:
    """1999 -> nineteen ninety-nine; 2005 -> two thousand and five."""
    hundreds, rest = divmod(value, 100)
    if (hundreds % 10 == 0 and rest < 10) or not 1100 <= value < 10_000:
        return number(value)
    past = "hundred" if rest == 0 else f"oh {ONES[rest]}" if rest < 10 else _below_hundred(rest)
    return f"{_below_hundred(hundreds)} {past}"


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
