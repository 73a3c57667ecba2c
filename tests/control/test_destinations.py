"""What may be dialled: only what the dial plan names."""

import pytest

from tandem.control.destinations import destination
from tandem.control.settings import DialPlan

PLAN = DialPlan(numbers=("138XXXXXXXX", "+86.", "2001"), uris=("sip:*@partner.example",), trunk="trunk")


@pytest.mark.parametrize(
    ("wanted", "dialled"),
    [
        ("13812345678", "PJSIP/13812345678@trunk"),
        ("138 1234-5678", "PJSIP/13812345678@trunk"),
        ("+862112345678", "PJSIP/+862112345678@trunk"),
        ("sip:desk@partner.example", "PJSIP/trunk/sip:desk@partner.example"),
        ("1381234567", None),
        ("138123456789", None),
        ("+86", None),
        ("+1900555", None),
        ("sip:desk@elsewhere.example", None),
        ("sip:desk@partner.example.evil.example", None),
        ("sip:a@b@partner.example", None),
        ("13812345678&PJSIP/1900@trunk", None),
        ("13812345678\r\nAction: Originate", None),
        ("", None),
        ("X", None),
    ],
)
def test_only_what_the_plan_names_is_dialled(wanted: str, dialled: str | None) -> None:
    assert destination(PLAN, wanted) == dialled


def test_without_a_trunk_a_number_is_a_phone_of_ours() -> None:
    assert destination(DialPlan(numbers=("2XXX",)), "2001") == "PJSIP/2001"


def test_a_plan_that_names_nothing_allows_nothing() -> None:
    assert destination(DialPlan(), "2001") is None
