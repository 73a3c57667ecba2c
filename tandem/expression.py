"""PURE. Conditions, as flows and queues have them: `caller.tier == 'vip' and length(order.number) >= 8`.

    condition   or | and | not | comparison
    comparison  sum [(== != < <= > >= in) sum]
    sum         product {(+ -) product}
    product     unary {(* / %) unary}
    unary       - unary | ( condition ) | [ list ] | function( ... ) | number | 'text' | true | false | variable

Texts, numbers and truths don't mix: comparing a text to a number is an error, told with its place where the kinds are
known, and at run time where not. Nothing is evaluated but what stands here.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from tandem.said import Said, said

Result = str | int | float | bool | tuple[Any, ...]
DEEPEST = 30
LONGEST = 500


class ExpressionError(Exception):
    """What is wrong; `position` counts characters from 1."""

    def __init__(self, position: int, what: Said) -> None:
        super().__init__(said("character {position}: {what}", position=position, what=what))
        self.position = position


class Term(NamedTuple):
    """A part of an expression: `operator` is an operator, a function, `value`, `variable` or `list`."""

    position: int
    operator: str
    operands: tuple["Term", ...] = ()
    value: Any = None


def as_number(text: str) -> float:
    """A text such as 12 or -0.5 as the number; ValueError when it is none."""
    if not re.fullmatch(r"-?[0-9]{1,32}(\.[0-9]{1,32})?", text):
        raise ValueError(said("{text!r} is no number", text=text))
    return float(text)


class Function(NamedTuple):
    """What a function takes and gives."""

    takes: tuple[str, ...]
    gives: str
    work: Callable[..., Result]


FUNCTIONS: dict[str, Function] = {
    "contains": Function(("text", "text"), "truth", lambda text, part: part in text),
    "ends_with": Function(("text", "text"), "truth", lambda text, part: text.endswith(part)),
    "length": Function(("text",), "number", len),
    "lower": Function(("text",), "text", str.lower),
    "number": Function(("text",), "number", as_number),
    "starts_with": Function(("text", "text"), "truth", lambda text, part: text.startswith(part)),
}
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*')|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)"
    r"|(?P<sign>==|!=|<=|>=|[<>+\-*/%()\[\],])"
)


@lru_cache(maxsize=1000)
def parse(source: str) -> Term:
    """The expression in `source`; ExpressionError says where it goes wrong."""
    if len(source) > LONGEST:
        raise ExpressionError(LONGEST, said("an expression has at most {longest} characters", longest=LONGEST))
    return _Parser(source).whole()


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = list(_tokens(source))
        self._at = 0
        self._depth = 0

    def whole(self) -> Term:
        term = self._either()
        if self._word():
            raise ExpressionError(self._position(), said("{word!r} is not expected here", word=self._word()))
        return term

    def _either(self) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(self._position(), said("nested too deeply"))
        term = self._chain(self._both, ("or",))
        self._depth -= 1
        return term

    def _both(self) -> Term:
        return self._chain(self._negation, ("and",))

    def _negation(self) -> Term:
        nots = []
        while self._word() == "not":
            nots.append(self._take())
        term = self._comparison()
        for position in reversed(nots):
            term = Term(position, "not", (term,))
        return term

    def _comparison(self) -> Term:
        term = self._sum()
        if self._word() in COMPARISONS:
            operator, position = self._word(), self._take()
            term = Term(position, operator, (term, self._sum()))
        if self._word() in COMPARISONS:
            raise ExpressionError(self._position(), said("comparisons can't be chained; join them with and"))
        return term

    def _sum(self) -> Term:
        return self._chain(self._product, ("+", "-"))

    def _product(self) -> Term:
        return self._chain(self._unary, ("*", "/", "%"))

    def _chain(self, part: Callable[[], Term], operators: tuple[str, ...]) -> Term:
        term = part()
        while self._word() in operators:
            operator, position = self._word(), self._take()
            term = Term(position, operator, (term, part()))
        return term

    def _unary(self) -> Term:
        kind, word, position = self._token()
        self._at += 1
        if word == "-":
            return Term(position, "-", (Term(position, "value", value=0), self._unary_in_depth()))
        if word == "(":
            term = self._either()
            self._expect(")")
            return term
        if word == "[":
            return Term(position, "list", self._list("]"))
        if kind == "number":
            return Term(position, "value", value=float(word) if "." in word else int(word))
        if kind == "text":
            return Term(position, "value", value=word[1:-1])
        if kind == "name":
            return self._named(word, position)
        raise ExpressionError(
            position,
            said("a value is expected, not {word!r}", word=word) if word else said("a value is missing at the end"),
        )

    def _unary_in_depth(self) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(self._position(), said("nested too deeply"))
        term = self._unary()
        self._depth -= 1
        return term

    def _named(self, word: str, position: int) -> Term:
        if word in ("true", "false"):
            return Term(position, "value", value=word == "true")
        if word in ("and", "or", "not", "in"):
            raise ExpressionError(position, said("a value is expected, not {word!r}", word=word))
        if self._word() != "(":
            return Term(position, "variable", value=word)
        self._take()
        if word not in FUNCTIONS:
            raise ExpressionError(
                position, said("there is no function {word}; there are {names}", word=word, names=", ".join(FUNCTIONS))
            )
        operands = self._list(")")
        if len(operands) != len(FUNCTIONS[word].takes):
            raise ExpressionError(
                position,
                said(
                    "{word} takes {takes} values, not {given}",
                    word=word,
                    takes=len(FUNCTIONS[word].takes),
                    given=len(operands),
                ),
            )
        return Term(position, word, operands)

    def _list(self, end: str) -> tuple[Term, ...]:
        terms: list[Term] = []
        while self._word() != end:
            if terms:
                self._expect(",")
            terms.append(self._either())
        self._take()
        return tuple(terms)

    def _token(self) -> tuple[str, str, int]:
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    def _word(self) -> str:
        return self._token()[1]

    def _position(self) -> int:
        return self._token()[2]

    def _take(self) -> int:
        self._at += 1
        return self._tokens[self._at - 1][2]

    def _expect(self, word: str) -> None:
        if self._word() != word:
            raise ExpressionError(self._position(), said("{word!r} is missing", word=word))
        self._take()


def _tokens(source: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(source):
        if source[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(source, at)
        if match is None:
            what = (
                said("a text has no end")
                if source[at] == "'"
                else said("{character!r} means nothing here", character=source[at])
            )
            raise ExpressionError(at + 1, what)
        yield str(match.lastgroup), match[0], at + 1
        at = match.end()
    yield "end", "", len(source) + 1
