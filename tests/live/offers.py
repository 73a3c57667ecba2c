"""What must hold of all offers."""

from collections.abc import Iterable
from itertools import pairwise

from tandem.store.models import Offer
from tests.live.centre import LiveCentre


def overlaps(offers: Iterable[Offer]) -> list[tuple[Offer, Offer]]:
    """Offers that began before the one before was over."""
    in_order = sorted(offers, key=lambda offer: offer.offered_at)
    return [(one, other) for one, other in pairwise(in_order) if other.offered_at < one.ended_at]


async def check_offers(centre: LiveCentre) -> None:
    """Nobody was offered twice, and no agent two calls, at one time."""
    offers = await centre.rows(Offer)
    assert offers
    for name in {offer.call for offer in offers} | {offer.agent for offer in offers}:
        assert overlaps(offer for offer in offers if name in (offer.call, offer.agent)) == []
