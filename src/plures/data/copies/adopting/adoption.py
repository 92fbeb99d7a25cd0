"""Tables with their rows become a capability's own.

The rows are committed in the capability's database together with a mark that keeps applications out, then the old tables are emptied and
renamed in one transaction, then the mark goes. After a kill the notes at both ends say which of these has happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from plures.data.copies.engine import Mismatch, Pair, Table, catalogue_of, pairs
from plures.data.copies.move import End, opened
from plures.data.copies.owners import Owners
from plures.data.copies.progress import Tell
from plures.data.ledger import mark, mark_in, migrate
from plures.data.statement_errors import StatementFailed
from plures.data.store import Dialect, Store, Transaction
from plures.errors import InvalidInput, Violation

from . import errors
from .breaks import Break, find_breaks
from .differences import difference
from .ends import (
    NOTES,
    Adopted,
    Outside,
    kept_name,
    noted,
    opened_outside,
    own_tables,
    tables_made_by,
    tables_named,
)
from .errors import CannotAdopt
from .retiring import lock, retire
from .rows import copy_rows
from .way import Way

_UNDER_WAY: Final = (
    "the target of an adoption from {outside} that has not ended\nRun it again: `plures data adopt {capability}`."
)
TAKEN_BACK: Final = "taken back to "


async def adopt(
    owners: Owners,
    capability: str,
    outside: Outside,
    own: End,
    tell: Tell,
    *,
    without_references: bool = False,
    is_dry: bool = False,
) -> Adopted:
    """Move the tables that the capability's migrations make, as far as the application's own database has them.

    Args:
        without_references: What the database no longer checks, the code sees to.
        is_dry: Look, and change nothing.

    Raises:
        InvalidInput: With all that breaks; nothing was changed.
        CannotAdopt, DatabaseLocked: Nothing was changed.
        StatementFailed, MoveDiffers, RowCannotMove: The rows are where they were; run it again.
    """
    owners.require([capability])
    migrations = owners.scripts.get(capability) or owners.migrations[capability]
    made = await tables_made_by(capability, migrations, own)
    wanted = [table.name for table in made]
    async with opened_outside(outside, capability) as here:
        async with here.read() as read:
            done = await noted(read, here.dialect, capability)
            found = await tables_named(read, catalogue_of(here.dialect), wanted)
            names = [table.name for table in found]
            breaks = await find_breaks(read, here.dialect, names)
            breaks += await _kept_names(read, here, names)
            breaks += _unfit(found, made, here.dialect)
            counts = {table.name: int((await read.execute(table.count, {})).rows[0][0]) for table in found}
        known = {name.casefold() for name in (*names, *done)}
        new = tuple(name for name in wanted if name.casefold() not in known)
        adopted = Adopted(capability, outside.where, own.where, counts, new, tuple(breaks))
        if is_dry:
            return adopted
        if not names and not done:
            reason = f"it has none of the tables that the capability's migrations make ({', '.join(wanted) or 'none'})"
            raise CannotAdopt(
                capability, outside.where, reason, "Let the migrations make tables by the names that they have there."
            )
        _refuse(capability, breaks, without_references=without_references)
        async with opened(own, capability) as there, there.taken():
            return await _Adoption(adopted, migrations, here, there, tell).run(names, done)


def _refuse(capability: str, breaks: Sequence[Break], *, without_references: bool) -> None:
    violations = [each.violation for each in breaks if not (each.is_accepted and without_references)]
    if violations:
        raise InvalidInput(f"The adoption by capability {capability!r}", violations)


async def _kept_names(read: Transaction, here: Store, names: Sequence[str]) -> list[Break]:
    kept = {kept_name(name).casefold(): name for name in names}
    taken = await tables_named(read, catalogue_of(here.dialect), list(kept))
    return [Break(errors.KEPT.broken(f"table {kept[each.name.casefold()]}", name=each.name)) for each in taken]


def _unfit(found: Sequence[Table], made: Sequence[Table], dialect: Dialect) -> list[Break]:
    """As far as names and keys tell: types are compared where the tables are made."""
    differ: list[Break] = []
    own = {table.name.casefold(): table for table in made}
    for table in found:
        same = own.get(table.name.casefold())
        try:
            pairs([table], [same] if same else [], (dialect, Dialect.SQLITE))
        except Mismatch:
            differ.append(Break(errors.UNFIT.broken(f"table {table.name}", difference=difference(table, same))))
    return differ


@dataclass
class _Adoption(Way):
    """Rows that come in."""

    def __post_init__(self) -> None:
        # What its own database said before.
        self._before: str | None = None
        self._mark = _UNDER_WAY.format(outside=self.adopted.outside, capability=self.adopted.capability)

    async def run(self, names: Sequence[str], done: dict[str, str]) -> Adopted:
        await self._take(done)
        await migrate(self.there, self.adopted.capability, self.migrations, is_move=True)
        if not names:
            # Killed after the old tables were emptied: all rows are here.
            await mark(self.there, None)
            return replace(self.adopted, tables=await self._counts(done))
        with self.refused_by(self.adopted.outside):
            async with self.here.write() as old:
                await self._lock(old, names)
                # It sees what is there now, and ends before the tables are renamed.
                async with self.here.read() as read:
                    paired = await self._paired(read, names)
                    counts = await self._fill(read, paired)
                await old.execute(NOTES, {})
                await retire(old, self.here.dialect, names, self.adopted.capability, self.adopted.own)
        await mark(self.there, None)
        return replace(self.adopted, tables=counts)

    async def _take(self, done: dict[str, str]) -> None:
        """Mark the capability's own database; refuse one that is in use, was moved away, or has rows of its own."""
        said = self._before = await self.said()
        if said is not None and said != self._mark and not said.startswith(TAKEN_BACK):
            raise self.refuse_marked(said)
        if said is None:
            tables = await own_tables(self.there, self.migrations)
            async with self.there.read() as read:
                full = [table.name for table in tables if (await read.execute(table.has_rows, {})).rows]
            if done and not self.adopted.tables:
                raise self.cannot(f"it has its tables already ({', '.join(done)})", "There is nothing to do.")
            if full:
                reason = f"its own database has rows already ({', '.join(full)})"
                raise self.cannot(reason, "Delete these rows, or remove that database, if they may go.")
        await mark(self.there, self._mark)

    async def _lock(self, old: Transaction, names: Sequence[str]) -> None:
        try:
            await lock(old, self.here.dialect, names)
        except StatementFailed as error:
            reason = f"other programs write to its tables there, and do not end ({error.reason})"
            raise self.cannot(reason, "Stop what writes to them, then run the command again.") from error

    async def _paired(self, read: Transaction, names: Sequence[str]) -> list[Pair]:
        found = await tables_named(read, catalogue_of(self.here.dialect), names)
        wanted = {name.casefold() for name in names}
        made = [table for table in await own_tables(self.there, self.migrations) if table.name.casefold() in wanted]
        try:
            return pairs(found, made, (self.here.dialect, self.there.dialect))
        except Mismatch as differ:
            await mark(self.there, self._before)
            there, here = ({table.name.casefold(): table for table in each} for each in (found, made))
            violations: list[Violation] = [
                errors.UNFIT.broken(
                    f"table {name}", difference=difference(there.get(name.casefold()), here.get(name.casefold()))
                )
                for name in differ.tables
            ]
            raise InvalidInput(f"The adoption by capability {self.adopted.capability!r}", violations) from None

    async def _fill(self, read: Transaction, paired: Sequence[Pair]) -> dict[str, int]:
        here, there = catalogue_of(self.here.dialect), catalogue_of(self.there.dialect)
        await here.begin(read)
        positions = await here.positions(read)
        names = {pair.source.name.casefold() for pair in paired}
        remedy = "Let the first migration make the table as it is there, or correct the rows there."
        with self.refused_by("its own database", remedy):
            async with self.there.write() as new:
                await there.begin(new)
                in_the_way = await there.in_the_way(new)
                for away, _ in in_the_way:
                    await new.execute(away, {})
                counts = await copy_rows(
                    read, new, paired, capability=self.adopted.capability, place=self.adopted.own, tell=self.tell
                )
                if self.there.dialect is Dialect.POSTGRESQL:
                    await new.execute("SET CONSTRAINTS ALL IMMEDIATE", {})
                for _, back in in_the_way:
                    await new.execute(back, {})
                await there.continue_from(new, [one for one in positions if one.table.casefold() in names])
                await mark_in(new, self._mark)
        return counts

    async def _counts(self, done: dict[str, str]) -> dict[str, int]:
        tables = await own_tables(self.there, self.migrations)
        names = {name.casefold() for name in done}
        async with self.there.read() as read:
            return {
                table.name: int((await read.execute(table.count, {})).rows[0][0])
                for table in tables
                if table.name.casefold() in names
            }
