"""Which table of one end is which of the other."""

from collections.abc import Sequence

from plures.data.store import Dialect

from .pair import Pair
from .table import ColumnType, Table


class Mismatch(Exception):
    """The tables of the two ends are not the same.

    Attributes:
        tables: Those that differ.
    """

    def __init__(self, tables: Sequence[str]) -> None:
        super().__init__(", ".join(tables))
        self.tables = tables


def pairs(source: Sequence[Table], target: Sequence[Table], dialects: tuple[Dialect, Dialect]) -> list[Pair]:
    """Pair all tables; raises `Mismatch`. Dialects differ in whether they keep capital letters of names, so these do not count."""
    there = {table.name.casefold(): table for table in target}
    here = {table.name.casefold() for table in source}
    differ = [table.name for table in source if not _is_same(table, there.get(table.name.casefold()))]
    differ += [table.name for table in target if table.name.casefold() not in here]
    if differ or len(here) < len(source) or len(there) < len(target):
        raise Mismatch(sorted({*differ}) or ["two names that differ in capital letters only"])
    return [Pair(table, there[table.name.casefold()], dialects) for table in source]


def _is_same(table: Table, other: Table | None) -> bool:
    return other is not None and _key(table) == _key(other) and _has_columns(table, other)


def _has_columns(table: Table, other: Table) -> bool:
    kinds = {column.name.casefold(): column.kind for column in other.columns}
    return (len(kinds) == len(table.columns) or may_lack(table.name, len(table.columns), len(kinds))) and all(
        _fit(column.kind, kinds.get(column.name.casefold())) for column in table.columns
    )


def may_lack(table: str, columns: int, of: int) -> bool:
    """Whether the rows of a table may have fewer columns than the table they go into: a later version of Plures has given it more."""
    return table.casefold().startswith("plures_") and columns < of


def _fit(kind: ColumnType, other: ColumnType | None) -> bool:
    return other is not None and (kind is other or ColumnType.ANY in (kind, other))


def _key(table: Table) -> set[str]:
    return {name.casefold() for name in table.key}
