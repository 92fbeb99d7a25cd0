"""The rows of a schema on a server, kept in a file; and the rows of a kept database, whichever store they come of.

The file is an SQLite database that no application can take for its own: its tables are `t0`, `t1`, … with columns `c0`, `c1`, …, since names
that differ in capital letters alone are the same to SQLite. What they are called stands in `kept_columns`. Values are those that
`Table.select` brings; SQLite keeps each as it is, but for numbers that it has no form for, which are text.
"""

import math
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

from plures.data.store import Dialect, Parameters, Rows, Transaction

from .engine import AT_ONCE, Column, ColumnType, Position, SqliteCatalogue, Table, Values, quoted

_TABLES: Final = "CREATE TABLE kept_tables (number, name)"
_COLUMNS: Final = "CREATE TABLE kept_columns (number, name, kind, declared, is_nullable, key)"
_POSITIONS: Final = "CREATE TABLE kept_positions (name, table_name, column, last, is_given)"
_FLOATS: Final = frozenset({ColumnType.SINGLE, ColumnType.DOUBLE})


class RowsWriter:
    """Writes such a file. It is whole once `finish` has returned."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables = 0
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
            _TABLES,
            _COLUMNS,
            _POSITIONS,
        ):
            connection.execute(statement)

    def begin(self, table: Table) -> None:
        """Make room for a table; its rows follow."""
        number, self._tables = self._tables, self._tables + 1
        key = {name: position for position, name in enumerate(table.key)}
        self._connection.execute("INSERT INTO kept_tables VALUES (?, ?)", (number, table.name))
        self._connection.executemany(
            "INSERT INTO kept_columns VALUES (?, ?, ?, ?, ?, ?)",
            [(number, c.name, c.kind, c.declared, c.is_nullable, key.get(c.name)) for c in table.columns],
        )
        # A table of PostgreSQL may have no columns.
        columns = [f"c{position}" for position in range(max(len(table.columns), 1))]
        self._connection.execute(f"CREATE TABLE t{number} ({', '.join(columns)})")
        self._insert = f"INSERT INTO t{number} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - a number

    def put(self, rows: Sequence[Values]) -> None:
        """Rows of the table that was begun last."""
        self._connection.executemany(self._insert, [tuple(map(_kept, row)) for row in rows])

    def finish(self, positions: Sequence[Position]) -> None:
        """Note how far the numbers of new rows are."""
        self._connection.executemany(
            "INSERT INTO kept_positions VALUES (?, ?, ?, ?, ?)",
            [(one.name, one.table, one.column, one.last, one.is_given) for one in positions],
        )
        self._connection.execute("COMMIT")


@contextmanager
def writing(path: Path) -> Generator[RowsWriter]:
    """A writer on a file that exists and is empty."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield RowsWriter(connection)


class KeptRows:
    """The rows of a database in a backup."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        """Open it.

        Args:
            path: A file that the manifest has been compared with.
            dialect: Of the store that the rows come of.
        """
        self._dialect = dialect
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        self._numbers: dict[str, int] = {}

    def __enter__(self) -> Self:
        """It is open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._connection.close()

    async def tables(self) -> tuple[list[Table], list[str]]:
        """As `Catalogue.tables`."""
        if self._dialect is Dialect.SQLITE:
            return await SqliteCatalogue().tables(cast("Transaction", self))
        names = self._connection.execute("SELECT number, name FROM kept_tables ORDER BY number").fetchall()
        self._numbers = {name: number for number, name in names}
        return [self._table(number, name) for number, name in names], []

    async def positions(self) -> list[Position]:
        """As `Catalogue.positions`."""
        if self._dialect is Dialect.SQLITE:
            return await SqliteCatalogue().positions(cast("Transaction", self))
        rows = self._connection.execute("SELECT * FROM kept_positions").fetchall()
        return [Position(name, table, column, last, is_given=bool(given)) for name, table, column, last, given in rows]

    def rows(self, table: Table) -> Iterator[list[Values]]:
        """All rows of one of the tables, in parts, with the values of its columns in their order."""
        if self._dialect is Dialect.SQLITE:
            columns, name = [quoted(column.name) for column in table.columns], quoted(table.name)
        else:
            columns, name = [f"c{position}" for position in range(len(table.columns))], f"t{self._numbers[table.name]}"
        floats = [column.kind in _FLOATS for column in table.columns]
        cursor = self._connection.execute(f"SELECT {', '.join(columns)} FROM {name}")  # noqa: S608 - names, quoted
        while part := cursor.fetchmany(AT_ONCE):
            yield [_read(row, floats) for row in part] if any(floats) else part

    def _table(self, number: int, table: str) -> Table:
        sql = "SELECT name, kind, declared, is_nullable, key FROM kept_columns WHERE number = ? ORDER BY rowid"
        found = self._connection.execute(sql, (number,)).fetchall()
        columns = tuple(
            Column(name, ColumnType(kind), declared, quoted(name), is_nullable=bool(nullable))
            for name, kind, declared, nullable, _ in found
        )
        key = sorted((place, name) for name, _, _, _, place in found if place is not None)
        return Table(table, columns, tuple(name for _, name in key), "")

    async def execute(self, sql: str, parameters: Parameters) -> Rows:
        """What the catalogue asks the file."""
        cursor = self._connection.execute(sql, dict(parameters))
        return Rows(tuple(column[0] for column in cursor.description or ()), cursor.fetchall(), -1)


def _kept(value: Any) -> Any:
    # SQLite keeps NaN as NULL, and -0.0 as 0.0.
    if type(value) is float and (math.isnan(value) or (not value and math.copysign(1, value) < 0)):
        return repr(value)
    return value


def _read(row: Values, floats: Sequence[bool]) -> Values:
    return tuple(
        float(value) if is_float and isinstance(value, str) else value
        for value, is_float in zip(row, floats, strict=True)
    )
