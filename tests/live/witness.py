"""panoramisk's word on the switch beside the plane's."""

import asyncio

from tandem.service.credentials import load_credentials
from tests.live.centre import LiveCentre, State
from tests.phones.panoramisk_view import PanoramiskView, panoramisk_view

Picture = tuple[set[str], set[tuple[str, ...]]]
"""The unique ids of all channels, and of those that hear each other, pair by pair."""


async def agrees(centre: LiveCentre, within: float = 5.0) -> Picture:
    """Wait until the plane knows just the channels and conversations that Asterisk has; returns them."""
    seen: list[Picture] = []
    async with panoramisk_view(
        centre.config.port("ami_port"), "witness", load_credentials(centre.config.home).witness
    ) as view:
        try:
            async with asyncio.timeout(within):
                while (seen := [await of_asterisk(view), of_plane(await centre.state())])[0] != seen[1]:
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"Asterisk has {seen[0]}, the plane {seen[1]}") from None
    return seen[0]


async def of_asterisk(view: PanoramiskView) -> Picture:
    """What panoramisk sees."""
    channels = await view.channels()
    bridges = await view.bridges()
    return {channel.unique_id for channel in channels}, {bridge.members for bridge in bridges if bridge.members}


def of_plane(state: State) -> Picture:
    """What the plane believes."""
    ids = {call["call"] for call in state["calls"]} | {leg["leg"] for leg in state["legs"]}
    talking = [leg for leg in state["legs"] if leg["state"] in ("talking", "held")]
    return ids, {tuple(sorted((leg["call"], leg["leg"]))) for leg in talking}
