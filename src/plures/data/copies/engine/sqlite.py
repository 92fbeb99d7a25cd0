"""The catalogue of an SQLite database."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

from plures.data.store import Transaction

from .table import AT_ONCE, Column, ColumnType, Position, Table, is_own, quoted

_TABLES: Final = (
    "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') ORDER BY name"
)
_COLUMNS: Final = 'SELECT name, type, "notnull", pk FROM pragma_table_info(:table) ORDER BY cid'
_TRIGGERS: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
_NUMBERED: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
_GIVEN: Final = "SELECT name, seq FROM sqlite_sequence WHERE seq IS NOT NULL"
_GIVE: Final = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"


class SqliteCatalogue:
    """As `Catalogue` says. Foreign keys are off on the connections of a move, so they are in no way."""

    async def begin(self, transaction: Transaction) -> None:
        """SQLite has one form."""

    async def tables(self, transaction: Transaction) -> tuple[list[Table], list[str]]:
        found = (await transaction.execute(_TABLES, {})).rows
        virtual = [name for name, kind in found if kind == "virtual"]
        names = [
            name for name, kind in found if kind == "table" and not is_own(name) and not name.startswith("sqlite_")
        ]
        return [await _table(transaction, name) for name in names], virtual

    async def unreadable(self, transaction: Transaction, table: Table) -> tuple[str, str] | None:
        for column in table.columns:
            shown = [f"CAST({quoted(name)} AS BLOB)" for name in (column.name, *table.key)]
            texts = f"SELECT {', '.join(shown)} FROM {quoted(table.name)} WHERE typeof({quoted(column.name)}) = 'text'"  # noqa: S608
            async with aclosing(transaction.stream(texts, {}, AT_ONCE)) as parts:
                async for part in parts:
                    for text, *key in part.rows:
                        if text != text.decode(errors="replace").encode():
                            return ", ".join(value.decode(errors="replace") for value in key), column.name
        return None

    async def in_the_way(self, transaction: Transaction) -> list[tuple[str, str]]:
        found = (await transaction.execute(_TRIGGERS, {})).rows
        return [(f"DROP TRIGGER {quoted(name)}", sql) for name, sql in found]

    async def positions(self, transaction: Transaction) -> list[Position]:
        if not (await transaction.execute(_NUMBERED, {})).rows:
            return []
        return [Position(name, name, "", seq) for name, seq in (await transaction.execute(_GIVEN, {})).rows]

    async def continue_from(self, transaction: Transaction, positions: Sequence[Position]) -> None:
        names = {str(name).casefold(): str(name) for (name,) in (await transaction.execute(_NUMBERED, {})).rows}
        if not names:
            return
        # What SQLite has noted for the rows that were copied.
        given = {name: int(seq) for name, seq in (await transaction.execute(_GIVEN, {})).rows}
        for position in positions:
            name = names.get(position.table.casefold())
            if name is not None and position.is_given:
                given[name] = max(position.last, given.get(name, position.last))
        await transaction.execute("DELETE FROM sqlite_sequence", {})
        await transaction.execute_many(_GIVE, [{"name": name, "seq": seq} for name, seq in given.items()])


async def _table(transaction: Transaction, name: str) -> Table:
    found = (await transaction.execute(_COLUMNS, {"table": name})).rows
    columns = tuple(
        Column(column, ColumnType.ANY, declared, quoted(column), is_nullable=not not_null)
        for column, declared, not_null, _ in found
    )
    key = tuple(column for _, column in sorted((place, column) for column, _, _, place in found if place))
    # Rows that are equal in all columns are one as good as the other.
    order = ", ".join(f"{quoted(name)}.{quoted(column)}" for column in key or [column.name for column in columns])
    return Table(name, columns, key, order)
