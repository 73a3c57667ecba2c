"""What is sent about customers: the bodies and queries of requests."""

from typing import Annotated

import msgspec

from tandem.control.identities import Kind
from tandem.store.customers.people import MOST_FOUND

Words = Annotated[str, msgspec.Meta(max_length=200)]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Tags = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[^;]*$")]], msgspec.Meta(max_length=50)
]
Notes = Annotated[str, msgspec.Meta(max_length=10_000)]


Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST_FOUND)]


class Search(msgspec.Struct, frozen=True):
    """`q` is part of a name, number or address, and `after` the last customer that was seen; `number` is the end of a
    number."""

    q: str = ""
    number: str = ""
    after: str = ""
    limit: Limit = 20


class Past(msgspec.Struct, frozen=True):
    """Contacts before this moment (epoch seconds), the newest first."""

    before: float | None = None
    limit: Limit = 20


class Trial(msgspec.Struct, frozen=True):
    """Whether to say only what would come of it."""

    dry_run: bool = False


class KnownBy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what somebody is known: a number, an address, or a name."""

    kind: Kind
    value: Words


class NewCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is not known yet."""

    name: Words = ""
    tier: Short = ""
    tags: Tags = []
    language: Short = ""
    notes: Notes = ""
    identities: Annotated[list[KnownBy], msgspec.Meta(max_length=50)] = []


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays."""

    name: Words | None = None
    tier: Short | None = None
    tags: Tags | None = None
    language: Short | None = None
    notes: Notes | None = None


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who goes on as the customer in the path."""

    other: Short


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is taken off the customer in the path, for a new one of this name."""

    identities: Annotated[list[KnownBy], msgspec.Meta(min_length=1, max_length=50)]
    name: Words = ""
