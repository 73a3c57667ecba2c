"""Mandarin."""

from collections.abc import Sequence

LANGUAGE = "zh-CN"

DIGITS = "零一二三四五六七八九"
PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
GROUPS = ((10**8, "亿"), (10**4, "万"), (1, ""))
CURRENCIES = {
    "CNY": ("元", "角", "分"),
    "USD": ("美元", "美分"),
    "EUR": ("欧元", "欧分"),
    "GBP": ("英镑", "便士"),
    "HKD": ("港元", "毫", "分"),
}
"""The unit and its hundredths, or its tenths and hundredths."""

SPANS = ((3600, "小时"), (60, "分钟"), (1, "秒"))


def number(value: int) -> str:
    """1005 -> 一千零五; 2 is 二 by itself, in tens and in hundreds, and 两 where a 千, 万 or 亿 begins the number."""
    if value < 0:
        return f"负{number(-value)}"
    words = _grouped(value) or "零"
    if words.startswith("一十"):
        return words[1:]
    if words[0] == "二" and words[1:2] in ("千", "万", "亿"):
        return f"两{words[1:]}"
    return words


def count(value: int) -> str:
    """2 -> 两 (两位, 两分钟)."""
    return "两" if value == 2 else number(value)


def digits(characters: Sequence[str]) -> str:
    """105 -> 一 零 五."""
    return " ".join(DIGITS[int(c)] if c.isdecimal() else c for c in characters)


def duration(seconds: int) -> str:
    """150 -> 两分钟三十秒."""
    words = ""
    for size, name in SPANS:
        amount, seconds = divmod(seconds, size)
        if amount:
            words += count(amount) + name
    return words or "零秒"


def minutes(low: int, high: int) -> str:
    """5, 8 -> 五到八分钟."""
    if high <= 1:
        return "不到一分钟"
    if low == high:
        return duration(60 * high)
    if low == 0:
        return f"最多{duration(60 * high)}"
    return f"{count(low) if high < 60 else duration(60 * low)}到{duration(60 * high)}"


def time(hour: int, minute: int) -> str:
    """14:05 -> 十四点零五分."""
    past = "" if minute == 0 else f"零{number(minute)}分" if minute < 10 else f"{number(minute)}分"
    return f"{count(hour)}点{past}"


def date(year: int, month: int, day: int) -> str:
    """2026-10-01 -> 二零二六年十月一日."""
    return "".join(DIGITS[int(c)] for c in str(year)) + f"年{number(month)}月{number(day)}日"


def day(month: int, day: int) -> str:
    """10-01 -> 十月一日."""
    return f"{number(month)}月{number(day)}日"


def money(units: int, hundredths: int, currency: str, minus: bool) -> str:
    """12.05 CNY -> 十二元零五分; 12.50 USD -> 十二美元五十美分."""
    whole, *parts = CURRENCIES[currency]
    words = f"{count(units)}{whole}" if units or not hundredths else ""
    if len(parts) == 1:
        words += f"{count(hundredths)}{parts[0]}" if hundredths else ""
    elif hundredths:
        tens, ones = divmod(hundredths, 10)
        words += f"{count(tens)}{parts[0]}" if tens else "零" if words else ""
        words += f"{count(ones)}{parts[1]}" if ones else ""
    return ("负" if minus else "") + words


def _grouped(value: int) -> str:
    """Groups of four places; 零 stands for any zeros between two groups."""
    words, zeros = "", False
    for size, name in GROUPS:
        amount, value = divmod(value, size)
        if not amount:
            zeros = True
            continue
        gap = "零" if words and (zeros or amount < 1000) else ""
        words, zeros = words + gap + _group(amount) + name, False
    return words


def _group(value: int) -> str:
    """0 to 9999."""
    words, zeros = "", False
    for size, name in PLACES:
        amount, value = divmod(value, size)
        if not amount:
            zeros = True
            continue
        gap = "零" if words and zeros else ""
        words, zeros = words + gap + DIGITS[amount] + name, False
    return words
