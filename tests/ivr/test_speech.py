"""Texts turned into speech and messages."""

import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr import standard
from tandem.ivr.commands import Utterance
from tandem.ivr.flow import BUILT_IN, Flow
from tandem.ivr.lint import lint
from tandem.ivr.nodes.say import Say
from tandem.ivr.speech import FORMATS, prompts, speak, write
from tandem.ivr.values import LONGEST_VALUE, Value


def flow(**texts: str) -> Flow:
    nodes = {key: Say(text=key, next=key) for key in texts}
    return Flow("line", "0", ("en", "zh-CN"), "a", "a", {key: {"en": text} for key, text in texts.items()}, dict(nodes))


def said(text: str, language: str = "en", **variables: Value) -> list[str]:
    wordings = Flow("line", "0", (language,), "a", "a", {"a": {language: text}}, {})
    return [utterance.text for utterance in speak(wordings, "a", language, variables)[0]]


def test_a_text_without_variables_is_one_recording() -> None:
    assert speak(flow(hello="Hello,\n you."), "hello", "en", {}) == ([Utterance("en", "Hello, you.", "line/hello")], [])


def test_the_parts_around_a_variable_are_recordings_of_their_own() -> None:
    utterances, faults = speak(
        flow(place="{name}, you are number {place|number} in line."), "place", "en", {"name": "Tom", "place": 3}
    )
    assert utterances == [
        Utterance("en", "Tom"),
        Utterance("en", ", you are number", "line/place.1"),
        Utterance("en", "three"),
        Utterance("en", "in line.", "line/place.2"),
    ]
    assert not faults


def test_a_part_that_is_only_a_full_stop_is_not_spoken() -> None:
    assert said("共{n}。", "zh-CN", n=2) == ["共", "二"]


def test_prompts_are_all_that_can_be_rendered_ahead() -> None:
    lines = flow(a="Number {n|number} of {m}.", b="Hello.")
    assert [(p.key, p.text) for p in prompts(lines)] == [
        ("line/a.1", "Number"),
        ("line/a.2", "of"),
        ("line/b", "Hello."),
    ]


@pytest.mark.parametrize(
    ("value", "form", "words"),
    [
        (2, "", "two"),
        ("2", "", "2"),
        ("2", "number", "two"),
        (2.0, "number", "two"),
        (0, "minutes", "one minute"),
        (61, "minutes", "two minutes"),
        (61.4, "duration", "one minute one second"),
        ("0042", "digits", "zero zero four two"),
        ("14:05", "time", "two oh five p m"),
        ("2026-10-01", "date", "October first, twenty twenty-six"),
        ("2026-10-01", "day", "October first"),
    ],
)
def test_formats(value: Value, form: str, words: str) -> None:
    assert said(f"{{v|{form}}}" if form else "{v}", v=value) == [words]


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("many", "number"),
        (2.5, "number"),
        (10**12, "number"),
        ("nan", "minutes"),
        ("inf", "duration"),
        ("25:00", "time"),
        ("1:2:3", "time"),
        ("", "time"),
        (True, "number"),
        (3, "nonsense"),
        ("2026-02-30", "date"),
        ("tomorrow", "day"),
        (5, "range"),
        (5, "money"),
    ],
)
def test_a_value_that_does_not_fit_its_format_is_said_as_it_is(value: Value, form: str) -> None:
    utterances, faults = speak(flow(a=f"{{v|{form}}}"), "a", "en", {"v": value})
    assert [utterance.text for utterance in utterances] == ([str(value)] if str(value) else [])
    assert faults == [f"text a: v can't be said as {form} in en"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12, "twelve dollars"),
        ("12.505", "twelve dollars and fifty-one cents"),
        (0.1, "ten cents"),
        (-3, "minus three dollars"),
        ("cheap", "cheap"),
        ("NaN", "NaN"),
        ("1e12", "1e12"),
    ],
)
def test_money_is_of_the_flows_currency(value: Value, words: str) -> None:
    lines = msgspec.structs.replace(flow(a="{v|money}"), currency="USD")
    assert [utterance.text for utterance in speak(lines, "a", "en", {"v": value})[0]] == [words]


