"""What an admin sets so that agents see a customer's orders."""

from typing import Annotated

import msgspec

QUERY = {"phone": "{number}"}
FIELDS = {"number": "$.number", "product": "$.product", "status": "$.status", "amount": "$.amount"}


class OrderLookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a customer's orders are asked for: `path` of a `service`, with `query`; empty: nowhere.

    `{number}`, `{email}` and `{customer}` stand for the number or address that the contact came by and for the
    customer's id; where one of these is not known, nothing is asked. `list` is where the orders stand in the JSON
    answer, `fields` what of each is shown, and where in it that stands. The first `most` are shown. A try takes
    `timeout` seconds at most, one more follows; an answer may be `cache_seconds` old.
    """

    service: str = ""
    path: Annotated[str, msgspec.Meta(pattern=r"^/[^?#\s\\]*$")] = "/orders"
    query: dict[str, str] = msgspec.field(default_factory=QUERY.copy)
    list: Annotated[str, msgspec.Meta(pattern=r"^\$")] = "$.orders"
    fields: Annotated[dict[str, str], msgspec.Meta(max_length=8)] = msgspec.field(default_factory=FIELDS.copy)
    most: Annotated[int, msgspec.Meta(ge=1, le=10)] = 5
    timeout: Annotated[float, msgspec.Meta(ge=0.1, le=30)] = 3.0
    cache_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0


SLOTS = ("number", "email", "customer")
"""What may stand in braces."""
