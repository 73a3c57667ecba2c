"""By what a person is known: a kind and a value in one text (`phone:+8613800000001`); each belongs to one person."""

import re
from typing import Literal

from tandem.control.callback.regions import in_full
from tandem.control.destinations import plain_number

Kind = Literal["phone", "email", "chat", "external"]
KINDS: tuple[Kind, ...] = ("phone", "email", "chat", "external")
"""A number; an address; a chat's own name of its customer; a name in another system, such as the order system's."""
LONGEST = 100
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"[!-:<-~](?:[ -:<-~]*[!-:<-~])?")
"""No semicolon: it parts several in a cell of a CSV."""


def identity(kind: str, value: str, country: str = "") -> str | None:
    """The identity that `value` is; None when it is none of that kind.

    A number is written as E.164 has it; without a plus it is one of `country` (ISO 3166: `CN`). What is no number of
    the world's plans, such as a phone of the house, is kept as dialled.
    """
    value = value.strip()
    if kind == "phone":
        number = plain_number(value)
        return f"phone:{in_full(number, country)}" if number else None
    if kind == "email":
        return f"email:{value.lower()}" if len(value) <= LONGEST and _ADDRESS.fullmatch(value) else None
    fits = kind in KINDS and len(value) <= LONGEST and _NAME.fullmatch(value)
    return f"{kind}:{value}" if fits else None


def sender_of(mail_from: str) -> str:
    """The address in a mail's sender (`Wang <wang@shop.example>`), empty when there is none."""
    found = _ADDRESS.findall(mail_from)
    return found[-1] if found else ""


def parts_of(known_by: str) -> tuple[str, str]:
    """An identity's kind and value."""
    kind, _, value = known_by.partition(":")
    return kind, value
