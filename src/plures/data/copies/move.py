"""Moving a capability's database to another folder, while the application is stopped.

Both ends are marked in their ledgers, so that no application uses half of a copy, or goes on with what was moved away. The copy itself
says how far an earlier move came: as many rows as it has are compared with the same number of the source's, in the order of their keys, and
what differs is copied again. In the end both are read and compared as a whole.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from plures.data.ledger import check_applied, mark, migrate, read_ledger
from plures.data.sqlite import open_store
from plures.data.store import Store, Transaction

from .backup import Tell
from .errors import CannotMove, MoveDiffers, NothingToCopy
from .manifest import file_of
from .owners import Owners
from .tables import AT_ONCE, Sum, Table, count_of, drop_triggers, finish, quoted, sum_of, tables_of

_MOVING = "the target of a move that has not ended"
_MOVED = "moved to {place}"


@dataclass(frozen=True)
class Moved:
    """What a move has done.

    Attributes:
        tables: Table → number of its rows.
        resumed: So many of all rows were there of an earlier move.
    """

    capability: str
    place: str
    tables: dict[str, int]
    resumed: int


async def move(owners: Owners, capability: str, folder: Path, tell: Tell) -> Moved:
    """Move a database. Run again after a kill, it goes on where it was.

    Raises:
        UnknownCapability, NothingToCopy, CannotMove, DatabaseLocked, DatabaseNewer, MigrationChanged: Nothing was changed.
        StatementFailed, MoveDiffers: The database is where it was; run it again.
    """
    place = _checked(owners, capability, folder)
    async with _opened(owners.data, capability) as source, _opened(folder, capability, is_target=True) as target:
        one = _Move(capability, place, source, target, tell)
        return await one.run(owners)


def _checked(owners: Owners, capability: str, folder: Path) -> str:
    """The place in words; raises what is wrong with it."""
    owners.require([capability])
    place = str(folder.absolute())
    if not (owners.data / file_of(capability)).is_file():
        raise NothingToCopy(capability, str(owners.data))
    if folder.resolve() == owners.data.resolve():
        raise CannotMove(capability, place, "it is there", "Name another folder.")
    return place


@asynccontextmanager
async def _opened(folder: Path, capability: str, *, is_target: bool = False) -> AsyncGenerator[Store]:
    store = await open_store(folder, capability, keeps_references=not is_target)
    try:
        yield store
    finally:
        await store.close()


class _Move:
    def __init__(self, capability: str, place: str, source: Store, target: Store, tell: Tell) -> None:
        self._capability = capability
        self._place = place
        self._source = source
        self._target = target
        self._tell = tell
        self._resumed = 0

    async def run(self, owners: Owners) -> Moved:
        migrations = owners.migrations[self._capability]
        applied = await read_ledger(self._source)
        away = applied.pop(0, None)
        check_applied(self._capability, migrations, applied, self._source.dialect)
        await self._take_target(away)
        # As far as the source is: a newer code migrates it at its next start, as it would have there.
        await migrate(self._target, self._capability, migrations[: max(applied, default=0)], is_move=True)
        async with self._source.read() as read:
            tables = await self._tables(read)
            async with self._target.write() as write:
                await drop_triggers(write)
            sums = {table.name: await self._copy(read, table) for table in tables}
            await self._verify(tables, sums)
            async with self._target.write() as write:
                await finish(read, write)
        # In this order: at no moment is there a database too many that an application would use.
        await mark(self._source, _MOVED.format(place=self._place))
        await mark(self._target, None)
        counts = {name: found.rows for name, found in sums.items()}
        return Moved(self._capability, self._place, counts, self._resumed)

    async def _take_target(self, away: str | None) -> None:
        """Mark the target; refuse one that has rows of its own."""
        is_marked = 0 in await read_ledger(self._target)
        if away is not None and (away != _MOVED.format(place=self._place) or not is_marked):
            raise CannotMove(self._capability, self._place, f"it is {away}", "Let plures.toml name that place.")
        if not is_marked:
            async with self._target.read() as read:
                tables, _ = await tables_of(read)
                full = [table.name for table in tables if await count_of(read, table)]
            if full:
                reason = f"a database with rows is there ({', '.join(full)})"
                raise CannotMove(self._capability, self._place, reason, "Name another folder, or remove that database.")
        await mark(self._target, _MOVING)

    async def _tables(self, read: Transaction) -> list[Table]:
        tables, virtual = await tables_of(read)
        async with self._target.read() as there:
            expected, _ = await tables_of(there)
        if virtual:
            reason = f"it has virtual tables ({', '.join(virtual)}), whose rows cannot be copied"
            raise CannotMove(self._capability, self._place, reason, "Use a backup, and restore it there.")
        if tables != expected:
            differ = sorted({table.name for table in {*tables} ^ {*expected}})
            reason = f"the migrations do not make its tables as they are: {', '.join(differ)}"
            raise CannotMove(self._capability, self._place, reason, "Use a backup, and restore it there.")
        return tables

    async def _copy(self, read: Transaction, table: Table) -> Sum:
        async with self._target.read() as there:
            present = await sum_of(there, table)
        copied = await self._copy_after(read, table, present)
        if copied is None:
            async with self._target.write() as write:
                await write.execute(f"DELETE FROM {quoted(table.name)}", {})  # noqa: S608 - a table of the capability
            copied = await self._copy_after(read, table, Sum())
        if copied is None:
            raise MoveDiffers(self._capability, self._place, f"table {table.name} is not empty after it was emptied")
        return copied

    async def _copy_after(self, read: Transaction, table: Table, present: Sum) -> Sum | None:
        """Copy what follows the rows that are there; None where these are not the first of the source."""
        total = await count_of(read, table)
        found = Sum()
        async for part in read.stream(table.select, {}, AT_ONCE):
            rows = part.rows
            if found.rows < present.rows:
                known, rows = rows[: present.rows - found.rows], rows[present.rows - found.rows :]
                found.add(known)
                if found.rows == present.rows and found != present:
                    return None
            if rows:
                # SQLite writes in its thread meanwhile.
                inserting = asyncio.create_task(self._insert(table, rows))
                await asyncio.sleep(0)
                found.add(rows)
                await inserting
            self._tell(f"copying {table.name}", found.rows, total)
        if found.rows < present.rows or (found.rows == present.rows and found != present):
            return None
        self._resumed += present.rows
        return found

    async def _insert(self, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
        names = [f"c{position}" for position in range(len(table.columns))]
        async with self._target.write() as write:
            await write.execute_many(table.insert, [dict(zip(names, row, strict=True)) for row in rows])

    async def _verify(self, tables: Sequence[Table], sums: dict[str, Sum]) -> None:
        async with self._target.read() as there:
            for number, table in enumerate(tables):
                self._tell(f"verifying {table.name}", number, len(tables))
                found = await sum_of(there, table)
                if found != sums[table.name]:
                    reason = f"table {table.name} has {found.rows} rows there and {sums[table.name].rows} here, or other values"
                    raise MoveDiffers(self._capability, self._place, reason)
