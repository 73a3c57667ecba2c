"""Values in words, one file a language. Adding a language is adding a file: `pt_br.py` speaks pt-BR."""

from collections.abc import Mapping, Sequence
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

    def minutes(self, low: int, high: int) -> str:
        """A wait of `low` to `high` minutes, both 0 or more; `high` 0 or 1 is less than a minute."""

    def time(self, hour: int, minute: int) -> str:
        """A time of day, `hour` from 0 to 23."""

    def date(self, year: int, month: int, day: int) -> str:
        """A day of a year."""

    def day(self, month: int, day: int) -> str:
        """A day of any year."""

    CURRENCIES: Mapping[str, tuple[str, ...]]
    """The words for the currencies that the language can tell, by ISO 4217 code; what they are is its own affair."""

    def money(self, units: int, hundredths: int, currency: str, minus: bool) -> str:
        """An amount, owed if `minus`; KeyError when the language has no words for the currency."""


def find_languages() -> dict[str, Spoken]:
    """Every language that has a file here, by name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {spoken.LANGUAGE: spoken for spoken in (cast(Spoken, module) for module in modules)}


LANGUAGES = find_languages()
