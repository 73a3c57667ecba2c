"""Values in JSON answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.commands import Wanted
from tandem.ivr.json_path import JsonPathError, NotFoundError, extract, find, parse
from tandem.ivr.values import Kind, Value

ANSWER = {
    "order": {"items": [{"unit price": 7.5, "name": "lamp"}, {"name": 12}], "paid": True, "note": None},
    "n": "07",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", ANSWER),
        ("$.order.items[0].name", "lamp"),
        ("$.order.items[-1].name", 12),
        ("$['order']['items'][0]['unit price']", 7.5),
        ('$["order"].paid', True),
        ("$.order.items[2].name", None),
        ("$.order.items.name", None),
        ("$.order[0]", None),
        ("$.n[0]", None),
    ],
)
def test_a_path_leads_to_what_stands_there(path: str, found: Any) -> None:
    assert find(ANSWER, parse(path)) == found


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ("order", 1),
        ("", 1),
        ("$order", 2),
        ("$.order.", 8),
        ("$.order[x]", 8),
        ("$.order['a]", 8),
        ("$..a", 2),
        ("$.a b", 4),
    ],
)
def test_a_path_that_is_none_is_told_with_its_place(path: str, position: int) -> None:
    with pytest.raises(JsonPathError) as caught:
        parse(path)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("path", "kind", "value"),
    [
        ("$.order.items[0].name", "text", "lamp"),
        ("$.order.items[1].name", "text", "12"),
        ("$.order.items[1].name", "number", 12),
        ("$.n", "number", 7.0),
        ("$.n", "text", "07"),
        ("$.order.paid", "truth", True),
    ],
)
def test_a_value_is_of_the_kind_wanted(path: str, kind: Kind, value: Value) -> None:
    assert extract(ANSWER, {"x": Wanted(path, kind)}) == {"x": value}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("$.order.note", "text"),
        ("$.order", "text"),
        ("$.order.items", "text"),
        ("$.order.paid", "number"),
        ("$.order.paid", "text"),
        ("$.n", "truth"),
        ("$.order.items[0].name", "number"),
        ("$.gone", "text"),
    ],
)
def test_what_is_not_there_has_its_default_or_fails(path: str, kind: Kind) -> None:
    defaults: dict[Kind, Value] = {"text": "none", "number": 0, "truth": False}
    assert extract(ANSWER, {"x": Wanted(path, kind, defaults[kind])}) == {"x": defaults[kind]}
    with pytest.raises(NotFoundError, match="for x"):
        extract(ANSWER, {"x": Wanted(path, kind)})


def test_numbers_without_an_end_are_none_and_texts_are_cut() -> None:
    odd = {"a": float("inf"), "b": "nan", "c": "x" * 5000}
    with pytest.raises(NotFoundError):
        extract(odd, {"x": Wanted("$.a", "number")})
    with pytest.raises(NotFoundError):
        extract(odd, {"x": Wanted("$.b", "number")})
    assert extract(odd, {"x": Wanted("$.c")}) == {"x": "x" * 1000}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c d"]), inner, max_size=3),
)


@given(JSON, st.sampled_from(["$", "$.a", "$['c d'][0]", "$.a.b[-1].a"]), st.sampled_from(["text", "number", "truth"]))
def test_no_answer_is_too_strange(document: Any, path: str, kind: Kind) -> None:
    try:
        [value] = extract(document, {"x": Wanted(path, kind)}).values()
    except NotFoundError:
        return
    assert isinstance(value, {"text": str, "number": int | float, "truth": bool}[kind])


@given(st.text(alphabet="$.['\"]ab0-", max_size=20))
def test_any_path_is_read_or_told(path: str) -> None:
    try:
        parse(path)
    except JsonPathError as error:
        assert 1 <= error.position <= len(path) + 1
