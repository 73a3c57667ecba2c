"""What a queue asks of an agent, and what is told when an agent lacks it."""

import msgspec
import pytest

from tandem.acd.events import ContactQueued
from tandem.acd.matching import meets, person_of
from tandem.acd.needs import Lack, grade, lacking, need_of
from tandem.acd.settings import AgentSettings, QueueSettings
from tandem.acd.words import in_words
from tests.acd.playbook import START, Playbook, offered_to
from tests.acd.test_selection import with_queues

ANN = AgentSettings(
    "ann",
    {"tv": 2, "phone": 5},
    "PJSIP/ann",
    certified_until={"phone": START + 10},
    team="blended",
    vendor="acme",
    attributes={"language": ("zh", "en"), "region": "north"},
)


@pytest.mark.parametrize(
    ("needs", "met"),
    [
        ({}, True),
        ({"tv": 2}, True),
        ({"tv": 3}, False),
        ({"tv": 2, "radio": 1}, False),
        ("tv", True),
        ("radio", False),
        ("not radio", True),
        ("tv >= 2 and language == 'en'", True),
        ("tv >= 3 or language == 'en'", True),
        ("tv >= 3 and language == 'en'", False),
        ("language != 'zh'", False),
        ("language in ['fr', 'zh']", True),
        ("language in ['fr']", False),
        ("'north' == region", True),
        ("3 <= tv", False),
        ("2 <= tv", True),
        ("tv < 3", True),
        ("team == 'blended' and vendor == 'acme'", True),
        ("vendor == ''", False),
        ("not (tv >= 3 or language == 'fr')", True),
        ("not (tv >= 2 and language == 'en')", False),
        ("phone", True),
    ],
)
def test_needs_and_who_meets_them(needs: dict[str, int] | str, met: bool) -> None:
    assert meets(ANN, need_of(needs), START) is met


def test_a_certificate_ends_at_its_moment() -> None:
    assert meets(ANN, need_of("phone == 5"), START + 9.9)
    assert not meets(ANN, need_of("phone"), START + 10)


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        ("tv >= and", "character 7: a value is expected, not 'and'"),
        ("tv + 1 > 2", "character 4: a skill, an attribute, team or vendor is expected here"),
        ("3 > 2", "character 1: a skill, an attribute, team or vendor is expected here"),
        ("tv >= phone", "character 7: a proficiency"),
        ("language >= 'en'", "character 10: texts are compared with =="),
        ("tv in [1, 2]", "character 7: a list of texts"),
        ("tv == true", "character 7: a proficiency"),
        ("'tv'", "character 1: a need compares"),
        ("length(tv) > 1", "character 1: a skill, an attribute"),
    ],
)
def test_what_is_no_need_is_told_with_its_place(needs: str, told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"needs: {told}"):
        msgspec.convert({"name": "help", "needs": needs}, QueueSettings)


def test_what_is_lacking_is_the_nearest_way() -> None:
    person = person_of(ANN, START)
    assert lacking(need_of("tv >= 3 and radio and language == 'fr'"), person) == (
        Lack("tv", 2, ">=", 3),
        Lack("radio", 0, ">=", 1),
        Lack("language", "zh en", "==", "fr"),
    )
    assert lacking(need_of("(radio and tv >= 3) or vendor == 'other'"), person) == (
        Lack("vendor", "acme", "==", "other"),
    )
    assert lacking(need_of("not vendor == 'acme'"), person) == (Lack("vendor", "acme", "!=", "acme"),)


@pytest.mark.parametrize(
    ("needs", "good"),
    [("tv and phone", 2), ("tv or phone", 5), ("language == 'en'", 0), ("radio or tv", 2), ({"phone": 1}, 5), ({}, 0)],
)
def test_how_good_somebody_is_at_it(needs: dict[str, int] | str, good: int) -> None:
    assert grade(need_of(needs), person_of(ANN, START)) == good


def test_an_expired_certificate_takes_the_agent_out_at_its_moment_and_says_so() -> None:
    people = {"ann": ANN, "bob": AgentSettings("bob", {"phone": 1}, "PJSIP/bob")}
    chosen = msgspec.structs.replace(with_queues(QueueSettings("help", {"phone": 1})), agents=people)
    book = Playbook(chosen, "ann", "bob")
    assert book.router.next_wakeup() == START + 10
    book.after(START + 10 - book.now)
    assert book.router.next_wakeup() is None
    assert offered_to(book.tell(ContactQueued("c1", "help"))) == [("c1", "bob")]
    assert in_words(book.decisions[-1]) == (
        "offered to bob: rank 1 of 1; skipped ann: phone certified until 1970-01-12"
    )


def test_a_skill_that_goes_may_be_what_a_queue_waits_for() -> None:
    chosen = msgspec.structs.replace(with_queues(QueueSettings("help", "not phone")), agents={"ann": ANN})
    book = Playbook(chosen, "ann")
    assert book.tell(ContactQueued("c1", "help")) == []
    assert offered_to(book.after(9)) == [("c1", "ann")]
