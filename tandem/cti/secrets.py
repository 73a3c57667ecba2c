"""Secrets by reference: `{secret:NAME}` in a header, put in at the last moment and nowhere kept."""

import re
from collections.abc import Callable, Mapping

Secrets = Callable[[str], str]
"""Gives the secret of a name; SecretError when there is none."""

_REFERENCE = re.compile(r"\{secret:([A-Za-z0-9_-]+)\}")


class SecretError(Exception):
    """A secret can't be had; the text says why, and never what it is."""


def filled_in(headers: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """The headers with their secrets in place; SecretError when one can't be had: nothing is sent without it."""
    return {name: _REFERENCE.sub(lambda match: secrets(match[1]), text) for name, text in headers.items()}


def named_in(headers: Mapping[str, str]) -> set[str]:
    """The names of the secrets that headers refer to."""
    return {name for text in headers.values() for name in _REFERENCE.findall(text)}
