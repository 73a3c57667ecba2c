"""What a queue asks of an agent: `tv >= 3 and language == 'en'`.

A need is an expression (tandem/expression.py) over skills, attributes, `team` and `vendor`. A name that stands alone or
is compared with a number is a skill: the proficiency held, 0 for none. A name that is compared with a text, or a list
of texts, is an attribute; of one with several values (the languages somebody speaks), one that fits will do.
`{tv: 3, phone: 1}` is the short form of `tv >= 3 and phone >= 1`.
"""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import Any

import msgspec

from tandem.expression import ExpressionError, Term, parse
from tandem.said import said

Needs = dict[str, int] | str
ANYBODY = Term(1, "and")
"""The need of a queue that asks for nothing."""

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "in": "not in"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Person(msgspec.Struct, frozen=True):
    """An agent as needs see them: skills that are held now, and the values of every attribute."""

    skills: Mapping[str, int]
    attributes: Mapping[str, tuple[str, ...]]


class Lack(msgspec.Struct, frozen=True):
    """What stands against an agent: of `name` they hold `held` (0 or nothing: none), and the need is `asked`."""

    name: str
    held: int | float | str
    operator: str
    asked: int | float | str


def need_of(needs: Needs) -> Term:
    """The need as a term. ExpressionError says where it goes wrong, and why."""
    return _read(needs) if isinstance(needs, str) else _all([_at_least(skill, level) for skill, level in needs.items()])


def either(terms: list[Term]) -> Term:
    """Met by whoever meets one of `terms`."""
    return reduce(lambda one, other: Term(one.position, "or", (one, other)), terms)


def member_of(group: str, name: str) -> Term:
    """The need to belong to a group of this name; `group` is `team` or `vendor`."""
    return Term(1, "==", (Term(1, "variable", value=group), Term(1, "value", value=name)))


def lacking(term: Term, person: Person) -> tuple[Lack, ...]:
    """What keeps `person` from meeting the need; empty when they do. Of alternatives, the nearest."""
    if term.operator == "and":
        return tuple(lack for part in term.operands for lack in lacking(part, person))
    if term.operator == "or":
        return min((lacking(part, person) for part in term.operands), key=len)
    return _against(term, person, wanted=True)


def grade(term: Term, person: Person) -> int:
    """How good somebody who meets the need is at it: at the weakest skill asked for; 0 when it asks for none."""
    return _grade(term, person) or 0


def skills_of(term: Term) -> set[str]:
    """The skills that the need speaks of."""
    if _is_skill(term):
        return {_name_in(term)}
    return {skill for part in term.operands for skill in skills_of(part)}


@lru_cache(maxsize=1000)
def _read(source: str) -> Term:
    return _checked(parse(source))


def _checked(term: Term) -> Term:
    """The term with every comparison written name first. ExpressionError where something can't be asked of an agent."""
    if term.operator in ("and", "or", "not"):
        return term._replace(operands=tuple(map(_checked, term.operands)))
    if term.operator == "variable":
        return _at_least(term.value, 1, term.position)
    if term.operator not in (*_ORDER, "in"):
        raise ExpressionError(term.position, said("a need compares skills with numbers, and attributes with texts"))
    left, right = term.operands
    if right.operator == "variable" and left.operator == "value" and term.operator != "in":
        left, right, term = right, left, term._replace(operator=_MIRRORED[term.operator])
    if left.operator != "variable":
        raise ExpressionError(left.position, said("a skill, an attribute, team or vendor is expected here"))
    _check_value(term, right)
    return term._replace(operands=(left, right))


def _check_value(term: Term, value: Term) -> None:
    """Numbers for skills, texts for the rest."""
    if term.operator == "in":
        if value.operator != "list" or not all(isinstance(item.value, str) for item in value.operands):
            raise ExpressionError(value.position, said("a list of texts is expected here, such as ['en', 'zh']"))
    elif value.operator != "value" or isinstance(value.value, bool):
        raise ExpressionError(value.position, said("a proficiency (1 to 5) or a text in quotes is expected here"))
    elif isinstance(value.value, str) and term.operator not in ("==", "!="):
        raise ExpressionError(term.position, said("texts are compared with ==, != or in"))


def _at_least(skill: str, level: int, position: int = 1) -> Term:
    return Term(position, ">=", (Term(position, "variable", value=skill), Term(position, "value", value=level)))


def _all(terms: list[Term]) -> Term:
    return Term(1, "and", tuple(terms))


def _is_skill(term: Term) -> bool:
    return term.operator in _ORDER and not isinstance(term.operands[1].value, str)


def _name_in(comparison: Term) -> str:
    return str(comparison.operands[0].value)


def _against(term: Term, person: Person, wanted: bool) -> tuple[Lack, ...]:
    """What keeps the comparison, or a `not`, from being as `wanted`."""
    if term.operator == "not":
        return _against(term.operands[0], person, not wanted)
    if term.operator in ("and", "or"):
        if wanted:
            return lacking(term, person)
        parts = [_against(part, person, wanted=False) for part in term.operands]
        return min(parts, key=len) if term.operator == "and" and parts else sum(parts, ())
    name, asked = _name_in(term), _asked(term)
    held = person.skills.get(name, 0) if _is_skill(term) else " ".join(person.attributes.get(name, ()))
    if _holds(term, person) == wanted:
        return ()
    return (Lack(name, held, term.operator if wanted else _OPPOSITE[term.operator], asked),)


def _asked(term: Term) -> int | float | str:
    value: int | float | str = term.operands[1].value
    return ", ".join(item.value for item in term.operands[1].operands) if term.operator == "in" else value


def _holds(term: Term, person: Person) -> bool:
    name, value = _name_in(term), term.operands[1]
    if _is_skill(term):
        return _ORDER[term.operator](person.skills.get(name, 0), value.value)
    held = person.attributes.get(name, ())
    if term.operator == "in":
        return any(item.value in held for item in value.operands)
    return (value.value in held) == (term.operator == "==")


def _grade(term: Term, person: Person) -> int | None:
    """None for what says nothing about proficiency."""
    if term.operator == "or":
        met = [_grade(part, person) for part in term.operands if not lacking(part, person)]
        return max((found for found in met if found is not None), default=None)
    if term.operator == "and":
        parts = [_grade(part, person) for part in term.operands]
        return min((found for found in parts if found is not None), default=None)
    return person.skills.get(_name_in(term), 0) if _is_skill(term) else None
