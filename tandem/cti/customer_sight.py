"""What somebody may see of customers: an agent those on their desk, and the ends of other numbers. Whatever is
answered to agents goes by this."""

import re
from collections.abc import Collection, Iterable

import msgspec

from tandem.control.identities import identity
from tandem.cti.answers import Refused
from tandem.cti.backend import Readers
from tandem.cti.identity import Identity

SHOWN_DIGITS = 4
_NUMBERS = re.compile(r"\+?[0-9]{5,}"), re.compile(r"\+?[0-9](?:[ ()/-]{0,2}[0-9]){4,}")
"""As it is dialled, and as people write it."""


class Sight(msgspec.Struct, frozen=True):
    """`is_whole`: a supervisor's, who sees all. Else `customers` are on the agent's desk, and so are `numbers`, in
    full; of all others the last digits are seen where `masks`. `searches`: may look for customers by number."""

    is_whole: bool
    masks: bool = False
    searches: bool = False
    country: str = ""
    customers: Collection[str] = ()
    numbers: Collection[str | None] = ()

    def check_may_see(self, customer: str) -> None:
        """Refused: an agent asks for a customer who is not on their desk."""
        if not self.is_whole and customer not in self.customers:
            raise Refused(403, "not_on_desk", "An agent sees the customers on their desk only.")

    def check_may_search(self) -> None:
        """Refused: the settings don't let agents look for customers."""
        if not self.is_whole and not self.searches:
            raise Refused(403, "not_allowed", "Agents may not look for customers: agents_find_customers is not set.")

    def of(self, number: str) -> str:
        """A number as it may be seen."""
        if self.is_whole or not self.masks or identity("phone", number, self.country) in self.numbers:
            return number
        return self._masked(number)

    def in_text(self, text: str, numbers: Iterable[str]) -> str:
        """A text as it may be seen in which these numbers may stand, in whichever way they are written."""
        hidden = {identity("phone", number, self.country) for number in numbers if self.of(number) != number} - {None}
        if not hidden:
            return text

        def seen(found: re.Match[str]) -> str:
            return self._masked(found[0]) if identity("phone", found[0], self.country) in hidden else found[0]

        for written in _NUMBERS:
            text = written.sub(seen, text)
        return text

    def _masked(self, number: str) -> str:
        digits = sum(sign.isdigit() for sign in number)
        return number if digits <= SHOWN_DIGITS else f"{'*' * (len(number) - SHOWN_DIGITS)}{number[-SHOWN_DIGITS:]}"


def sight_of(who: Identity, readers: Readers) -> Sight:
    """What they may see now."""
    if who.may("supervisor"):
        return Sight(is_whole=True)
    rules, desk = readers.customer_rules(), readers.agent_desk(who.agent)
    contacts = [on_desk.contact for on_desk in desk.contacts] if desk else []
    return Sight(
        is_whole=False,
        masks=rules.mask_numbers,
        searches=rules.agents_find_customers,
        country=rules.country,
        customers={contact.customer.customer for contact in contacts if contact.customer},
        numbers={identity("phone", contact.number, rules.country) for contact in contacts if contact.number},
    )
