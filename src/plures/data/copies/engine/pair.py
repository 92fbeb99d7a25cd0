"""A table at both ends, and how its values pass from one to the other."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from plures.data.store import Dialect

from .fitting import Unfit
from .table import Column, ColumnType, Table, Values
from .values import Convert, canonical, written

_SHOWN: Final = 100


class RowUnfit(Exception):
    """A row holds what the other end cannot."""

    def __init__(self, key: str, column: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key
        self.column = column
        self.reason = reason


class _Lane(msgspec.Struct, frozen=True):
    """A column at both ends."""

    source: Column
    target: Column
    from_source: Convert | None
    from_target: Convert | None
    to_target: Convert | None


class Pair:
    """One table at both ends."""

    def __init__(self, source: Table, target: Table, dialects: tuple[Dialect, Dialect]) -> None:
        self.source = source
        self.target = target
        self.dialects = dialects
        by_name = {column.name.casefold(): column for column in target.columns}
        self._lanes = [_lane(column, by_name[column.name.casefold()], dialects) for column in source.columns]
        names = [column.name for column in source.columns]
        self._key = [names.index(name) for name in source.key]

    @property
    def select_source(self) -> str:
        return self.source.select([lane.source for lane in self._lanes])

    @property
    def select_target(self) -> str:
        """Its order does not count."""
        return self.target.select_unordered([lane.target for lane in self._lanes])

    def select_source_keys(self, count: int) -> str:
        return self.source.select_keys([lane.source for lane in self._lanes], count)

    def select_target_keys(self, count: int) -> str:
        return self.target.select_keys([lane.target for lane in self._lanes], count)

    @property
    def filled(self) -> list[str]:
        """The columns of the target that are filled, in the order of `written`."""
        return [lane.target.name for lane in self._lanes]

    def of_source(self, rows: Sequence[Values]) -> list[Values]:
        """The canonical form of rows of the source; raises `RowUnfit`."""
        return self._converted(rows, [lane.from_source for lane in self._lanes])

    def of_target(self, rows: Sequence[Values]) -> list[Values]:
        """The canonical form of rows of the target; raises `RowUnfit`."""
        return self._converted(rows, [lane.from_target for lane in self._lanes])

    def written(self, rows: Sequence[Values]) -> list[Values]:
        """Rows of the source as the target takes them; raises `RowUnfit`."""
        for lane, values in zip(self._lanes, zip(*rows, strict=True), strict=False):
            if not lane.target.is_nullable and None in values:
                row = rows[values.index(None)]
                raise RowUnfit(self._shown(row), lane.source.name, "it is NULL, which the other end refuses")
        return self._converted(rows, [lane.to_target for lane in self._lanes])

    def key_of(self, row: Values) -> Values:
        """The key of a row of the source, as `select_source_keys` takes it."""
        return tuple(row[position] for position in self._key)

    def key_for_source(self, keys: Iterable[Values]) -> dict[str, object]:
        """The parameters of `select_source_keys`."""
        return _parameters(keys, self.dialects[0])

    def key_for_target(self, keys: Iterable[Values]) -> dict[str, object]:
        """The parameters of `select_target_keys` and `delete_keys`; raises `RowUnfit`."""
        lanes = [self._lanes[position] for position in self._key]
        written = [tuple(_one(lane, value) for lane, value in zip(lanes, key, strict=True)) for key in keys]
        return _parameters(written, self.dialects[1])

    def _converted(self, rows: Sequence[Values], converts: Sequence[Convert | None]) -> list[Values]:
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for position, convert in enumerate(converts[: len(columns)]):
            if convert is not None:
                columns[position] = self._column(rows, position, convert, columns[position])
        return list(zip(*columns, strict=True))

    def _column(self, rows: Sequence[Values], position: int, convert: Convert, values: Sequence[Any]) -> Sequence[Any]:
        try:
            return [None if value is None else convert(value) for value in values]
        except (Unfit, OverflowError):
            for row, value in zip(rows, values, strict=True):
                try:
                    _ = value is None or convert(value)
                except (Unfit, OverflowError) as error:
                    raise RowUnfit(self._shown(row), self._lanes[position].source.name, str(error)) from None
            raise

    def _shown(self, row: Values) -> str:
        key = ", ".join(repr(row[position]) for position in self._key) or "without a key"
        return key if len(key) <= _SHOWN else f"{key[:_SHOWN]}…"


def _lane(source: Column, target: Column, dialects: tuple[Dialect, Dialect]) -> _Lane:
    # What the column is for the server, if one end is on a server: SQLite's columns take any value.
    kind = target.kind if target.kind is not ColumnType.ANY else source.kind
    return _Lane(
        source,
        target,
        canonical(kind, dialects[0]),
        canonical(kind, dialects[1]),
        written(kind, dialects[0], target, dialects[1]),
    )


def _one(lane: _Lane, value: Any) -> Any:
    return value if value is None or lane.to_target is None else lane.to_target(value)


def _parameters(keys: Iterable[Values], dialect: Dialect) -> dict[str, object]:
    # A server gets each as text, and reads it as what the column holds.
    form = _as_text if dialect is Dialect.POSTGRESQL else _as_it_is
    return {f"k{row}_{position}": form(value) for row, key in enumerate(keys) for position, value in enumerate(key)}


def _as_it_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
