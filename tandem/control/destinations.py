"""Which numbers and addresses may be dialled, and by which way: nothing that the dial plan does not name."""

import re
from functools import lru_cache

from tandem.control.settings import DialPlan

_URI = re.compile(r"sips?:([A-Za-z0-9_.+-]{1,64})@([A-Za-z0-9.-]{1,255}(?::[0-9]{1,5})?)")
_NUMBER = re.compile(r"\+?[0-9]{2,15}")  # E.164 has at most 15 digits
_PUNCTUATION = str.maketrans("", "", " -()/")


def destination(plan: DialPlan, wanted: str) -> str | None:
    """What the switch dials for a number or SIP URI ("PJSIP/138@trunk"); None when the plan does not allow it.

    A number may be written with spaces, hyphens, slashes and brackets.
    """
    if _URI.fullmatch(wanted):
        allowed = any(_uri_pattern(pattern).fullmatch(wanted) for pattern in plan.uris)
        return f"PJSIP/{plan.trunk or 'trunk'}/{wanted}" if allowed else None
    number = plain_number(wanted)
    if number is None or not any(_number_pattern(pattern).fullmatch(number) for pattern in plan.numbers):
        return None
    return f"PJSIP/{number}@{plan.trunk}" if plan.trunk else f"PJSIP/{number}"


def plain_number(wanted: str) -> str | None:
    """The digits of a number, with its plus; None when it is no number."""
    number = wanted.translate(_PUNCTUATION)
    return number if _NUMBER.fullmatch(number) else None


@lru_cache(maxsize=1000)
def _number_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace("X", "[0-9]").replace(r"\.", "[0-9]+"))


@lru_cache(maxsize=1000)
def _uri_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", "[A-Za-z0-9_.+-]+"))
