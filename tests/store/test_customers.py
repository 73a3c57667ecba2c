"""People, by what they are known, merged and split: and everything as before when that is undone."""

import asyncio
import json
import re
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.store.customers.history import history
from tandem.store.customers.joins import Joins
from tandem.store.customers.people import CustomerStoreError, NotDone, People, Person
from tandem.store.records import Batch, RecordWriter
from tandem.store.webhook_outbox import WebhookOutbox
from tests.store import examples

ANN = Person(
    "", "Ann Wang", "gold", ("tv", "loud"), "en", "likes tea", identities=("phone:+861380", "email:ann@a.example")
)
BOB = Person("", "Bob", "", ("tv", "late"), "zh-CN", "", identities=("phone:+861390",))


@pytest.fixture
def people(engine: AsyncEngine) -> People:
    return People(engine)


@pytest.fixture
def joins(engine: AsyncEngine) -> Joins:
    return Joins(engine)


async def called(engine: AsyncEngine, call: str, at: float, identity: str, customer: str = "") -> None:
    """A contact came; its row was written as records are."""
    writer = await RecordWriter.open(engine)
    await writer._write(
        [Batch(writer.progress + 1, at, [examples.contact(call, at, identity=identity, customer=customer)])]
    )


async def calls_of(engine: AsyncEngine, customer: str) -> list[str]:
    return [entry.contact for entry in await history(engine, customer, 100)]


async def everything(engine: AsyncEngine) -> dict[str, list[Any]]:
    """All rows but the count and time of changes, and what was joined."""
    queries = {
        "people": "SELECT customer, name, tier, tags, language, notes, merged_into FROM customers ORDER BY 1",
        "identities": "SELECT identity, customer FROM customer_identities ORDER BY 1",
        "contacts": "SELECT call, customer FROM contacts ORDER BY 1",
    }
    async with engine.connect() as connection:
        return {name: [tuple(row) for row in await connection.execute(text(query))] for name, query in queries.items()}


async def test_a_customer_is_found_by_what_they_are_known_by(people: People) -> None:
    ann = await people.create(ANN, 10.0)
    assert (
        await people.person(ann.customer)
        == ann
        == replace(ANN, customer=ann.customer, created_at=10.0, changed_at=10.0)
    )
    assert await people.known_by("email:ann@a.example") == replace(ann, identities=ann.identities)
    assert await people.known_by("phone:+861390") is None
    assert await people.person("nobody") is None


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("wang", True),
        ("+86138", True),
        ("80", True),
        ("A.EX", True),
        ("phone", False),
        ("%", False),
        ("_", False),
        ("zz", False),
    ],
)
async def test_search_looks_into_names_and_identities(people: People, what: str, found: bool) -> None:
    ann = await people.create(ANN, 10.0)
    await people.create(BOB, 10.0)
    assert ([one.customer for one in await people.search(what)] == [ann.customer]) == found


async def test_a_long_answer_goes_on_where_it_ended(people: People) -> None:
    made = sorted([(await people.create(Person("", f"Li {n}"), 10.0)).customer for n in range(5)])
    first = await people.search("li", 3)
    rest = await people.search("li", 3, first[-1].customer)
    assert [one.customer for one in (*first, *rest)] == made


async def test_a_number_is_found_by_its_end(people: People) -> None:
    ann = await people.create(ANN, 10.0)
    assert [one.customer for one in await people.by_number_ending("1380")] == [ann.customer]
    assert await people.by_number_ending("138") == []
    assert await people.by_number_ending("example") == []


async def test_an_identity_has_one_owner(people: People) -> None:
    ann, bob = await people.create(ANN, 10.0), await people.create(BOB, 10.0)
    with pytest.raises(NotDone, match=f"Customer {ann.customer} is known by one of these already"):
        await people.create(replace(BOB, identities=("phone:+861380",)), 11.0)
    with pytest.raises(NotDone, match="merge the two"):
        await people.add_identity(bob.customer, "phone:+861380", 11.0)
    assert (await people.remove_identity(ann.customer, "phone:+861380", 12.0)).identities == ("email:ann@a.example",)
    with pytest.raises(NotDone, match="not known by this"):
        await people.remove_identity(ann.customer, "phone:+861380", 12.0)
    assert "phone:+861380" in (await people.add_identity(bob.customer, "phone:+861380", 13.0)).identities


async def test_a_change_says_what_it_was_made_on(people: People) -> None:
    ann = await people.create(ANN, 10.0)
    changed = await people.change(ann.customer, 1, 20.0, name="Ann", tags=["quiet"])
    assert (changed.name, changed.tags, changed.change, changed.changed_at) == ("Ann", ("quiet",), 2, 20.0)
    with pytest.raises(NotDone, match="this is change 2"):
        await people.change(ann.customer, 1, 30.0, name="Anna")
    assert (await people.change(ann.customer, None, 30.0, name="Anna")).change == 3
    with pytest.raises(NotDone, match="no such customer"):
        await people.change("nobody", None, 30.0, name="Anna")


