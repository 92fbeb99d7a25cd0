"""Reads what was noted: the keys that have changed since a moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from plures.data.store import Dialect, Transaction

from .noting import words_of
from .table import Noted


class Changes:
    """What has changed since a moment; one for each move. The moment goes on when what came before it is copied."""

    def __init__(self, dialect: Dialect, tables: Sequence[Noted]) -> None:
        """Begin before everything that is noted.

        Args:
            tables: Those that are noted.
        """
        self.tables = tables
        self._keyed = [table for table in tables if table.key]
        self._words = words_of(dialect)
        self._moment: Mapping[int, str] = {}

    async def now(self, read: Transaction) -> Mapping[int, str]:
        """The moment that a transaction sees."""
        return {table.number: await self._words.now(read, table) for table in self._keyed}

    def go_on(self, moment: Mapping[int, str]) -> None:
        """What was noted before this moment is copied."""
        self._moment = moment

    async def count(self, read: Transaction) -> int:
        """About how many rows have changed: a row counts as often as it has."""
        counts = [
            (await read.execute(f"SELECT count(*) {self._words.since(table)}", self._seen(table))).rows[0][0]
            for table in self._keyed
        ]
        return sum(counts)

    async def keys(self, read: Transaction, table: Noted, columns: Sequence[str]) -> Sequence[tuple[Any, ...]]:
        """The keys of a table that have changed, each once.

        Args:
            columns: The SQL that reads them.
        """
        sql = f"SELECT DISTINCT {', '.join(columns)} {self._words.since(table)}"
        return (await read.execute(sql, self._seen(table))).rows

    def _seen(self, table: Noted) -> dict[str, Any]:
        return {"seen": self._moment.get(table.number, self._words.first)}
