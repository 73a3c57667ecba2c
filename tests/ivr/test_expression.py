"""Conditions: what they give, and what is said of those that are wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.expression import LONGEST, ExpressionError, Result, parse
from tandem.ivr.evaluation import evaluate, kind, variables_in
from tandem.ivr.values import Value

VARIABLES: dict[str, Value] = {"tier": "vip", "order.number": "1002", "age": 41, "share": 0.5, "member": True}
KINDS = {"tier": "text", "order.number": "text", "age": "number", "share": "number", "member": "truth"}


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("-age + 1", -40),
        ("- - 3", 3),
        ("7 % 4 / 2", 1.5),
        ("tier == 'vip'", True),
        ("tier != 'vip'", False),
        ("tier < 'w'", True),
        ("age >= 41 and age <= 41", True),
        ("age > 41 or age < 41", False),
        ("not member", False),
        ("not not member", True),
        ("not member or true", True),
        ("not tier == 'vip'", False),
        ("false and gone", False),
        ("true or gone", True),
        ("true or false and false", True),
        ("tier in ['member', 'vip']", True),
        ("age in []", False),
        ("[1, 2] == [1, 2]", True),
        ("length(order.number) == 4", True),
        ("number(order.number) / 2", 501.0),
        ("starts_with(order.number, '10')", True),
        ("ends_with(order.number, '10')", False),
        ("contains('hotline', 'line')", True),
        ("lower('VIP') == tier", True),
        ("' ' == '  '", False),
        ("share * 2 == 1", True),
    ],
)
def test_an_expression_gives(source: str, result: Result) -> None:
    term = parse(source)
    assert evaluate(term, VARIABLES) == result
    kinds = {bool: "truth", str: "text", int: "number", float: "number"}
    assert kind(term, KINDS | {"gone": "truth"}) == kinds[type(result)]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "character 1: a value is missing at the end"),
        ("tier ==", "character 8: a value is missing at the end"),
        ("tier = 'vip'", "character 6: '=' means nothing here"),
        ("tier == 'vip", "character 9: a text has no end"),
        ("tier == vip vip", "character 13: 'vip' is not expected here"),
        ("(tier == 'vip'", "character 15: ')' is missing"),
        ("1 < age < 9", "character 9: comparisons can't be chained; join them with and"),
        ("age and and", "character 9: a value is expected, not 'and'"),
        ("size(tier) == 3", "character 1: there is no function size; there are contains,"),
        ("length(tier, 1) == 3", "character 1: length takes 1 values, not 2"),
        ("[1 2]", "character 4: ',' is missing"),
        ("__import__", "character 1: '_' means nothing here"),
        ("(" * 99, "character 31: nested too deeply"),
        ("-" * 99 + "1", "nested too deeply"),
        ("1+" * LONGEST, "an expression has at most 500 characters"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(source: str, told: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("age == '41'", "character 5: a number can't be compared to a text; number(...) makes a number of a text"),
        ("tier > 1", "character 6: a text can't be compared to a number"),
        ("member < true", "character 8: a truth is neither more nor less than another"),
        ("tier + 1", "character 1: a number is expected, not a text; number(...) makes a number of a text"),
        ("age and member", "character 1: a truth is expected, not a number"),
        ("not age", "character 5: a truth is expected, not a number"),
        ("age in tier", "character 8: a list is expected, not a text"),
        ("length(age) > 1", "character 8: a text is expected, not a number"),
    ],
)
def test_kinds_that_do_not_fit_are_told_ahead_and_at_run_time(source: str, told: str) -> None:
    with pytest.raises(ExpressionError) as ahead:
        kind(parse(source), KINDS)
    with pytest.raises(ExpressionError) as now:
        evaluate(parse(source), VARIABLES)
    assert told in str(ahead.value)
    assert told in str(now.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 + gone", "character 5: variable gone is not set"),
        ("1 / (age - 41)", "character 3: division by zero"),
        ("number(tier)", "character 1: 'vip' is no number"),
        ("number('nan')", "'nan' is no number"),
    ],
)
def test_what_goes_wrong_with_values_is_told(source: str, told: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse(source), VARIABLES)
    assert told in str(caught.value)


def test_the_variables_of_an_expression() -> None:
    assert list(variables_in(parse("age > 1 and not lower(tier) in [order.number]"))) == [
        ("age", 1),
        ("tier", 23),
        ("order.number", 33),
    ]


NAMES = ["age", "tier", "member", "gone", "true", "length(", "number(", "'a'", "'12'", "0", "2.5"]
SIGNS = ["and", "or", "not", "in", "==", "<", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", "_", "'", "é"]
WORDS = st.sampled_from(NAMES + SIGNS)


@given(st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=25).map(" ".join)))
def test_no_expression_raises_anything_else(source: str) -> None:
    try:
        evaluate(parse(source), VARIABLES)
    except ExpressionError as error:
        assert 1 <= error.position <= len(source) + 1


COMPARED = st.sampled_from(["age", "tier", "member", "1", "'x'", "number(tier)", "length(tier)"])
TRUTHS = st.recursive(
    st.tuples(COMPARED, st.sampled_from(["==", "!=", "<", ">="]), COMPARED).map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda t: f"not {t}"),
    ),
    max_leaves=6,
)


@given(TRUTHS, st.integers(), st.sampled_from(["vip", "12", ""]), st.booleans())
def test_what_is_well_typed_fails_by_its_values_only(source: str, age: int, tier: str, member: bool) -> None:
    try:
        kind(parse(source), KINDS)
    except ExpressionError:
        return
    try:
        assert evaluate(parse(source), {"age": age, "tier": tier, "member": member}) in (True, False)
    except ExpressionError as error:
        assert "is no number" in str(error)