async def test_contacts_that_came_before_their_customer_was_known_are_theirs(
    engine: AsyncEngine, people: People
) -> None:
    await called(engine, "c1", 1.0, "phone:+861380")
    await called(engine, "c2", 2.0, "phone:+861390", "somebody")
    await called(engine, "c3", 3.0, "phone:+861399")
    ann = await people.create(ANN, 10.0)
    await people.add_identity(ann.customer, "phone:+861390", 11.0)
    await people.add_identity(ann.customer, "phone:+861399", 11.0)
    assert await calls_of(engine, ann.customer) == ["c3", "c1"]
    await people.remove_identity(ann.customer, "phone:+861380", 12.0)
    assert await calls_of(engine, ann.customer) == ["c3", "c1"], "what was theirs stays theirs"


async def test_who_is_in_a_contact_is_kept_when_its_end_does_not_know(engine: AsyncEngine, people: People) -> None:
    await called(engine, "c1", 1.0, "phone:+861380")
    ann = await people.create(ANN, 10.0)
    await called(engine, "c1", 1.0, "phone:+861380")
    assert await calls_of(engine, ann.customer) == ["c1"]


async def test_two_are_one_and_two_again(engine: AsyncEngine, people: People, joins: Joins) -> None:
    ann, bob = await people.create(ANN, 10.0), await people.create(BOB, 10.0)
    await called(engine, "c1", 1.0, "phone:+861380", ann.customer)
    await called(engine, "c2", 2.0, "phone:+861390", bob.customer)
    before = await everything(engine)
    number = await joins.merge(bob.customer, ann.customer, "li", 20.0)
    one = await people.person(ann.customer)
    assert one is not None
    assert (one.customer, one.name, one.tier, one.language) == (bob.customer, "Bob", "gold", "zh-CN")
    assert (one.tags, one.notes) == (("tv", "late", "loud"), "likes tea")
    assert set(one.identities) == {*ann.identities, *bob.identities}
    assert await calls_of(engine, bob.customer) == ["c2", "c1"]
    assert [found.customer for found in await people.search("ann")] == [bob.customer], "by her address"
    assert (await joins.undo(number, "wei", 30.0)).undone_by == "wei"
    assert await everything(engine) == before
    with pytest.raises(NotDone, match="undone before"):
        await joins.undo(number, "wei", 31.0)


async def test_what_came_after_a_merge_goes_to_whose_identity_it_came_by(
    engine: AsyncEngine, people: People, joins: Joins
) -> None:
    ann, bob = await people.create(ANN, 10.0), await people.create(BOB, 10.0)
    number = await joins.merge(bob.customer, ann.customer, "li", 20.0)
    for call, identity in (("c1", "phone:+861380"), ("c2", "phone:+861390")):
        await called(engine, call, 25.0, identity, bob.customer)
    await people.change(bob.customer, None, 26.0, name="Robert", tier="silver")
    await people.add_identity(bob.customer, "email:bob@b.example", 27.0)
    await joins.undo(number, "li", 30.0)
    assert (await calls_of(engine, ann.customer), await calls_of(engine, bob.customer)) == (["c1"], ["c2"])
    now = await people.person(bob.customer)
    assert now is not None
    assert (now.name, now.tier, now.notes, now.tags) == ("Robert", "silver", "", ("tv", "late"))
    assert now.identities == ("phone:+861390", "email:bob@b.example")


async def test_what_was_given_to_somebody_else_meanwhile_is_not_taken_back(people: People, joins: Joins) -> None:
    ann, bob = await people.create(ANN, 10.0), await people.create(BOB, 10.0)
    number = await joins.merge(bob.customer, ann.customer, "li", 20.0)
    await people.remove_identity(bob.customer, "phone:+861380", 21.0)
    carl = await people.create(Person("", "Carl", identities=("phone:+861380",)), 22.0)
    await joins.undo(number, "li", 30.0)
    assert (await people.known_by("phone:+861380") or ann).customer == carl.customer