def test_a_range_is_rounded_up_at_its_end() -> None:
    def told(earliest: float, latest: float) -> list[str]:
        ends: dict[str, Value] = {"w.earliest": earliest, "w.latest": latest}
        wordings = flow(a="{w|range}")
        return [utterance.text for utterance in speak(wordings, "a", "en", {"w": 1} | ends)[0]]

    assert told(280, 470) == ["five to eight minutes"]
    assert told(280, 300) == ["five minutes"]
    assert told(0, 40) == ["less than a minute"]
    assert told(20, 130) == ["up to three minutes"]
    assert told(300, 100) == ["two minutes"]  # nonsense in, no nonsense out


def test_what_is_missing_is_a_fault() -> None:
    assert speak(flow(a="Hello {name}"), "a", "en", {})[1] == ["text a: variable name is not set"]
    assert speak(flow(a="Hello"), "a", "zh-CN", {}) == ([], ["no text a in zh-CN"])
    assert speak(flow(a="Hello"), "b", "en", {}) == ([], ["no text b in en"])
    assert write(flow(a="Hello"), "b", "en", {}) == ("{link}", ["no text b in en"])


def test_a_message_keeps_the_place_of_its_link() -> None:
    assert write(flow(a="Order {n}: {link}"), "a", "en", {"n": 7, "link": "http://elsewhere"}) == (
        "Order 7: {link}",
        [],
    )


def test_what_is_read_has_figures_where_they_read_better() -> None:
    text = "{n|digits}, {d|date}, {m|money}, {w|range}, {w|minutes}"
    variables: dict[str, Value] = {"n": "007", "d": "2026-10-01", "m": 12.5, "w": 60}
    lines = msgspec.structs.replace(flow(a=text), currency="USD")
    ends: dict[str, Value] = {"w.earliest": 120, "w.latest": 300}
    assert write(lines, "a", "en", variables | ends) == (
        "007, 2026-10-01, 12.5 USD, two to five minutes, one minute",
        [],
    )
    assert write(flow(a="{w|range}"), "a", "en", {"w": 5})[1] == ["text a: w can't be said as range in en"]


def test_a_long_value_is_cut() -> None:
    assert said("{v}", v="a" * 10_000) == ["a" * LONGEST_VALUE]


@given(st.text(), st.sampled_from(["", *FORMATS]), st.sampled_from(["en", "zh-CN"]))
def test_a_value_can_smuggle_nothing(value: str, form: str, language: str) -> None:
    slot = f"{{v|{form}}}" if form else "{v}"
    wordings: dict[str, Any] = {"a": {language: f"Hello {slot}."}, "m": {language: "Hello {v}: {link}"}}
    lines = Flow("line", "0", (language,), "a", "a", wordings, {})
    spoken = [utterance.text for utterance in speak(lines, "a", language, {"v": value})[0]]
    message = write(lines, "m", language, {"v": value})[0]
    for text in [*spoken, message.removesuffix("{link}")]:
        assert not set(text) & set("<>{}[]\\")
        assert not any(unicodedata.category(c).startswith("C") for c in text)
    assert message.endswith("{link}")


def test_what_the_centre_says_of_its_own_offers_is_known_before_a_call_in_every_language() -> None:
    spoken = standard.prompts()
    assert {utterance.language for utterance in spoken} == {"en", "zh-CN"}
    for way in ("callback", "link", "chat", "voicemail"):
        assert {u.language for u in spoken if u.key.startswith(f"tandem-offers/{way}.")} == {"en", "zh-CN"}
    assert not any("label" in utterance.key or "message" in utterance.key for utterance in spoken)


def test_the_flows_built_in_are_right() -> None:
    for flow in BUILT_IN.values():
        told = [str(finding.what) for finding in lint(flow, set(flow.nodes))]
        assert [what for what in told if what != "nothing leads here"] == [f"{flow.name!r} is not a name"]
