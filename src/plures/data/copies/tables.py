"""The tables of a database: their columns, their order, and the sum of their rows. The SQL of catalogues is SQLite's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from plures.data.store import Transaction

AT_ONCE: Final = 10_000
_LEDGER: Final = "plures_migrations"
_TABLES: Final = (
    "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') ORDER BY name"
)
_COLUMNS: Final = "SELECT name, pk FROM pragma_table_info(:table) ORDER BY cid"
_TRIGGERS: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
_HAS_SEQUENCE: Final = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
_SUMS: Final = 1 << 128


@dataclass(frozen=True)
class Table:
    """A table, and SQL for it.

    Attributes:
        columns: Those that are stored, in their order.
        key: Its primary key; all its columns where it has none.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def select(self) -> str:
        """All rows, always in the same order."""
        return f"SELECT {_quoted(self.columns)} FROM {quoted(self.name)} ORDER BY {_quoted(self.key)}"  # noqa: S608

    @property
    def insert(self) -> str:
        """One row, with parameters `:c0`, `:c1`, …"""
        names = ", ".join(f":c{position}" for position in range(len(self.columns)))
        return f"INSERT INTO {quoted(self.name)} ({_quoted(self.columns)}) VALUES ({names})"  # noqa: S608


class Sum:
    """Number and checksum of rows, in whatever order they come."""

    def __init__(self) -> None:
        self.rows = 0
        self.checksum = 0

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.rows += len(rows)
        digests = [blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest() for row in rows]
        self.checksum = (self.checksum + sum(map(int.from_bytes, digests))) % _SUMS

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and (self.rows, self.checksum) == (other.rows, other.checksum)

    __hash__ = None  # type: ignore[assignment]


async def tables_of(transaction: Transaction) -> tuple[list[Table], list[str]]:
    """The tables but for the ledger, and the names of virtual ones, which have no rows of their own."""
    found = (await transaction.execute(_TABLES, {})).rows
    virtual = [name for name, kind in found if kind == "virtual"]
    names = [name for name, kind in found if kind == "table" and name != _LEDGER and not name.startswith("sqlite_")]
    return [await _table(transaction, name) for name in names], virtual


async def _table(transaction: Transaction, name: str) -> Table:
    columns = (await transaction.execute(_COLUMNS, {"table": name})).rows
    key = sorted((place, column) for column, place in columns if place)
    names = tuple(column for column, _ in columns)
    return Table(name, names, tuple(column for _, column in key) or names)


async def sum_of(transaction: Transaction, table: Table) -> Sum:
    """Read a whole table."""
    found = Sum()
    async for part in transaction.stream(table.select, {}, AT_ONCE):
        found.add(part.rows)
    return found


async def count_of(transaction: Transaction, table: Table) -> int:
    """The number of its rows."""
    rows = (await transaction.execute(f"SELECT count(*) FROM {quoted(table.name)}", {})).rows  # noqa: S608
    return int(rows[0][0])


async def drop_triggers(transaction: Transaction) -> None:
    """They would do again what their rows have in the copy already."""
    for name, _ in (await transaction.execute(_TRIGGERS, {})).rows:
        await transaction.execute(f"DROP TRIGGER {quoted(name)}", {})


async def finish(source: Transaction, target: Transaction) -> None:
    """Give the copy the triggers of the source, and the numbers that AUTOINCREMENT has given out."""
    for _, sql in (await source.execute(_TRIGGERS, {})).rows:
        await target.execute(sql, {})
    if (await source.execute(_HAS_SEQUENCE, {})).rows:
        numbers = (await source.execute("SELECT name, seq FROM sqlite_sequence", {})).rows
        await target.execute("DELETE FROM sqlite_sequence", {})
        if numbers:
            given = [{"name": name, "seq": number} for name, number in numbers]
            await target.execute_many("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)", given)


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))