async def test_one_is_two_and_one_again(engine: AsyncEngine, people: People, joins: Joins) -> None:
    ann, bob = await people.create(ANN, 10.0), await people.create(BOB, 10.0)
    await called(engine, "c1", 1.0, "phone:+861380", ann.customer)
    await called(engine, "c2", 2.0, "phone:+861390", bob.customer)
    merged = await joins.merge(ann.customer, bob.customer, "li", 20.0)
    before = await everything(engine)
    number = await joins.split(ann.customer, ["phone:+861390"], "Carl", "li", 30.0)
    carl = (await joins.of(ann.customer))[0].other
    assert await calls_of(engine, carl) == ["c2"]
    assert await calls_of(engine, ann.customer) == ["c1"]
    await called(engine, "c3", 31.0, "phone:+861390", carl)
    with pytest.raises(NotDone, match=f"Undo number {number} first"):
        await joins.undo(merged, "li", 32.0)
    await joins.undo(number, "li", 33.0)
    assert await calls_of(engine, ann.customer) == ["c3", "c2", "c1"]
    now = await everything(engine)
    now["people"] = [row for row in now["people"] if row[0] != carl]
    now["contacts"] = [row for row in now["contacts"] if row[0] != "c3"]
    assert now == before
    assert (await people.person(carl)) == await people.person(ann.customer), "an old link leads on"
    await joins.undo(merged, "li", 34.0)
    assert await calls_of(engine, bob.customer) == ["c3", "c2"]


async def test_merges_are_undone_the_last_first(people: People, joins: Joins) -> None:
    ann, bob, carl = [await people.create(Person("", name), 1.0) for name in ("Ann", "Bob", "Carl")]
    first = await joins.merge(bob.customer, ann.customer, "li", 2.0)
    second = await joins.merge(carl.customer, bob.customer, "li", 3.0)
    assert (await people.person(ann.customer) or ann).customer == carl.customer
    with pytest.raises(NotDone, match=f"Undo number {second} first"):
        await joins.undo(first, "li", 4.0)
    await joins.undo(second, "li", 5.0)
    await joins.undo(first, "li", 6.0)
    assert (await people.person(ann.customer) or bob).merged_into == ""


@pytest.mark.parametrize(
    ("kept", "other", "why"),
    [("ann", "ann", "themselves"), ("ann", "nobody", "no such customer"), ("ann", "gone", "merged into")],
)
async def test_what_can_not_be_merged_is_said(people: People, joins: Joins, kept: str, other: str, why: str) -> None:
    ids = {name: (await people.create(Person("", name), 1.0)).customer for name in ("ann", "bob", "gone")}
    await joins.merge(ids["bob"], ids["gone"], "li", 2.0)
    with pytest.raises(NotDone, match=re.escape(why)):
        await joins.merge(ids.get(kept, kept), ids.get(other, other), "li", 3.0)
    with pytest.raises(NotDone, match="Name identities of this customer"):
        await joins.split(ids["ann"], ["phone:1"], "", "li", 3.0)
    with pytest.raises(NotDone, match="no merging"):
        await joins.undo(99, "li", 3.0)


async def test_a_database_that_can_not_be_read_is_a_clear_error(engine: AsyncEngine, people: People) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE customer_identities"))
    with pytest.raises(CustomerStoreError, match=r"no such table|does not exist"):
        await people.known_by("phone:1")


async def test_receivers_are_told_of_merging_and_of_its_end_in_the_same_transaction(
    engine: AsyncEngine, people: People
) -> None:
    wanted = {"CustomersMerged": ["crm"]}
    joins = Joins(engine, lambda event: wanted[event])
    ann, bob = await people.create(ANN, 10.0), await people.create(BOB, 10.0)
    number = await joins.merge(ann.customer, bob.customer, "li", 20.0)
    with pytest.raises(NotDone):
        await joins.merge(ann.customer, bob.customer, "li", 21.0)
    await joins.undo(number, "wang", 30.0)
    split = await joins.split(ann.customer, ["email:ann@a.example"], "Anna", "li", 40.0)
    await joins.undo(split, "li", 50.0)
    items = await WebhookOutbox(engine).next_of("crm", 60.0, 10)
    assert [json.loads(item.body) for item in items] == [
        {
            "id": f"{at:.6f}-join-{number}", "at": at, "agent": "", "event": "CustomersMerged",
            "customer": ann.customer, "other": bob.customer, "by": by, "undone": undone,
        }
        for at, by, undone in ((20.0, "li", False), (30.0, "wang", True))
    ]  # fmt: skip
    assert {item.subject for item in items} == {f"customer {ann.customer}"}


async def test_two_at_the_same_time_get_one_identity_once(people: People) -> None:
    """Each waits for the other, and sees what it did."""
    made = [await people.create(Person("", name), 1.0) for name in ("Ann", "Bob", "Cho", "Dan")]
    adding = (people.add_identity(person.customer, "phone:+8613800000001", 2.0) for person in made)
    done = await asyncio.gather(*adding, return_exceptions=True)
    assert sorted(one.code for one in done if isinstance(one, NotDone)) == ["taken"] * 3
    assert sum(isinstance(one, Person) for one in done) == 1
