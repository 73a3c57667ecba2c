"""The flows' versions: what was written, what was in force when and by whose doing, what is being worked at.

Versions and publications are only ever added.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tandem.store import models
from tandem.store.database import insert_into, table_of
from tandem.store.versions import VersionStore, VersionStoreError

EXPORT = "tandem flows 1"
"""The first line of an export, and the version of its form."""


class FlowVersion(msgspec.Struct, frozen=True):
    """A flow with all that belongs to it. `number` counts from 1 in each flow; `version` is ivr.Flow.version.

    `source` is the file's text to the byte, `tests` the files of its flow tests and `flows` the sources of its
    sub-flows as they were, both by name. `at` is epoch seconds.
    """

    flow: str
    number: int
    version: str
    source: str
    tests: dict[str, str]
    flows: dict[str, str]
    author: str
    message: str
    at: float

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two versions the same."""
        return self.source, self.tests, self.flows


class Publication(msgspec.Struct, frozen=True):
    """Version `number` of `flow` is in force from `at` (epoch seconds); `turn` counts from 1 in each flow.

    `what`: `published`, `republished` (a sub-flow was), `rolled_back` or `promoted`. `forced` is why that was done
    although there were `problems`.
    """

    flow: str
    turn: int
    number: int
    at: float
    what: str
    author: str
    message: str = ""
    forced: str = ""
    problems: list[str] = []


class FlowDraft(msgspec.Struct, frozen=True):
    """What `author` works at since `at` (epoch seconds)."""

    flow: str
    source: str
    tests: dict[str, str]
    author: str
    message: str
    at: float


Record = FlowVersion | Publication | FlowDraft
R = TypeVar("R", bound=FlowVersion | Publication | FlowDraft)
MODELS: dict[type[Any], type[models.Base]] = {
    FlowVersion: models.FlowVersion,
    Publication: models.FlowPublication,
    FlowDraft: models.FlowDraft,
}


