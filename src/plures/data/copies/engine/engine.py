"""The copy of one database to another, phase by phase."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Final, TypeAlias, TypeVar

from plures.data.connection import Connection
from plures.data.copies.errors import CannotMove, MoveDiffers, RowCannotMove
from plures.data.copies.progress import Tell
from plures.data.ledger import mark, migrate
from plures.data.migration import Migrations
from plures.data.statement_errors import StatementFailed
from plures.data.store import Dialect, Store, Transaction

from .aside import put_back, set_aside
from .catalogue import catalogue_of
from .matching import Mismatch, pairs
from .pair import Pair, RowUnfit
from .sums import Sum
from .table import AT_ONCE, Values
from .writer import Writer

T = TypeVar("T")
Furnish: TypeAlias = Mapping[str, Callable[[Connection, Dialect], Awaitable[None]]]
"""What makes tables in an open transaction where there are none: those that migrations do not make; by the name of one of them."""

KEYS_AT_ONCE: Final = 200


class Engine:
    """A copy under way.

    Attributes:
        pairs: The tables, once `make_tables` has run.
        sums: Table → number and checksum of the rows that `copy_all` has read in the source.
        resumed: So many rows were there of an earlier attempt.
    """

    def __init__(self, capability: str, place: str, source: Store, target: Store, tell: Tell) -> None:
        """Prepare.

        Args:
            place: Where the target is, for messages; without a password.
            tell: Hears of the progress.
        """
        self.capability = capability
        self.place = place
        self.source = source
        self.target = target
        self._tell = tell
        self._here = catalogue_of(source.dialect)
        self._there = catalogue_of(target.dialect)
        self.pairs: Sequence[Pair] = ()
        self.sums: dict[str, Sum] = {}
        self.resumed = 0

    async def make_tables(self, migrations: Migrations, furnish: Furnish | None = None) -> None:
        """Let the migrations make the tables of the target, and take away there what would refuse or repeat what is copied.

        Args:
            furnish: Makes what the platform keeps there besides, where the source has it.

        Raises:
            CannotMove: The tables of the source are not those that its migrations make, or one of them cannot be copied.
        """
        await migrate(self.target, self.capability, migrations, is_move=True)
        async with self.source.read() as read:
            tables, other = await self._here.tables(read)
        names = {table.name for table in tables}
        for name, make in (furnish or {}).items():
            if name in names:
                async with self.target.plain_write(lasts=True) as write:
                    await make(Connection(write), self.target.dialect)
        async with self.target.read() as read:
            expected, _ = await self._there.tables(read)
        if other:
            reason = f"it has tables ({', '.join(other)}) whose rows are elsewhere and cannot be copied"
            raise self._cannot(reason)
        try:
            self.pairs = pairs(tables, expected, (self.source.dialect, self.target.dialect))
        except Mismatch as differ:
            reason = f"the migrations do not make its tables as they are: {', '.join(differ.tables)}"
            raise self._cannot(reason) from None
        async with self.target.write() as write:
            await set_aside(write, self._there)

    async def copy_all(self, read: Transaction) -> None:
        """Copy what is there in an open read of the source: all of it is of one moment.

        What an earlier attempt has copied is compared and stays: as many rows as the target has must be the first ones of the source, in the
        source's own order. The order of the target, which may sort texts in another way, does not count.

        Raises:
            RowCannotMove: The target cannot hold a value.
        """
        await self._here.begin(read)
        for pair in self.pairs:
            try:
                self.sums[pair.source.name] = await self._copy(read, pair)
            except StatementFailed as error:
                found = await self._unreadable(read, pair)
                if found is None:
                    raise
                reason = "the text is not UTF-8"
                raise RowCannotMove(self.capability, self.place, pair.source.name, *found, reason) from error

    async def verify(self) -> None:
        """Read the whole target, and compare it with what `copy_all` has read; raises `MoveDiffers`."""
        async with self.target.read() as read:
            await self._there.begin(read)
            for number, pair in enumerate(self.pairs):
                self._tell(f"verifying {pair.source.name}", number, len(self.pairs))
                found, wanted = await self._sum_there(read, pair), self.sums[pair.source.name]
                if found != wanted:
                    raise self._differs(pair, found, wanted)

    async def copy_keys(self, read: Transaction, changed: Mapping[str, Sequence[Values]]) -> None:
        """Let the target have the rows of these keys as an open read of the source has them, in one transaction.

        Args:
            changed: Table → keys, each with the values of the key's columns as `Table.select` brings them. Rows that are gone are deleted.
        """
        await self._here.begin(read)
        async with self.target.write() as write:
            await self._there.begin(write)
            # First all of them: a value that must be unique may have passed from one row to another.
            for pair, keys in self._parts(changed):
                await write.execute(pair.target.delete_keys(len(keys)), self._fit(pair.key_for_target, pair, keys))
            for pair, keys in self._parts(changed):
                rows = (await read.execute(pair.select_source_keys(len(keys)), pair.key_for_source(keys))).rows
                if rows:
                    await write.fill(pair.target.name, pair.filled, self._fit(pair.written, pair, rows))

    async def verify_keys(self, read: Transaction, changed: Mapping[str, Sequence[Values]]) -> None:
        """Compare the rows of these keys at both ends; raises `MoveDiffers`. `read` and `changed` as in `copy_keys`."""
        await self._here.begin(read)
        async with self.target.read() as there:
            await self._there.begin(there)
            for pair, keys in self._parts(changed):
                wanted, found = Sum(), Sum()
                rows = (await read.execute(pair.select_source_keys(len(keys)), pair.key_for_source(keys))).rows
                wanted.add(self._fit(pair.of_source, pair, rows))
                parameters = self._fit(pair.key_for_target, pair, keys)
                rows = (await there.execute(pair.select_target_keys(len(keys)), parameters)).rows
                found.add(self._fit(pair.of_target, pair, rows))
                if found != wanted:
                    raise self._differs(pair, found, wanted)

    async def copy_whole(self, read: Transaction, tables: Collection[str]) -> None:
        """As `copy_all` and `verify`, for some small tables."""
        await self._here.begin(read)
        for pair in self.pairs:
            if pair.source.name in tables:
                wanted = self.sums[pair.source.name] = await self._copy(read, pair)
                async with self.target.read() as there:
                    await self._there.begin(there)
                    found = await self._sum_there(there, pair)
                if found != wanted:
                    raise self._differs(pair, found, wanted)

    async def count(self, read: Transaction) -> dict[str, int]:
        """Table → number of its rows, the same at both ends; raises `MoveDiffers`."""
        counts: dict[str, int] = {}
        async with self.target.read() as there:
            for pair in self.pairs:
                here = int((await read.execute(pair.source.count, {})).rows[0][0])
                found = int((await there.execute(pair.target.count, {})).rows[0][0])
                if here != found:
                    reason = f"table {pair.source.name} has {found} rows there and {here} here"
                    raise MoveDiffers(self.capability, self.place, reason)
                counts[pair.source.name] = here
        return counts

    def key_columns(self, table: str) -> Sequence[str]:
        """The SQL that reads the key of a table of the source, for `copy_keys`."""
        source = next(pair.source for pair in self.pairs if pair.source.name == table)
        columns = {column.name: column.select for column in source.columns}
        return [columns[name] for name in source.key]

    async def complete(self, read: Transaction) -> None:
        """Let the target go on with the numbers of the source, and put back what `make_tables` has taken away."""
        positions = await self._here.positions(read)
        async with self.target.write() as write:
            await self._there.continue_from(write, positions)
            await put_back(write)

    async def mark_ends(self, away: str) -> None:
        """Let applications use the target, and the source no more.

        Args:
            away: What is to be said of the source.
        """
        # In this order: at no moment is there a database too many that an application would use.
        await mark(self.source, away)
        await mark(self.target, None)

    async def full_tables(self) -> list[str]:
        """The tables of the target that have rows."""
        async with self.target.read() as read:
            tables, _ = await self._there.tables(read)
            return [table.name for table in tables if (await read.execute(table.has_rows, {})).rows]

    async def _copy(self, read: Transaction, pair: Pair) -> Sum:
        async with self.target.read() as there:
            await self._there.begin(there)
            present = await self._sum_there(there, pair)
        copied = await self._copy_after(read, pair, present)
        if copied is None:
            async with self.target.write() as write:
                await write.execute(pair.target.delete, {})
            copied = await self._copy_after(read, pair, Sum())
        if copied is None:
            reason = f"table {pair.source.name} is not empty after it was emptied"
            raise MoveDiffers(self.capability, self.place, reason)
        return copied

    async def _copy_after(self, read: Transaction, pair: Pair, present: Sum) -> Sum | None:
        """Copy what follows the rows that are there; None where these are not the first of the source."""
        total = int((await read.execute(pair.source.count, {})).rows[0][0])
        found = Sum()
        async with (
            aclosing(read.stream(pair.select_source, {}, AT_ONCE)) as parts,
            Writer(self.target, self._there, pair) as writer,
        ):
            async for part in parts:
                ahead = max(present.rows - found.rows, 0)
                known, rows = part.rows[:ahead], part.rows[ahead:]
                if known:
                    found.add(self._fit(pair.of_source, pair, known))
                    if found.rows == present.rows and found != present:
                        return None
                if rows:
                    await writer.put(self._fit(pair.written, pair, rows))
                    found.add(self._fit(pair.of_source, pair, rows))
                self._tell(f"copying {pair.source.name}", found.rows, total)
        if found.rows < present.rows or (found.rows == present.rows and found != present):
            return None
        self.resumed += present.rows
        return found

    async def _unreadable(self, read: Transaction, pair: Pair) -> tuple[str, str] | None:
        try:
            return await self._here.unreadable(read, pair.source)
        except StatementFailed:
            # What has failed before is the reason of this, too.
            return None

    async def _sum_there(self, read: Transaction, pair: Pair) -> Sum:
        found = Sum()
        async with aclosing(read.stream(pair.select_target, {}, AT_ONCE)) as parts:
            async for part in parts:
                found.add(self._fit(pair.of_target, pair, part.rows))
        return found

    def _parts(self, changed: Mapping[str, Sequence[Values]]) -> Iterator[tuple[Pair, Sequence[Values]]]:
        for pair in self.pairs:
            keys = list(dict.fromkeys(changed.get(pair.source.name, ())))
            for start in range(0, len(keys), KEYS_AT_ONCE):
                yield pair, keys[start : start + KEYS_AT_ONCE]

    def _fit(self, convert: Callable[[Sequence[Values]], T], pair: Pair, rows: Sequence[Values]) -> T:
        try:
            return convert(rows)
        except RowUnfit as unfit:
            raise RowCannotMove(
                self.capability, self.place, pair.source.name, unfit.key, unfit.column, unfit.reason
            ) from None

    def _cannot(self, reason: str) -> CannotMove:
        return CannotMove(self.capability, self.place, reason, "Use a backup, and restore it there.")

    def _differs(self, pair: Pair, found: Sum, wanted: Sum) -> MoveDiffers:
        reason = f"table {pair.source.name} has {found.rows} rows there and {wanted.rows} here, or other values"
        return MoveDiffers(self.capability, self.place, reason)
