"""How SQLite notes changed keys.

A row that `INSERT OR REPLACE` deletes because of a unique index fires no trigger of its own. So each row that stands in the way of a new
one is noted before that one comes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from plures.data.store import Transaction

from .table import NOTES, Noted, Seen, all_quoted, quoted

_TABLES: Final = (
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "  # noqa: S608 - names of the database itself
    f"AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE '{NOTES}%' AND name <> 'plures_migrations' ORDER BY name"
)
_KEY: Final = "SELECT name FROM pragma_table_info(:table) WHERE pk > 0 ORDER BY pk"
_UNIQUE: Final = "SELECT name, partial FROM pragma_index_list(:table) WHERE \"unique\" AND origin <> 'pk'"
_COLUMNS: Final = "SELECT name, coll FROM pragma_index_xinfo(:name) WHERE key ORDER BY seqno"
_HAS_NOTES: Final = f"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{NOTES}'"  # noqa: S608 - names of the database itself


class SqliteWords:
    """As `Words`."""

    @property
    def first(self) -> str:
        """As `Words.first`."""
        return "0"

    async def seen(self, read: Transaction) -> Mapping[str, Seen]:
        """As `Words.seen`."""
        names = [name for (name,) in await _rows(read, _TABLES)]
        return {name: await _seen(read, name) for name in names}

    async def has_notes(self, read: Transaction) -> bool:
        """As `Words.has_notes`."""
        return bool(await _rows(read, _HAS_NOTES))

    def noting(self, table: Noted, seen: Seen) -> Sequence[str]:
        """As `Words.noting`."""
        return tuple(_noting(table, seen)) if table.key else ()

    def forgetting(self, table: Noted) -> Sequence[str]:
        """As `Words.forgetting`. The triggers of a table that is gone are gone with it."""
        names = [f"{table.notes}_{event}" for event in ("insert", "update", "delete", "inserts", "updates")]
        return (*(f"DROP TRIGGER IF EXISTS {name}" for name in names), f"DROP TABLE IF EXISTS {table.notes}")

    async def now(self, read: Transaction, table: Noted) -> str:
        """As `Words.now`: the number of the last note."""
        return str((await _rows(read, f"SELECT coalesce(max(plures_seq), 0) FROM {table.notes}"))[0][0])  # noqa: S608 - names of the database itself

    def since(self, table: Noted) -> str:
        """As `Words.since`."""
        return f"FROM {table.notes} WHERE plures_seq > CAST(:seen AS INTEGER)"


async def _seen(read: Transaction, table: str) -> Seen:
    key = tuple(name for (name,) in await _rows(read, _KEY, table=table))
    others: list[str] = []
    odd = ""
    for index, is_partial in await _rows(read, _UNIQUE, table=table):
        columns = await _rows(read, _COLUMNS, name=index)
        if is_partial or any(name is None for name, _ in columns):
            odd = f"has a unique index ({index}) over a part of its rows, or over an expression"
        others.append(
            " AND ".join(f"{quoted(name or '')} = NEW.{quoted(name or '')} COLLATE {coll}" for name, coll in columns)
        )
    return Seen(key, tuple(others), odd)


def _noting(table: Noted, seen: Seen) -> Iterator[str]:
    name, notes, key = quoted(table.name), table.notes, all_quoted(table.key)
    old, new = all_quoted(table.key, "OLD."), all_quoted(table.key, "NEW.")
    # Not AUTOINCREMENT, which would leave a row in a table of the application's own; notes are never deleted.
    yield f"CREATE TABLE {notes} (plures_seq INTEGER PRIMARY KEY, {key})"
    for event, keys in (("insert", (new,)), ("update", (old, new)), ("delete", (old,))):
        values = ", ".join(f"({each})" for each in keys)
        yield (
            f"CREATE TRIGGER {notes}_{event} AFTER {event.upper()} ON {name} "  # noqa: S608 - names of the database itself
            f"BEGIN INSERT INTO {notes} ({key}) VALUES {values}; END"
        )
    if seen.others:
        # Each by itself, so that each is found by its index.
        insert = f"INSERT INTO {notes} ({key}) SELECT {key} FROM {name} WHERE"  # noqa: S608 - names of the database itself
        inserts = " ".join(f"{insert} {other};" for other in seen.others)
        for event in ("insert", "update"):
            yield f"CREATE TRIGGER {notes}_{event}s BEFORE {event.upper()} ON {name} BEGIN {inserts} END"


async def _rows(read: Transaction, sql: str, **values: object) -> Sequence[tuple[Any, ...]]:
    return (await read.execute(sql, values)).rows
