"""Who is calling: what a flow may know of a caller at the start."""

import msgspec

from tandem.control.settings import Customer, Settings


class Known(msgspec.Struct, frozen=True):
    """Tier and language of a caller, and the variables a flow begins with."""

    tier: str
    language: str
    variables: dict[str, str | int | float | bool]


def recognise(settings: Settings, number: str, dialled: str, languages: tuple[str, ...]) -> Known:
    """Find the customer by `number`. The language is theirs where the flow speaks it, else the flow's first."""
    customer = settings.customers.get(number) or Customer(number)
    language = customer.language if customer.language in languages else languages[0]
    variables: dict[str, str | int | float | bool] = {
        "caller.number": number,
        "caller.name": customer.name,
        "caller.tier": customer.tier,
        "caller.priority": customer.priority,
        "caller.boost": customer.boost,
        "callback.booked": False,
        "callback.queue": "",
        "callback.position": 0,
        "dialled": dialled,
    }
    return Known(customer.tier, language, variables)
