"""Values in words, one file a language. Adding a language is adding a file: `pt_br.py` speaks pt-BR."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast


class Spoken(Protocol):
    """What a language's file offers. Whole numbers are below 10**12 in size."""

    LANGUAGE: str
    """The language's name, as BCP 47 has it."""

    def number(self, value: int) -> str:
        """The number by itself, or as a rank."""

    def count(self, value: int) -> str:
        """The number in front of what is counted."""

    def digits(self, characters: Sequence[str]) -> str:
        """Letters and digits one by one."""

    def duration(self, seconds: int) -> str:
        """A time span, 0 or more."""

    def time(self, hour: int, minute: int) -> str:
        """A time of day, `hour` from 0 to 23."""


def _languages() -> dict[str, Spoken]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {spoken.LANGUAGE: spoken for spoken in (cast(Spoken, module) for module in modules)}


LANGUAGES = _languages()
