"""What may stand in a form's fields."""

import pytest

from tandem.ivr.form import Field, Wrong, check
from tandem.ivr.values import Value

NOON = 1_767_672_000.0
"""2026-01-06 12:00 in Shanghai."""


def checked(
    raw: str, kind: str = "text", zone: str = "Asia/Shanghai", now: float = NOON, **more: object
) -> Value | str:
    """What a field takes `raw` for: its value, or the code of what is wrong."""
    found = check(Field(variable="x", label="x", kind=kind, **more), raw, now, zone)  # type: ignore[arg-type]
    return found.code if isinstance(found, Wrong) else found


@pytest.mark.parametrize(
    ("kind", "raw", "taken"),
    [
        ("text", "  12 Main\tStreet ", "12 Main Street"),
        ("text", "x" * 501, "too_long"),
        ("digits", "10 02-003", "1002003"),
        ("digits", "100a", "bad_pattern"),
        ("digits", "①", "bad_pattern"),
        ("number", "7", 7),
        ("number", "-7.50", -7.5),
        ("number", "nan", "not_a_number"),
        ("number", "1e400", "not_a_number"),
        ("number", "seven", "not_a_number"),
        ("date", "2026-02-28", "2026-02-28"),
        ("date", "2026-02-30", "bad_date"),
        ("date", "28.2.2026", "bad_date"),
        ("date", "20260228", "bad_date"),
        ("date", "1999-01-01", "1999-01-01"),
        ("time", "9:05", "09:05"),
        ("time", "24:00", "bad_time"),
        ("phone", "+86 (138) 0013-8000", "+8613800138000"),
        ("phone", "110a", "bad_phone"),
        ("phone", "1" * 16, "bad_phone"),
        ("yes_no", "yes", True),
        ("yes_no", "否", False),
        ("yes_no", "maybe", "not_a_choice"),
    ],
)
def test_each_kind_takes_what_it_means(kind: str, raw: str, taken: Value) -> None:
    assert checked(raw, kind) == taken
    assert type(checked(raw, kind)) is type(taken)


def test_limits_are_of_characters_digits_or_the_number_itself() -> None:
    assert [checked(raw, min=2, max=3) for raw in ("a", "ab", "abcd")] == ["too_short", "ab", "too_long"]
    assert [checked(raw, "digits", min=2, max=3) for raw in ("1", "1 2", "1234")] == ["too_short", "12", "too_long"]
    assert [checked(raw, "number", min=2, max=3) for raw in ("1", "2", "3.5")] == ["too_small", 2, "too_big"]
    assert [checked(raw, pattern="[A-Z]+[0-9]") for raw in ("AB7", "AB77", "b7")] == [
        "AB7",
        "bad_pattern",
        "bad_pattern",
    ]


def test_a_choice_is_one_of_its_values() -> None:
    assert [checked(raw, "choice", choices={"low": "a"}) for raw in ("low", "a")] == ["low", "not_a_choice"]


def test_days_are_counted_from_today_in_the_flows_time_zone() -> None:
    days = {"kind": "date", "earliest": 0, "latest": 2}
    around = ["2026-01-05", "2026-01-06", "2026-01-08", "2026-01-09"]
    assert [checked(day, **days) for day in around] == ["in_the_past", "2026-01-06", "2026-01-08", "too_big"]  # type: ignore[arg-type]
    assert checked("2026-01-06", "date", earliest=1) == "too_small"
    midnight = NOON + 12 * 3600
    assert checked("2026-01-06", "date", now=midnight, earliest=0) == "in_the_past"
    assert checked("2026-01-06", "date", now=midnight, zone="UTC", earliest=0) == "2026-01-06"


def test_what_may_be_left_empty_is_an_empty_text_or_no() -> None:
    for kind in ("text", "digits", "date", "time", "phone"):
        assert (checked(" ", kind), checked("", kind, required=False)) == ("required", "")
    assert (checked("", "yes_no"), checked("", "yes_no", required=False)) == ("required", False)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ({"kind": "choice"}, "a choice has some"),
        ({"choices": {"a": "b"}}, "choices belong to a choice"),
        ({"kind": "number", "required": False}, "a number can't be left empty"),
        ({"kind": "date", "min": 3}, "a date has no min"),
        ({"min": 3, "max": 2}, "min is above max"),
        ({"earliest": 1}, "earliest and latest belong to a date"),
        ({"kind": "date", "earliest": 2, "latest": 1}, "earliest is after latest"),
        ({"kind": "number", "pattern": "a"}, "a number has no pattern"),
        ({"pattern": "(a"}, "not a pattern"),
        ({"pattern": "(a+)+b"}, "a repetition inside another"),
    ],
)
def test_a_field_that_makes_no_sense_is_told(field: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Field(variable="x", label="x", **field)  # type: ignore[arg-type]
