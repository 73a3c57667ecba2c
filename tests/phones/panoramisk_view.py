"""What panoramisk, an AMI client that is not ours, sees of the switch: a witness for the reconciliation."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from panoramisk import Manager


class Channel(NamedTuple):
    """One channel; `bridge` is the id of the bridge it is in, empty for none; `state` as Asterisk words it (Up)."""

    unique_id: str
    name: str
    state: str
    bridge: str


class Bridge(NamedTuple):
    """One bridge and the sorted unique ids of the channels in it."""

    id: str
    members: tuple[str, ...]


class PanoramiskView:
    """Reads lists only; it changes nothing."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def channels(self) -> list[Channel]:
        """All channels, sorted by unique id."""
        return sorted(
            Channel(item["Uniqueid"], item["Channel"], item["ChannelStateDesc"], item.get("BridgeId") or "")
            for item in await self._list("CoreShowChannels", "CoreShowChannel")
        )

    async def bridges(self) -> list[Bridge]:
        """All bridges, sorted by id, with the members that the list of channels gives them."""
        channels = await self.channels()
        return sorted(
            Bridge(
                item["BridgeUniqueid"],
                tuple(channel.unique_id for channel in channels if channel.bridge == item["BridgeUniqueid"]),
            )
            for item in await self._list("BridgeList", "BridgeListItem")
        )

    async def _list(self, action: str, event: str) -> list[Any]:
        replies = await self._manager.send_action({"Action": action}, as_list=True)
        return [reply for reply in replies if reply.event == event]


@contextlib.asynccontextmanager
async def panoramisk_view(port: int, user: str, secret: str) -> AsyncIterator[PanoramiskView]:
    """A view through the AMI on 127.0.0.1:`port`; PermissionError when it does not let us in."""
    manager = Manager(host="127.0.0.1", port=port, username=user, secret=secret, events="off")
    await manager.connect()
    try:
        if not (await manager.authenticated_future).success:
            raise PermissionError(f"AMI does not let {user} in")
        yield PanoramiskView(manager)
    finally:
        manager.connect = lambda: None  # panoramisk 1.4 would connect again 2 s after it was closed
        manager.close()