class FlowStore(VersionStore):
    """The versions of flows."""

    async def versions(self, flow: str) -> list[FlowVersion]:
        """All versions of a flow, the oldest first."""
        table = table_of(models.FlowVersion)
        return await self.read(FlowVersion, select(table).where(table.c.flow == flow).order_by(table.c.number))

    async def newest(self) -> dict[str, FlowVersion]:
        """The version of each flow that was written last."""
        return await self._last(FlowVersion, "number")

    async def publications(self, flow: str) -> list[Publication]:
        """What was in force when, the earliest first."""
        table = table_of(models.FlowPublication)
        return await self.read(Publication, select(table).where(table.c.flow == flow).order_by(table.c.turn))

    async def last_publications(self) -> dict[str, Publication]:
        """How each flow came into force that is."""
        return await self._last(Publication, "turn")

    async def in_force(self) -> dict[str, FlowVersion]:
        """The version of each flow that calls are to get."""
        versions, publications = table_of(models.FlowVersion), table_of(models.FlowPublication)
        last = select(publications.c.flow, func.max(publications.c.turn).label("turn")).group_by(publications.c.flow)
        turns = last.subquery()
        current = (publications.c.flow == turns.c.flow) & (publications.c.turn == turns.c.turn)
        its = (versions.c.flow == publications.c.flow) & (versions.c.number == publications.c.number)
        found = select(versions).select_from(versions.join(publications, its).join(turns, current))
        return {version.flow: version for version in await self.read(FlowVersion, found)}

    async def drafts(self) -> dict[str, FlowDraft]:
        """What is being worked at."""
        return {draft.flow: draft for draft in await self.read(FlowDraft, select(table_of(models.FlowDraft)))}

    async def add(self, versions: Sequence[FlowVersion], publications: Sequence[Publication] = ()) -> None:
        """Add all of them or none. A flow that is published is no draft any more."""
        async with self.begun() as connection:
            await _insert(connection, [*versions, *publications])
            drafts = table_of(models.FlowDraft)
            for publication in publications:
                await connection.execute(delete(drafts).where(drafts.c.flow == publication.flow))

    async def save_draft(self, draft: FlowDraft) -> None:
        """Keep a draft in place of the flow's earlier one."""
        drafts = table_of(models.FlowDraft)
        async with self.begun() as connection:
            await connection.execute(delete(drafts).where(drafts.c.flow == draft.flow))
            await _insert(connection, [draft])

    async def drop_draft(self, flow: str) -> bool:
        """Forget a flow's draft; False when there is none."""
        drafts = table_of(models.FlowDraft)
        async with self.begun() as connection:
            return (await connection.execute(delete(drafts).where(drafts.c.flow == flow))).rowcount > 0

    async def seen_files(self) -> dict[str, str]:
        """The digest of each flow's file as it was when `see_files` was told last."""
        table = table_of(models.FlowFile)
        async with self.begun() as connection:
            return {row.flow: row.digest for row in await connection.execute(select(table))}

    async def see_files(self, digests: dict[str, str]) -> None:
        """Remember these."""
        table = table_of(models.FlowFile)
        async with self.begun() as connection:
            for flow, digest in digests.items():
                statement = insert_into(connection.dialect, table).values(flow=flow, digest=digest)
                await connection.execute(
                    statement.on_conflict_do_update(index_elements=["flow"], set_={"digest": digest})
                )

    async def canaries(self, flow: str) -> list[dict[str, Any]]:
        """The trials of a flow, the newest first, as control.commands.RecordCanary has them."""
        table = table_of(models.FlowCanary)
        async with self.begun() as connection:
            rows = await connection.execute(
                select(table).where(table.c.flow == flow).order_by(table.c.started_at.desc())
            )
            return [dict(row) for row in rows.mappings()]

    async def export(self) -> bytes:
        """All there is, as lines of JSON; the same bytes for the same content, wherever it was imported from."""
        lines = [msgspec.json.encode(EXPORT)]
        for kind, model in MODELS.items():
            table = table_of(model)
            for record in await self.read(kind, select(table).order_by(*table.primary_key)):
                lines.append(msgspec.json.encode({kind.__name__: msgspec.to_builtins(record)}, order="sorted"))
        return b"\n".join(lines) + b"\n"

    async def restore(self, export: bytes) -> None:
        """Add what is in an export and not here; all of it, or nothing when something else stands in its place."""
        new = []
        for record in _parsed(export):
            there = await self._found(record)
            if there is None:
                new.append(record)
            elif there != record:
                number = getattr(record, "number", "")
                raise VersionStoreError(
                    f"there is another {type(record).__name__} {record.flow} {number} here; import into an empty store"
                )
        async with self.begun() as connection:
            await _insert(connection, new)

    async def _found(self, record: Record) -> Record | None:
        table = table_of(MODELS[type(record)])
        where = [column == getattr(record, column.name) for column in table.primary_key]
        return next(iter(await self.read(type(record), select(table).where(*where))), None)

    async def _last(self, kind: type[R], column: str) -> dict[str, R]:
        table = table_of(MODELS[kind])
        last = select(table.c.flow, func.max(table.c[column]).label("last")).group_by(table.c.flow).subquery()
        both = table.join(last, (table.c.flow == last.c.flow) & (table.c[column] == last.c.last))
        return {record.flow: record for record in await self.read(kind, select(table).select_from(both))}


async def _insert(connection: AsyncConnection, records: Iterable[Record]) -> None:
    for record in records:
        await connection.execute(insert(table_of(MODELS[type(record)])).values(msgspec.structs.asdict(record)))


def _parsed(export: bytes) -> list[Record]:
    kinds = {kind.__name__: kind for kind in MODELS}
    first, *lines = export.splitlines() or [b""]
    try:
        if msgspec.json.decode(first) != EXPORT:
            raise VersionStoreError(f"this is no export of flows; one begins with the line {EXPORT!r}")
        records = [next(iter(msgspec.json.decode(line, type=dict[str, dict[str, Any]]).items())) for line in lines]
        return [msgspec.convert(fields, kinds[name]) for name, fields in records]
    except (msgspec.DecodeError, KeyError, StopIteration) as error:
        raise VersionStoreError(f"this is no export of flows: {error}") from error
