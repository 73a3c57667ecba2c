"""Patterns, held against Python's regular expressions, which mean the same and may take for ever."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.pattern import PatternError, matches

ATOMS = st.sampled_from(["a", "1", r"\d", ".", "[1-3]", "[^a2]", "[a-]", r"[\d-]", r"\.", r"\*", "()"])
TIMES = st.sampled_from(["?", "*", "+", "{2}", "{1,}", "{0,2}", "{0}"])


@st.composite
def plain(draw: st.DrawFn) -> str:
    """A pattern without repetition."""
    options = draw(st.lists(st.lists(ATOMS, max_size=3).map("".join), min_size=1, max_size=3))
    return "|".join(options)


PIECES = st.one_of(ATOMS, plain().map(lambda inner: f"({inner})"))
REPEATED = st.tuples(PIECES, st.one_of(st.just(""), TIMES)).map("".join)
PATTERNS = st.lists(st.lists(REPEATED, max_size=4).map("".join), min_size=1, max_size=2).map("|".join)


@given(PATTERNS, st.text("a123.-*", max_size=6))
def test_a_pattern_means_what_it_means_elsewhere(pattern: str, text: str) -> None:
    assert matches(pattern, text) == bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("1[3-9]\\d{9}", "13800138000", "12800138000"),
        ("(0[1-9]|1[0-2])\\d\\d", "1231", "1331"),
        ("", "", "1"),
        ("[A-F0-9]{4,8}", "00FF", "00F"),
    ],
)
def test_patterns_that_admins_write(pattern: str, yes: str, no: str) -> None:
    assert matches(pattern, yes)
    assert not matches(pattern, no)


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(1", "the pattern breaks off, at character 3"),
        ("1)", "a bracket closes that was not opened, at character 2"),
        ("[1", "the pattern breaks off"),
        ("*1", "* has nothing to stand for here"),
        ("^1$", "^ has nothing to stand for here"),
        ("(a+)+", "a repetition inside another"),
        ("(a|b{2})*", "a repetition inside another"),
        ("a{2", "{4}, {4,} or {4,8} is expected"),
        ("a{100}", "{4}, {4,} or {4,8} is expected"),
        ("a{3,2}", "the greatest number of times is below the least"),
        ("[]", "nothing stands between the brackets"),
        ("[9-2]", "a range goes from one character to a later one"),
        (r"\w", r"\w is not known here"),
        (r"(1)\1", r"\1 is not known here"),
        ("a**", "nothing to stand for"),
        ("(?=a)", "nothing to stand for"),
        ("\\", "the pattern breaks off"),
    ],
)
def test_what_is_wrong_is_told(pattern: str, what: str) -> None:
    with pytest.raises(PatternError) as caught:
        matches(pattern, "")
    assert what in str(caught.value)


@given(st.text("ab1[](){}|?*+.\\^-,d", max_size=12), st.text("ab1", max_size=4))
def test_no_pattern_breaks_the_reader(pattern: str, text: str) -> None:
    try:
        found = matches(pattern, text)
    except PatternError:
        return
    assert found == bool(re.fullmatch(pattern, text))


def test_patterns_that_take_others_for_ever_take_no_time() -> None:
    began = time.perf_counter()
    for pattern in ("(a|a|ab)*" + "a?" * 30 + "b", "(aa|a)?" * 30 + "c", ".*.*.*.*.*.*.*x"):
        assert not matches(pattern, "a" * 32)
    assert time.perf_counter() - began < 1.0
