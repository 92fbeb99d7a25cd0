"""Makes a database anew from a backup, in one open transaction: its migrations make the tables, and the rows of the backup fill them."""

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from plures.data.connection import Connection
from plures.data.ledger import apply_all, ledger_of
from plures.data.migration import Migration
from plures.data.store import Dialect, Transaction

from .engine import Mismatch, RowUnfit, Table, Values, catalogue_of, may_lack, pairs
from .errors import BackupDamaged, CannotRestore
from .fittings import Fittings
from .kept_rows import KeptRows
from .manifest import KeptDatabase
from .progress import Tell

_WAY_OUT: Final = (
    "Let the version of the code that made the backup make its tables on {dialect} (`plures data migrate`), then restore with --replace. "
    "Nothing was changed."
)
_OF_ALEMBIC: Final = ["version_num"]
"""The columns of the table in which Alembic notes what it has run."""


class Refill(msgspec.Struct, frozen=True):
    """One database of a backup, and the code that makes its tables.

    Attributes:
        place: What is made anew, for messages; without a password.
        migrations: As far as the backup has run them.
    """

    backup: Path
    kept: KeptDatabase
    place: str
    migrations: Sequence[Migration]
    tell: Tell
    fittings: Fittings

    async def run(self, write: Transaction, dialect: Dialect, *, has_tables: bool = False) -> None:
        """Make the tables, unless they are there as the backup has them, and fill them with its rows alone.

        Raises:
            CannotRestore: The tables are not those of the backup, or cannot hold a row of it.
            BackupDamaged: It has other rows than its manifest says.
            MigrationFailed, StatementFailed: The store refuses a statement.
        """
        connection = Connection(write)
        with KeptRows(self.backup / self.kept.file, self.kept.dialect) as rows:
            if not has_tables:
                await apply_all(write, self.kept.capability, self.migrations, dialect)
                await self.fittings.make({table.name for table in (await rows.tables())[0]}, connection, dialect)
            await self._fill(write, rows, dialect)
        if self.fittings.settle is not None:
            await self.fittings.settle(connection, dialect, self.kept)

    async def fits(self, write: Transaction, dialect: Dialect) -> bool:
        """Whether the tables that are there have run the same migrations, and are those of the backup."""
        applied = {one.version: one.checksum for one in self.kept.migrations}
        if dialect is not self.kept.dialect or await ledger_of(write) != applied:
            return False
        with KeptRows(self.backup / self.kept.file, self.kept.dialect) as rows:
            kept, _ = await rows.tables()
            notes = {table.name: set(chain(*rows.rows(table))) for table in kept if _columns(table) == _OF_ALEMBIC}
        made, _ = await catalogue_of(dialect).tables(write)
        if {table.name: _columns(table) for table in kept} != {table.name: _columns(table) for table in made}:
            return False
        there = [table for table in made if table.name in notes]
        return all([await _values(write, table) == notes[table.name] for table in there])

    async def _fill(self, write: Transaction, rows: KeptRows, dialect: Dialect) -> None:
        catalogue = catalogue_of(dialect)
        await catalogue.begin(write)
        kept, virtual = await rows.tables()
        made, _ = await catalogue.tables(write)
        if virtual:
            raise self._cannot(f"it has tables ({', '.join(virtual)}) whose rows another store cannot have")
        try:
            lanes = (
                _same(kept, made)
                if dialect is self.kept.dialect
                else _converted(kept, made, self.kept.dialect, dialect)
            )
        except Mismatch as differ:
            reason = f"the migrations do not make its tables as they were: {', '.join(differ.tables)}"
            raise self._cannot(reason) from None
        in_the_way = await catalogue.in_the_way(write)
        for away, _ in in_the_way:
            await write.execute(away, {})
        for lane in lanes:
            await self._fill_table(write, rows, lane)
        if dialect is Dialect.POSTGRESQL:
            # Else checks that wait for the commit would keep the tables from being altered.
            await write.execute("SET CONSTRAINTS ALL IMMEDIATE", {})
        for _, back in in_the_way:
            await write.execute(back, {})
        await catalogue.continue_from(write, await rows.positions())

    async def _fill_table(self, write: Transaction, rows: KeptRows, lane: "_Lane") -> None:
        name, count = lane.source.name, 0
        await write.execute(lane.target.delete, {})
        wanted = self.kept.tables.get(name, 0)
        for part in rows.rows(lane.source) if lane.columns else ():
            await write.fill(lane.target.name, lane.columns, self._fit(lane, part))
            count += len(part)
            self.tell(f"{self.kept.capability}: {name}", count, wanted)
        if count != wanted:
            reason = f"table {name} of {self.kept.capability} has {count} rows, and its manifest says {wanted}"
            raise BackupDamaged(self.backup, reason)

    def _fit(self, lane: "_Lane", part: Sequence[Values]) -> Sequence[Values]:
        try:
            return part if lane.convert is None else lane.convert(part)
        except RowUnfit as unfit:
            reason = f"column {unfit.column} of table {lane.source.name}, row {unfit.key}: {unfit.reason}"
            raise self._cannot(reason) from None

    def _cannot(self, reason: str) -> CannotRestore:
        return CannotRestore(self.kept.capability, self.place, reason, _WAY_OUT.format(dialect=self.kept.dialect))


class _Lane(msgspec.Struct, frozen=True):
    """From a table of the backup into one of the target, column by column."""

    source: Table
    target: Table
    columns: Sequence[str]
    convert: Callable[[Sequence[Values]], Sequence[Values]] | None = None


def _same(kept: Sequence[Table], made: Sequence[Table]) -> list[_Lane]:
    """Within one dialect names are the same to the letter, and values as they were."""
    there = {table.name: table for table in made}
    differ = {table.name for table in kept if not _has_columns(there.get(table.name), table)}
    differ |= there.keys() - {table.name for table in kept}
    if differ:
        raise Mismatch(sorted(differ))
    return [_Lane(table, there[table.name], [column.name for column in table.columns]) for table in kept]


def _has_columns(made: Table | None, kept: Table) -> bool:
    if made is None:
        return False
    has, wanted = {column.name for column in made.columns}, {column.name for column in kept.columns}
    return has == wanted or (wanted < has and may_lack(kept.name, len(wanted), len(has)))


def _columns(table: Table | None) -> list[str] | None:
    return None if table is None else sorted(column.name for column in table.columns)


async def _values(write: Transaction, table: Table) -> set[Values]:
    return {tuple(row) for row in (await write.execute(table.select_unordered(table.columns), {})).rows}


def _converted(kept: Sequence[Table], made: Sequence[Table], source: Dialect, target: Dialect) -> list[_Lane]:
    return [_Lane(pair.source, pair.target, pair.filled, pair.written) for pair in pairs(kept, made, (source, target))]
