"""What an expression gives: its kind, ahead of time, and its value."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tandem.expression import COMPARISONS, FUNCTIONS, ExpressionError, Result, Term
from tandem.ivr.values import Value, kind_of
from tandem.said import NOTHING, Said, said, said_by

ANY = "anything"
"""The kind of what is known only at run time."""

WORK: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
}


def variables_in(term: Term) -> Iterator[tuple[str, int]]:
    """The variables that an expression uses, with their positions."""
    if term.operator == "variable":
        yield term.value, term.position
    for operand in term.operands:
        yield from variables_in(operand)


def kind(term: Term, known: Mapping[str, str]) -> str:
    """`text`, `number`, `truth`, `list` or ANY, given the variables' kinds; ExpressionError if kinds don't fit."""
    return _kind_of(term, [kind(operand, known) for operand in term.operands], known)


def evaluate(term: Term, variables: Mapping[str, Value]) -> Result:
    """The value; ExpressionError when a variable is not set, kinds don't fit, or it divides by zero."""
    if term.operator == "value":
        return term.value  # type: ignore[no-any-return]
    if term.operator == "variable":
        if term.value not in variables:
            raise ExpressionError(term.position, said("variable {name} is not set", name=term.value))
        return variables[term.value]
    if term.operator in ("and", "or"):
        return _joined(term, variables)
    values = [evaluate(operand, variables) for operand in term.operands]
    _kind_of(term, [_kind_now(value) for value in values], {})
    return _worked(term, values)


def _joined(term: Term, variables: Mapping[str, Value]) -> bool:
    """The right side is looked at only if it matters."""
    for operand in term.operands:
        value = evaluate(operand, variables)
        _expect(operand.position, _kind_now(value), "truth")
        if value == (term.operator == "or"):
            return bool(value)
    return term.operator == "and"


def _worked(term: Term, values: list[Any]) -> Result:
    try:
        if term.operator == "list":
            return tuple(values)
        if term.operator == "not":
            return not values[0]
        if term.operator in FUNCTIONS:
            return FUNCTIONS[term.operator].work(*values)
        return WORK[term.operator](*values)  # type: ignore[no-any-return]
    except (ArithmeticError, ValueError) as error:
        raise ExpressionError(term.position, said_by(error)) from error


def _kind_now(value: Result) -> str:
    return "list" if isinstance(value, tuple) else kind_of(value)


def _kind_of(term: Term, kinds: list[str], known: Mapping[str, str]) -> str:
    """The kind of a term whose operands are of `kinds`."""
    operator, places = term.operator, [operand.position for operand in term.operands]
    if operator == "value":
        return kind_of(term.value)
    if operator == "variable":
        return known.get(term.value, ANY)
    if operator == "list":
        return "list"
    if operator in FUNCTIONS:
        for place, given, wanted in zip(places, kinds, FUNCTIONS[operator].takes, strict=True):
            _expect(place, given, wanted)
        return FUNCTIONS[operator].gives
    if operator in COMPARISONS:
        _comparable(term, *kinds)
        return "truth"
    wanted = "truth" if operator in ("and", "or", "not") else "number"
    for place, given in zip(places, kinds, strict=True):
        _expect(place, given, wanted)
    return wanted


def _comparable(term: Term, left: str, right: str) -> None:
    if term.operator == "in":
        _expect(term.operands[1].position, right, "list")
        return
    if ANY not in (left, right) and left != right:
        raise ExpressionError(
            term.position,
            said(
                "a {left} can't be compared to a {right}{way_out}",
                left=said(left),
                right=said(right),
                way_out=_way_out(left, right),
            ),
        )
    if term.operator not in ("==", "!=") and {left, right} & {"truth", "list"}:
        raise ExpressionError(term.position, said("a {left} is neither more nor less than another", left=said(left)))


def _way_out(left: str, right: str) -> Said:
    return said("; number(...) makes a number of a text") if {left, right} == {"text", "number"} else NOTHING


def _expect(position: int, given: str, wanted: str) -> None:
    if given not in (wanted, ANY):
        raise ExpressionError(
            position,
            said(
                "a {wanted} is expected, not a {given}{way_out}",
                wanted=said(wanted),
                given=said(given),
                way_out=_way_out(given, wanted),
            ),
        )
