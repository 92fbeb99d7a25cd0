"""A table of a database, as the engine sees it: its stored columns, its key, and how many numbers it has given out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

import msgspec

from plures.data.tracking import NOTES

AT_ONCE: Final = 10_000
"""So many rows are held in memory twice: once read, once written."""

_OWN: Final = frozenset({"plures_migrations", "plures_move"})

Values: TypeAlias = tuple[Any, ...]
"""One row, or one key."""


def is_own(name: str) -> bool:
    """Whether it is a table of the platform that tells of one database, so that it is not copied."""
    return name in _OWN or name.startswith(NOTES)


class ColumnType(StrEnum):
    """What a column holds, by what its values have in common with those of another store."""

    ANY = "any value"
    SHORT = "a whole number of 16 bits"
    INTEGER = "a whole number of 32 bits"
    LONG = "a whole number of 64 bits"
    BOOLEAN = "true or false"
    SINGLE = "a floating-point number of 32 bits"
    DOUBLE = "a floating-point number of 64 bits"
    NUMERIC = "a decimal number"
    TEXT = "text"
    PADDED = "text filled up with spaces"
    BYTES = "bytes"
    UUID = "a UUID"
    INSTANT = "a moment with a time zone"
    LOCAL_TIME = "a moment without a time zone"
    DATE = "a date"
    TIME = "a time of day"
    JSON = "JSON"
    OTHER = "a text that the server reads"


class Column(msgspec.Struct, frozen=True):
    """A column that is stored.

    Attributes:
        declared: Its type, as the store says it.
        select: The SQL that reads it.
        key: The SQL for a value of it, as a parameter gives it; `{}` stands for the parameter.
    """

    name: str
    kind: ColumnType
    declared: str
    select: str
    key: str = "{}"
    is_nullable: bool = True


@dataclass(frozen=True)
class Table:
    """A table, and SQL that both dialects understand.

    Attributes:
        columns: In their order.
        key: The columns of its primary key; empty where it has none.
        order: What its rows are put in order by, as SQL: always the same order as long as they stay the same.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: str

    def select(self, columns: Sequence[Column]) -> str:
        """All rows, always in the same order."""
        return f"{self._select(columns)} ORDER BY {self.order}"

    def select_unordered(self, columns: Sequence[Column]) -> str:
        """All rows, in whatever order is the fastest."""
        return self._select(columns)

    def select_keys(self, columns: Sequence[Column], count: int) -> str:
        """So many rows, by their keys: the first in `:k0_0`, `:k0_1`, … for each of its columns, the next in `:k1_0`, …"""
        return f"{self._select(columns)} WHERE {self._has_key(count)}"

    def delete_keys(self, count: int) -> str:
        """Delete so many rows, by their keys as in `select_keys`."""
        return f"{self.delete} WHERE {self._has_key(count)}"

    @property
    def delete(self) -> str:
        """Delete all rows."""
        return f"DELETE FROM {quoted(self.name)}"  # noqa: S608 - as above

    @property
    def count(self) -> str:
        return f"SELECT count(*) FROM {quoted(self.name)}"  # noqa: S608 - as above

    @property
    def has_rows(self) -> str:
        return f"SELECT 1 FROM {quoted(self.name)} LIMIT 1"  # noqa: S608 - as above

    def _has_key(self, count: int) -> str:
        columns = {column.name: column for column in self.columns}
        forms = [columns[name].key for name in self.key]
        keys = (
            ", ".join(form.format(f":k{row}_{position}") for position, form in enumerate(forms)) for row in range(count)
        )
        return f"({', '.join(map(quoted, self.key))}) IN (VALUES {', '.join(f'({key})' for key in keys)})"

    def _select(self, columns: Sequence[Column]) -> str:
        return f"SELECT {', '.join(column.select for column in columns)} FROM {quoted(self.name)}"  # noqa: S608 - as above


class Position(msgspec.Struct, frozen=True):
    """How far the numbers are that a store gives to new rows of a table.

    Attributes:
        name: Of the sequence.
        table: Whose rows are numbered; empty for a sequence that belongs to no table.
        column: That holds the number.
        last: The last number.
        is_given: Whether a row has got it.
    """

    name: str
    table: str
    column: str
    last: int
    is_given: bool = True


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
