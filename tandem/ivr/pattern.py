"""Patterns that answers must match: the part of regular expressions that never takes long.

Characters, `.`, `\\d`, classes such as `[2-9]` and `[^01]`, groups, `|`, and after any of these `?`, `*`, `+`, `{4}`,
`{4,}` or `{4,8}`; no repetition inside another. A text matches as a whole. Following every way at once, a match takes
time in proportion to pattern and text, whatever they are. Browsers take the same pattern in the same meaning.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, NoReturn

from tandem.said import Said, said

MOST_TIMES = 99
DIGITS = frozenset("0123456789")

Ends = frozenset[int]
Matcher = Callable[[str, Ends], Ends]
"""Where matches of a text end, given where they begin."""


class PatternError(ValueError):
    """What is wrong with a pattern, and at which character (from 1)."""


class _Part(NamedTuple):
    matcher: Matcher
    repeats: bool = False


def matches(pattern: str, text: str) -> bool:
    """Whether `text` as a whole is as `pattern` says; PatternError when that says nothing."""
    return len(text) in compiled(pattern)(text, frozenset({0}))


@lru_cache(maxsize=1000)
def compiled(pattern: str) -> Matcher:
    """The matcher of a pattern; PatternError."""
    reader = _Reader(pattern)
    part = reader.choice()
    if reader.at < len(pattern):
        reader.wrong(said("a bracket closes that was not opened"))
    return part.matcher


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def wrong(self, what: Said) -> NoReturn:
        raise PatternError(said("{what}, at character {position}", what=what, position=self.at + 1))

    def peek(self) -> str:
        """The next character; nothing at the end."""
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        """The next character, which there must be."""
        found = self.peek()
        if not found:
            self.wrong(said("the pattern breaks off"))
        self.at += 1
        return found

    def choice(self) -> _Part:
        """One or several sequences, with bars between them."""
        found = [self._sequence()]
        while self.peek() == "|":
            self.at += 1
            found.append(self._sequence())
        return found[0] if len(found) == 1 else _Part(_either(found), any(part.repeats for part in found))

    def _sequence(self) -> _Part:
        found = []
        while self.peek() not in ("", "|", ")"):
            found.append(self._repeated())
        return _Part(_one_after_another(found), any(part.repeats for part in found))

    def _repeated(self) -> _Part:
        part = self._atom()
        times = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(self.peek())
        if times:
            self.at += 1
        elif self.peek() == "{":
            times = self._times()
        else:
            return part
        if part.repeats:
            self.wrong(said("a repetition inside another"))
        return _Part(_repeat(part.matcher, *times), repeats=True)

    def _times(self) -> tuple[int, int | None]:
        found = re.compile(r"\{([0-9]{1,2})(,([0-9]{1,2})?)?\}").match(self.pattern, self.at)
        if found is None:
            self.wrong(said("{{4}}, {{4,}} or {{4,8}} is expected, with numbers up to {most}", most=MOST_TIMES))
        self.at = found.end()
        least, most = int(found[1]), int(found[3]) if found[3] else None if found[2] else int(found[1])
        if most is not None and most < least:
            self.wrong(said("the greatest number of times is below the least"))
        return least, most

    def _atom(self) -> _Part:
        c = self.take()
        if c == "(":
            part = self.choice()
            self.take()  # the bracket that closes: nothing else ends a choice inside
            return part
        if c == "[":
            return _Part(_one(self._class()))
        if c == ".":
            return _Part(_one(lambda _: True))
        if c == "\\":
            return _Part(_one(self._escaped().__contains__))
        if c in "?*+{}]^$":
            self.at -= 1
            self.wrong(
                said("{character} has nothing to stand for here; \\{character} is the character itself", character=c)
            )
        return _Part(_one(c.__eq__))

    def _class(self) -> Callable[[str], bool]:
        negated = self.peek() == "^"
        self.at += negated
        members: set[str] = set()
        while (c := self.take()) != "]":
            if c == "\\":
                members |= self._escaped()
            elif self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("", "]"):
                self.at += 1
                members |= self._from_to(c, self.take())
            else:
                members.add(c)
        if not members:
            self.wrong(said("nothing stands between the brackets"))
        return lambda c: (c in members) != negated

    def _from_to(self, first: str, last: str) -> set[str]:
        if not first <= last or not (first + last).isascii() or "\\" in first + last:
            self.wrong(said("a range goes from one character to a later one, as in [2-9]"))
        return {chr(code) for code in range(ord(first), ord(last) + 1)}

    def _escaped(self) -> frozenset[str]:
        c = self.take()
        if c.isalnum() and c != "d":
            self.wrong(said("\\{character} is not known here; \\d is a digit", character=c))
        return DIGITS if c == "d" else frozenset(c)


def _one(fits: Callable[[str], bool]) -> Matcher:
    return lambda text, starts: frozenset(at + 1 for at in starts if at < len(text) and fits(text[at]))


def _one_after_another(parts: list[_Part]) -> Matcher:
    def ends(text: str, starts: Ends) -> Ends:
        for part in parts:
            starts = part.matcher(text, starts)
        return starts

    return ends


def _either(parts: list[_Part]) -> Matcher:
    return lambda text, starts: frozenset().union(*(part.matcher(text, starts) for part in parts))


def _repeat(matcher: Matcher, least: int, most: int | None) -> Matcher:
    def ends(text: str, starts: Ends) -> Ends:
        for _ in range(least):
            starts = matcher(text, starts)
        found, times = starts, least
        while starts and (most is None or times < most):
            starts = matcher(text, starts) - found
            found, times = found | starts, times + 1
        return found

    return ends
