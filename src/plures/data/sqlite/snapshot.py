"""A copy of a database as it is at one moment, also while another process writes to it.

The copy is made by one connection that never writes or checkpoints. Where the process lock is free, we hold it meanwhile and are the
only connection; where an application holds it, the file is opened read-only, as the application's own readers do.
Source: docs/adr/0004-embedded-data.md
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from plures.data.errors import DatabaseDamaged, DatabaseLocked
from plures.data.place import Folder

from .access import PRIVATE_FILE
from .lock import ProcessLock
from .translate import is_damage

_PAGES_AT_ONCE: Final = 2048
_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
)
_LEDGER: Final = "SELECT version, name, checksum FROM plures_migrations ORDER BY version"


class Snapshot(msgspec.Struct, frozen=True):
    """What the copy holds.

    Attributes:
        ledger: Version, name and checksum of each migration that it has run.
        tables: Table → number of its rows.
    """

    ledger: Sequence[tuple[int, str, str]]
    tables: Mapping[str, int]


def take_snapshot(folder: Path, capability: str, copy: Path, tell: Callable[[int, int], None]) -> Snapshot:
    """Copy the database of a capability into a new file.

    Args:
        folder: Where it lies.
        capability: Its owner.
        copy: Must not exist.
        tell: Takes how many pages are copied, and how many there are.

    Raises:
        DatabaseDamaged: The database is, which shows in the copy.
        OSError, sqlite3.Error: The copy cannot be written, or the database cannot be read.
    """
    path = Folder(folder).file_of(capability)
    try:
        with _source(folder, capability, path) as source:
            return _copy(source, copy, tell)
    except sqlite3.Error as error:
        if is_damage(error):
            raise DatabaseDamaged(capability, path, str(error)) from error
        raise


@contextmanager
def _source(folder: Path, capability: str, path: Path) -> Generator[sqlite3.Connection]:
    try:
        lock = ProcessLock(folder / f"{capability}.lock", capability)
    except DatabaseLocked:
        lock = None
    try:
        address = path.absolute().as_uri() + ("?mode=ro" if lock is None else "?mode=rw")
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as source:
            source.execute("PRAGMA wal_autocheckpoint = 0")
            source.execute("PRAGMA query_only = ON")
            yield source
    finally:
        if lock is not None:
            lock.release()


def _copy(source: sqlite3.Connection, copy: Path, tell: Callable[[int, int], None]) -> Snapshot:
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
    with closing(sqlite3.connect(copy, isolation_level=None)) as copied:
        # The steps of a backup see what the open transaction sees, so writes meanwhile do not make it begin again.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(
            copied, pages=_PAGES_AT_ONCE, progress=lambda _status, remaining, total: tell(total - remaining, total)
        )
        source.rollback()
        # Else the file would need a log beside it.
        copied.execute("PRAGMA journal_mode = DELETE")
        found = copied.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found.removeprefix("*** in database main ***").strip())
        return _described(copied)


def _described(copied: sqlite3.Connection) -> Snapshot:
    names = [name for (name,) in copied.execute(_TABLES)]
    counts = {name: _count(copied, name) for name in names}
    ledger = copied.execute(_LEDGER).fetchall() if "plures_migrations" in counts else ()
    return Snapshot(ledger, {name: count for name, count in counts.items() if name != "plures_migrations"})


def _count(copied: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    count: int = copied.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 - a table of the file itself
    return count
