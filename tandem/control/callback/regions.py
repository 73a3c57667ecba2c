"""Where a number is at home, and how it is written in full.

The only place that knows the library with the world's numbering plans.
"""

from functools import lru_cache

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

UNKNOWN = "Etc/Unknown"


@lru_cache(maxsize=10_000)
def in_full(number: str, country: str) -> str:
    """A number as E.164 has it (`+8613800000001`); one that is none in the world's plans stays as it is."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return number
    known = phonenumbers.is_possible_number(parsed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if known else number


@lru_cache(maxsize=10_000)
def zones_of(number: str, country: str) -> tuple[str, ...]:
    """The time zones that `number` may be in ("Asia/Shanghai"), none when it says nothing of a place.

    A number without a plus is one of `country` (ISO 3166, "CN"). The library's tables are data like the tz database.
    """
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in time_zones_for_number(parsed) if zone != UNKNOWN)
