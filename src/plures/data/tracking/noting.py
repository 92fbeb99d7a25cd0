"""Begins and ends the noting of changed keys. Safe to run again: what is noted already stays.

Table `plures_changes` lists the tables whose changes are noted; the keys of number 3 are in `plures_changes_3`.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plures.data.statement_errors import DatabaseBusy, WriteConflict
from plures.data.store import Dialect, Store, Transaction
from plures.errors import PluresError, Text

from .postgresql import PostgresWords
from .sqlite import SqliteWords
from .table import NOTES, Noted, Seen, Words, quoted

MOST_ROWS: Final = 5_000
"""So many rows may a table without a primary key have: it is copied as a whole while writes wait."""

_LIST: Final = (
    f"CREATE TABLE IF NOT EXISTS {NOTES} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, key_columns TEXT NOT NULL)"
)
_READ: Final = f"SELECT number, name, key_columns FROM {NOTES} ORDER BY number"  # noqa: S608 - names of the database itself
_ADD: Final = f"INSERT INTO {NOTES} (number, name, key_columns) VALUES (:number, :name, :key)"  # noqa: S608 - names of the database itself
_LET_GO: Final = "SET LOCAL lock_timeout = '300ms'"
"""A trigger waits for the writes that have begun, and the next ones wait behind it: not for long, and not until a deadlock is found."""

_ATTEMPTS: Final = 50
_PAUSE_S: Final = 0.2


@dataclass(eq=False)
class TrackingRefused(PluresError):
    """The changes of a table cannot be followed, so its database is moved while the application is stopped."""

    code = "data.tracking_refused"
    wording = Text(
        "Cannot move the database of capability {capability!r} while it is in use",
        why="table {table} {reason}",
        fix="Stop the application, move the database, and start it again.",
    )

    capability: str
    table: str
    reason: str


def words_of(dialect: Dialect) -> Words:
    """What differs in this dialect."""
    return SqliteWords() if dialect is Dialect.SQLITE else PostgresWords()


async def note(store: Store, capability: str) -> None:
    """Note from now on the key of each row that is inserted, updated or deleted.

    Raises:
        TrackingRefused: There is a table that this cannot be done for; nothing new is noted.
        DatabaseBusy: A write does not let go of a table.
    """
    words = words_of(store.dialect)
    async with store.read() as read:
        seen = await words.seen(read)
        await _check(read, capability, seen)
        known = await noted(read, store.dialect)
    if any(one.name not in seen or one.key != seen[one.name].key for one in known):
        # A migration has come since a move that was ended half-way.
        await forget(store)
        known = []
    if len(known) < len(seen):
        listed = {one.name for one in known}
        number = max((one.number for one in known), default=0)
        async with store.write() as write:
            await write.execute(_LIST, {})
        for name, table in seen.items():
            if name not in listed:
                number += 1
                one = Noted(number, name, table.key)
                row = {"number": number, "name": name, "key": json.dumps(table.key)}
                await _patiently(store, [*words.noting(one, table)], row)


async def forget(store: Store) -> None:
    """Note nothing any more, and drop what was noted."""
    words = words_of(store.dialect)
    async with store.read() as read:
        known = await noted(read, store.dialect)
        if not await words.has_notes(read):
            return
    for one in known:
        await _patiently(store, words.forgetting(one))
    async with store.write() as write:
        await write.execute(f"DROP TABLE IF EXISTS {NOTES}", {})


async def noted(read: Transaction, dialect: Dialect) -> list[Noted]:
    """The tables whose changes are noted."""
    if not await words_of(dialect).has_notes(read):
        return []
    rows = (await read.execute(_READ, {})).rows
    return [Noted(number, name, tuple(json.loads(key))) for number, name, key in rows]


async def covers(read: Transaction, dialect: Dialect, tables: Sequence[Noted]) -> bool:
    """Whether these are all tables that there are."""
    seen = await words_of(dialect).seen(read)
    return {name: table.key for name, table in seen.items()} == {table.name: table.key for table in tables}


async def _check(read: Transaction, capability: str, seen: Mapping[str, Seen]) -> None:
    for name, table in seen.items():
        if table.odd:
            raise TrackingRefused(capability, name, table.odd)
        if not table.key:
            count = (await read.execute(f"SELECT count(*) FROM {quoted(name)}", {})).rows[0][0]  # noqa: S608 - names of the database itself
            if count > MOST_ROWS:
                raise TrackingRefused(capability, name, f"has no primary key, and {count} rows")


async def _patiently(store: Store, statements: Sequence[str], row: Mapping[str, object] | None = None) -> None:
    """All of it in one transaction, again while writes of the application are in the way."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with store.write() as write:
                if store.dialect is Dialect.POSTGRESQL:
                    await write.execute(_LET_GO, {})
                for statement in statements:
                    await write.execute(statement, {})
                if row is not None:
                    await write.execute(_ADD, row)
        except (DatabaseBusy, WriteConflict):
            if attempt == _ATTEMPTS:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return
