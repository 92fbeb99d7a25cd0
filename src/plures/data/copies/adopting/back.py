"""The way out: the rows of a capability go back into the tables of the application's own database, which were kept by another name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from plures.data.copies.engine import Mismatch, Pair, catalogue_of, pairs
from plures.data.copies.errors import RowCannotMove
from plures.data.copies.move import End, opened
from plures.data.copies.owners import Owners
from plures.data.copies.progress import Tell
from plures.data.ledger import mark
from plures.data.statement_errors import StatementFailed
from plures.data.store import Dialect, Transaction
from plures.errors import InvalidInput

from . import errors
from .adoption import TAKEN_BACK
from .differences import difference
from .ends import Adopted, Outside, noted, opened_outside, own_tables, tables_named
from .errors import CannotAdopt
from .retiring import bring_back, references_of
from .rows import continue_numbers, copy_rows
from .way import Way

_UNDER_WAY: Final = "on its way back to {outside}\nRun it again: `plures data adopt {capability} --back`."
_DONE: Final = (
    TAKEN_BACK
    + "{outside}\nLet the capability use the application's own database again (shared_tables), or run `plures data adopt {capability}`."
)
_DANGLING: Final = (
    'SELECT "table", parent, count(*) FROM pragma_foreign_key_check WHERE lower("table") = lower(:name) GROUP BY 1, 2'
)


async def take_back(
    owners: Owners, capability: str, outside: Outside, own: End, tell: Tell, *, is_dry: bool = False
) -> Adopted:
    """Move the rows of the adopted tables back, in one transaction of the application's own database.

    Raises:
        InvalidInput: With all that does not fit; nothing was changed.
        CannotAdopt, DatabaseLocked: Nothing was changed.
        StatementFailed, MoveDiffers, RowCannotMove: The rows are the capability's still; run it again.
    """
    owners.require([capability])
    migrations = owners.scripts.get(capability) or owners.migrations[capability]
    async with (
        opened_outside(outside, capability) as here,
        opened(own, capability) as there,
        there.taken(),
        there.alone(),
    ):
        async with here.read() as read:
            kept = await noted(read, here.dialect, capability)
        way = _Back(Adopted(capability, outside.where, own.where, {}), migrations, here, there, tell)
        return await way.run(kept, is_dry=is_dry)


@dataclass
class _Back(Way):
    """Rows that go back."""

    def __post_init__(self) -> None:
        words = {"outside": self.adopted.outside, "capability": self.adopted.capability}
        self._under_way, self._done = _UNDER_WAY.format(**words), _DONE.format(**words)

    async def run(self, kept: Mapping[str, str], *, is_dry: bool) -> Adopted:
        said = await self.said()
        if said == self._under_way and not kept and not is_dry:
            # Killed after the rows were committed there.
            await mark(self.there, self._done)
            return self.adopted
        if not kept:
            if said is not None:
                raise self.refuse_marked(said)
            raise self.cannot(
                "it notes no table of this capability there", "Name the database that the tables came from."
            )
        if said not in (None, self._under_way):
            raise self.refuse_marked(said)
        paired = await self._paired(kept)
        if is_dry:
            async with self.there.read() as read:
                rows = [int((await read.execute(pair.source.count, {})).rows[0][0]) for pair in paired]
            counts = {pair.source.name: count for pair, count in zip(paired, rows, strict=True)}
            return replace(self.adopted, tables=counts)
        await mark(self.there, self._under_way)
        try:
            with self.refused_by(self.adopted.outside):
                async with self.there.read() as read, self.here.write() as old:
                    await bring_back(old, kept, self.adopted.capability)
                    counts = await self._fill(read, old, list(kept))
        except (InvalidInput, CannotAdopt, RowCannotMove):
            # The rows are the capability's still: its application may start, and correct them.
            await mark(self.there, None)
            raise
        await mark(self.there, self._done)
        return replace(self.adopted, tables=counts)

    async def _paired(self, kept: Mapping[str, str]) -> list[Pair]:
        """What would be copied, while the tables have their other names; raises all that does not fit."""
        tables = await own_tables(self.there, self.migrations)
        names = {name.casefold(): stored for name, stored in kept.items()}
        async with self.there.read() as read:
            homeless = [
                table.name
                for table in tables
                if table.name.casefold() not in names and (await read.execute(table.has_rows, {})).rows
            ]
        violations = [errors.HOMELESS.broken(f"table {name}") for name in homeless]
        async with self.here.read() as read:
            catalogue = catalogue_of(self.here.dialect)
            stored = await tables_named(read, catalogue, list(kept.values()))
            anew = await tables_named(read, catalogue, list(kept))
            full = [table.name for table in anew if (await read.execute(table.has_rows, {})).rows]
        violations += [errors.REMADE.broken(f"table {name}") for name in full]
        found: list[Pair] = []
        for table in tables:
            wanted = names.get(table.name.casefold(), "").casefold()
            like = [each for each in stored if each.name.casefold() == wanted]
            if not wanted:
                continue
            if not like:
                violations.append(errors.GONE.broken(f"table {table.name}", name=names[table.name.casefold()]))
                continue
            try:
                named = [replace(each, name=table.name) for each in like]
                found += pairs([table], named, (self.there.dialect, self.here.dialect))
            except Mismatch:
                violations.append(errors.UNFIT.broken(f"table {table.name}", difference=difference(like[0], table)))
        if violations:
            raise InvalidInput(f"The adoption by capability {self.adopted.capability!r}", violations)
        return found

    async def _fill(self, read: Transaction, old: Transaction, names: Sequence[str]) -> dict[str, int]:
        here, there = catalogue_of(self.here.dialect), catalogue_of(self.there.dialect)
        await there.begin(read)
        await here.begin(old)
        references = await references_of(old, self.here.dialect, names)
        for drop, _ in references:
            await old.execute(drop, {})
        wanted = {name.casefold() for name in names}
        own = [table for table in await own_tables(self.there, self.migrations) if table.name.casefold() in wanted]
        home = await tables_named(old, here, names)
        paired = pairs(own, home, (self.there.dialect, self.here.dialect))
        counts = await copy_rows(
            read, old, paired, capability=self.adopted.capability, place=self.adopted.outside, tell=self.tell
        )
        await continue_numbers(old, self.here.dialect, here, await there.positions(read), names)
        if self.here.dialect is Dialect.POSTGRESQL:
            await old.execute("SET CONSTRAINTS ALL IMMEDIATE", {})
        await self._refer_again(old, references, names)
        return counts

    async def _refer_again(self, old: Transaction, references: Sequence[tuple[str, str]], names: Sequence[str]) -> None:
        for _, add in references:
            try:
                await old.execute(add, {})
            except StatementFailed as error:
                remedy = "Delete or correct the rows that refer to none in the capability's own database, then run the command again."
                raise self.cannot(f"rows refer to others that are gone there: {error.reason}", remedy) from error
        if self.here.dialect is Dialect.SQLITE:
            dangling = [row for name in names for row in (await old.execute(_DANGLING, {"name": name})).rows]
            if dangling:
                violations = [
                    errors.DANGLING.broken(f"table {table}", other=other, count=count)
                    for table, other, count in dangling
                ]
                raise InvalidInput(f"The adoption by capability {self.adopted.capability!r}", violations)
