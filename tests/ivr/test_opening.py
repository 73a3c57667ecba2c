"""Opening hours."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.opening import WEEKDAYS, Opening, check

WEEK = {"monday-friday": "09:00-12:00, 13:00-18:00", "saturday": "20:00-24:00"}
DAYS = {"10-01": "closed", "2026-10-01": "10:00-11:00", "02-29": "00:00-24:00"}
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1))


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-20 09:00:00", True),
        ("2026-11-20 08:59:59", False),
        ("2026-11-20 12:00:00", False),
        ("2026-11-20 17:59:59", True),
        ("2026-11-21 23:59:59", True),
        ("2026-11-22 12:00:00", False),
        ("2025-10-01 10:30:00", False),
        ("2026-10-01 10:30:00", True),
        ("2026-10-01 09:30:00", False),
        ("2028-02-29 03:00:00", True),
    ],
)
def test_a_date_goes_before_a_day_of_every_year_and_that_before_the_week(moment: str, open_: bool) -> None:
    assert Opening(WEEK, DAYS).open_at(datetime.fromisoformat(moment)) is open_


@given(MOMENTS)
def test_the_next_opening_and_the_last_closing_are_the_nearest(moment: datetime) -> None:
    opening = Opening(WEEK, DAYS)
    opens, closed = opening.opens_after(moment), opening.closed_before(moment)
    assert opens is not None
    assert closed is not None
    assert closed <= moment < opens
    minute = timedelta(minutes=1)
    assert opening.open_at(opens)
    assert not opening.open_at(opens - minute)
    assert opening.open_at(closed - minute)
    assert not opening.open_at(closed)
    if not opening.open_at(moment):
        between = (closed + n * minute for n in range(0, int((opens - closed) / minute), 7))
        assert not any(opening.open_at(at) for at in between)


def test_what_opens_once_a_year_is_found() -> None:
    once = Opening({}, {"12-24": "09:00-12:00"})
    assert once.opens_after(datetime(2026, 12, 24, 10)) == datetime(2027, 12, 24, 9)
    assert once.closed_before(datetime(2026, 12, 24, 10)) == datetime(2025, 12, 24, 12)


def test_what_is_over_does_not_open_again() -> None:
    assert Opening({}, {"2020-01-01": "09:00-12:00"}).opens_after(datetime(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("weekly", "days", "told"),
    [
        ({"mon": "09:00-12:00"}, {}, "'mon' is no day"),
        ({"friday-monday": "09:00-12:00"}, {}, "ends before it begins; a week begins on monday"),
        ({"monday-friday": "09:00-12:00", "friday": "closed"}, {}, "a day stands twice"),
        ({"monday": "9-12"}, {}, "'9-12' are no hours"),
        ({"monday": "22:00-02:00"}, {}, "ends before it begins"),
        ({"monday": "09:00-12:00, 11:00-13:00"}, {}, "overlap"),
        ({"monday": "24:30-24:40"}, {}, "ends before it begins"),
        ({"monday": "closed"}, {}, "it never opens"),
        ({"monday": "09:00-12:00"}, {"1.10.": "closed"}, "'1.10.' is no date"),
        ({"monday": "09:00-12:00"}, {"02-30": "closed"}, "day is out of range"),
    ],
)
def test_hours_that_can_not_be_are_told(weekly: dict[str, str], days: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check(weekly, days)


def test_every_weekday_has_a_name() -> None:
    for n, name in enumerate(WEEKDAYS):
        assert Opening({name: "00:00-24:00"}, {}).open_at(datetime(2026, 11, 16 + n))
