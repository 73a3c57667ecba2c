"""Values in words, checked against parsers that know nothing of how they were made."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr import spoken
from tandem.ivr.spoken import LANGUAGES, en, zh_cn

WHOLE = st.one_of(st.integers(0, 99_999), st.integers(0, 10**12 - 1))


def read_chinese(words: str) -> int:
    """The number that Chinese words tell."""
    if words.startswith("负"):
        return -read_chinese(words[1:])
    total = group = digit = 0
    for c in words:
        if c in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(c)
        elif c == "两":
            digit = 2
        elif c in "十百千":
            group += (digit or 1) * 10 ** ("十百千".index(c) + 1)
            digit = 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[c]
            group = digit = 0
    return total + group + digit


def read_english(words: str) -> int:
    """The number that English words tell."""
    small = dict(zip(en.ONES + en.TEENS, range(20), strict=True))
    tens = dict(zip(en.TENS[2:], range(20, 100, 10), strict=True))
    total = group = 0
    sign = -1 if words.startswith("minus ") else 1
    for word in words.removeprefix("minus ").replace("-", " ").replace(" and ", " ").split():
        if word in small or word in tens:
            group += small.get(word, tens.get(word, 0))
        elif word == "hundred":
            group *= 100
        else:
            total += group * {"thousand": 10**3, "million": 10**6, "billion": 10**9}[word]
            group = 0
    return sign * (total + group)


@given(WHOLE, st.sampled_from([1, -1]))
def test_chinese_numbers_tell_the_number(size: int, sign: int) -> None:
    words = zh_cn.number(sign * size)
    assert read_chinese(words) == sign * size
    assert "零零" not in words
    assert size == 0 or not words.endswith("零")


@given(WHOLE, st.sampled_from([1, -1]))
def test_english_numbers_tell_the_number(size: int, sign: int) -> None:
    assert read_english(en.number(sign * size)) == sign * size


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (22, "二十二"),
        (105, "一百零五"),
        (110, "一百一十"),
        (200, "二百"),
        (222, "二百二十二"),
        (1005, "一千零五"),
        (1050, "一千零五十"),
        (2000, "两千"),
        (2222, "两千二百二十二"),
        (10_000, "一万"),
        (10_005, "一万零五"),
        (10_010, "一万零一十"),
        (20_000, "两万"),
        (22_000, "两万二千"),
        (100_000, "十万"),
        (101_000, "十万一千"),
        (120_000, "十二万"),
        (200_500, "二十万零五百"),
        (10_000_000, "一千万"),
        (100_000_001, "一亿零一"),
        (100_001_000, "一亿零一千"),
        (200_000_000, "两亿"),
        (1_000_000_000, "十亿"),
        (-5, "负五"),
    ],
)
def test_chinese_numbers(value: int, words: str) -> None:
    assert zh_cn.number(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (42, "forty-two"),
        (100, "one hundred"),
        (105, "one hundred and five"),
        (1005, "one thousand and five"),
        (1100, "one thousand one hundred"),
        (2_000_000, "two million"),
        (1_000_042, "one million and forty-two"),
        (999_999, "nine hundred and ninety-nine thousand nine hundred and ninety-nine"),
        (-5, "minus five"),
    ],
)
def test_english_numbers(value: int, words: str) -> None:
    assert en.number(value) == words


def test_two_is_another_word_in_front_of_what_is_counted() -> None:
    assert [zh_cn.count(n) for n in (1, 2, 12, 20, 22)] == ["一", "两", "十二", "二十", "二十二"]


def test_digits_one_by_one() -> None:
    assert zh_cn.digits("1005A") == "一 零 零 五 A"
    assert en.digits("1005A") == "one zero zero five A"


def test_durations() -> None:
    assert [zh_cn.duration(n) for n in (0, 2, 120, 150, 7262)] == [
        "零秒",
        "两秒",
        "两分钟",
        "两分钟三十秒",
        "两小时一分钟两秒",
    ]
    assert [en.duration(n) for n in (0, 1, 60, 150, 7262)] == [
        "zero seconds",
        "one second",
        "one minute",
        "two minutes thirty seconds",
        "two hours one minute two seconds",
    ]


def test_times_of_day() -> None:
    assert [zh_cn.time(*t) for t in ((0, 0), (2, 5), (14, 30))] == ["零点", "两点零五分", "十四点三十分"]
    assert [en.time(*t) for t in ((0, 0), (2, 5), (12, 30), (23, 59))] == [
        "twelve a m",
        "two oh five a m",
        "twelve thirty p m",
        "eleven fifty-nine p m",
    ]


@given(st.sampled_from(sorted(LANGUAGES)), st.integers(0, 10**6), st.integers(0, 23), st.integers(0, 59))
def test_every_language_has_words_for_everything(language: str, amount: int, hour: int, minute: int) -> None:
    spoken = LANGUAGES[language]
    words = [spoken.number(amount), spoken.count(amount), spoken.duration(amount), spoken.time(hour, minute)]
    for text in [*words, spoken.digits(str(amount))]:
        assert text.strip()
        assert not any(c.isdecimal() for c in text)


@pytest.mark.parametrize(
    ("low", "high", "chinese", "english"),
    [
        (0, 0, "不到一分钟", "less than a minute"),
        (0, 1, "不到一分钟", "less than a minute"),
        (0, 3, "最多三分钟", "up to three minutes"),
        (2, 2, "两分钟", "two minutes"),
        (2, 5, "两到五分钟", "two to five minutes"),
        (50, 70, "五十分钟到一小时十分钟", "fifty minutes to one hour ten minutes"),
        (70, 80, "一小时十分钟到一小时二十分钟", "one hour ten minutes to one hour twenty minutes"),
    ],
)
def test_a_wait_is_told_as_a_range(low: int, high: int, chinese: str, english: str) -> None:
    assert (zh_cn.minutes(low, high), en.minutes(low, high)) == (chinese, english)


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        ((2026, 10, 1), "二零二六年十月一日", "October first, twenty twenty-six"),
        ((1999, 12, 31), "一九九九年十二月三十一日", "December thirty-first, nineteen ninety-nine"),
        ((2005, 2, 20), "二零零五年二月二十日", "February twentieth, two thousand and five"),
        ((1905, 8, 12), "一九零五年八月十二日", "August twelfth, nineteen oh five"),
        ((1900, 1, 24), "一九零零年一月二十四日", "January twenty-fourth, nineteen hundred"),
    ],
)
def test_dates(day: tuple[int, int, int], chinese: str, english: str) -> None:
    assert (zh_cn.date(*day), en.date(*day)) == (chinese, english)
    assert english.startswith(en.day(*day[1:]))
    assert chinese.endswith(zh_cn.day(*day[1:]))


def test_every_day_of_a_month_has_its_own_ordinal() -> None:
    ordinals = [en.day(1, day).removeprefix("January ") for day in range(1, 32)]
    assert ordinals[3:8] == ["fourth", "fifth", "sixth", "seventh", "eighth"]
    assert [ordinals[n - 1] for n in (9, 10, 11, 13, 22, 30)] == [
        "ninth", "tenth", "eleventh", "thirteenth", "twenty-second", "thirtieth",
    ]  # fmt: skip
    assert len(set(ordinals)) == 31


@pytest.mark.parametrize(
    ("amount", "currency", "chinese", "english"),
    [
        ((0, 0), "CNY", "零元", "zero yuan"),
        ((2, 0), "CNY", "两元", "two yuan"),
        ((12, 5), "CNY", "十二元零五分", "twelve yuan and five fen"),
        ((12, 50), "CNY", "十二元五角", "twelve yuan and fifty fen"),
        ((0, 55), "CNY", "五角五分", "fifty-five fen"),
        ((1299, 1), "USD", "一千二百九十九美元一美分",
         "one thousand two hundred and ninety-nine dollars and one cent"),
        ((1, 0), "GBP", "一英镑", "one pound"),
    ],
)  # fmt: skip
def test_money(amount: tuple[int, int], currency: str, chinese: str, english: str) -> None:
    assert zh_cn.money(*amount, currency, minus=False) == chinese
    assert en.money(*amount, currency, minus=False) == english
    assert zh_cn.money(*amount, currency, minus=True) == f"负{chinese}"
    assert en.money(*amount, currency, minus=True) == f"minus {english}"


def test_every_language_has_words_for_the_same_currencies() -> None:
    assert {frozenset(language.CURRENCIES) for language in LANGUAGES.values()} == {frozenset(en.CURRENCIES)}


def test_a_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(str(en.__file__), tmp_path / "tlh.py")
    (tmp_path / "tlh.py").write_text((tmp_path / "tlh.py").read_text().replace('"en"', '"tlh"'))
    monkeypatch.setattr(spoken, "__path__", [*spoken.__path__, str(tmp_path)])
    assert set(spoken.find_languages()) == {"en", "zh-CN", "tlh"}
