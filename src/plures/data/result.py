"""What a statement answers: its rows as named tuples. Knows nothing of where they come from.

The methods are called as those of SQLAlchemy's `Result`, so that code reads the same with either.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from .errors import NotOneRow
from .store import Rows

Row: TypeAlias = Any
"""A named tuple: `row.pieces`, `row[1]`, or `key, pieces = row`."""


class Result:
    """All rows of a statement that has run."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, brought: Rows) -> None:
        """Name the values of the rows."""
        self._rows = list(map(_row(brought.columns), brought.rows)) if brought.rows else []
        self.rowcount = brought.changed

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def all(self) -> list[Row]:
        """The rows."""
        return self._rows

    def first(self) -> Row | None:
        """The first row, or None when there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """The only row.

        Raises:
            NotOneRow: There are none, or more.
        """
        if len(self._rows) != 1:
            raise NotOneRow(len(self._rows))
        return self._rows[0]

    def one_or_none(self) -> Row | None:
        """The only row, or None when there is none.

        Raises:
            NotOneRow: There are more.
        """
        return self.one() if self._rows else None

    def scalars(self) -> list[Any]:
        """The first value of each row."""
        return [row[0] for row in self._rows]

    def scalar_one(self) -> Any:
        """The first value of the only row.

        Raises:
            NotOneRow: There are none, or more.
        """
        return self.one()[0]

    def scalar(self) -> Any:
        """The first value of the first row, or None when there is no row."""
        return self._rows[0][0] if self._rows else None


def named(brought: Rows) -> list[Row]:
    """Rows as named tuples."""
    return list(map(_row(brought.columns), brought.rows))


@lru_cache(maxsize=512)
def _row(columns: tuple[str, ...]) -> Callable[[tuple[Any, ...]], Row]:
    # Names that are no identifiers, like count(*), and doubled ones get `_0`, `_1` by their place.
    # Their types are not known, as a class of typing would ask.
    make_type: Any = namedtuple  # noqa: PYI024
    made: Callable[[tuple[Any, ...]], Row] = make_type("Row", columns, rename=True)._make
    return made
