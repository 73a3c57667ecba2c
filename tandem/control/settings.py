"""What an admin sets for the whole plane: numbers, people, queues."""

import msgspec

from tandem.acd.settings import Settings as AcdSettings


class Customer(msgspec.Struct, frozen=True):
    """A customer known by number. `priority` and `boost` (seconds) put them ahead in any queue."""

    number: str
    name: str = ""
    tier: str = ""
    language: str = ""
    priority: int = 0
    boost: float = 0.0


class Settings(msgspec.Struct, frozen=True):
    """`lines` maps a number dialled to the name of its flow; `customers` are found by number.

    `caller_phones` are the accounts of callers' own phones, which can take a SIP MESSAGE.
    """

    lines: dict[str, str] = {}
    customers: dict[str, Customer] = {}
    caller_phones: tuple[str, ...] = ()
    acd: AcdSettings = AcdSettings()
