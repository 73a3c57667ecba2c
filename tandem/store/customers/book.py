"""All about customers in one database, for whoever serves it to others."""

from collections.abc import AsyncIterable, AsyncIterator, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from tandem.control.desktop.customer import KnownCustomer
from tandem.store.chat_archive import ChatArchive
from tandem.store.customers import erasing, history, importing
from tandem.store.customers.joins import Joins, Receivers, nobody
from tandem.store.customers.people import People


class Book:
    """`people` and `joins` change it. All raise CustomerStoreError when the database can't be used.

    `remove` deletes a voicemail's recording, or a talk's; OSError when it can't be. `archive` has the files of chats,
    `receivers` gives the webhooks that are told of an event of that name.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        remove: Callable[[str], None],
        archive: ChatArchive,
        receivers: Receivers = nobody,
    ) -> None:
        self.people, self.joins = People(engine), Joins(engine, receivers)
        self._engine, self._remove, self._archive = engine, remove, archive

    async def find(self, identity: str) -> KnownCustomer | None:
        """Who is known by it, with their last contacts."""
        return await history.find(self._engine, identity)

    async def history(self, customer: str, limit: int, before: float | None) -> list[history.Entry]:
        """Their contacts, the newest first."""
        return await history.history(self._engine, customer, limit, before)

    async def take_in(
        self, data: AsyncIterable[bytes], country: str, now: float, *, dry_run: bool
    ) -> importing.Imported:
        """Take in a CSV."""
        return await importing.import_csv(self._engine, data, country, now, dry_run=dry_run)

    def write_out(self) -> AsyncIterator[bytes]:
        """All customers as CSV."""
        return importing.export_csv(self._engine)

    async def erase(self, customer: str) -> erasing.Erased:
        """Erase a customer; NotDone, OSError for a recording, ChatArchiveError for a file."""
        return await erasing.erase(self._engine, customer, self._remove, self._archive)
