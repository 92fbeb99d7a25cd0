"""Looks at the file of a database from outside, also while another process has it open. Writes nothing, and leaves no file behind.

A connection that reads only can neither write nor checkpoint, so it may be there beside the application's own.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from plures.data.errors import DatabaseUnusable, RestoreUnfinished
from plures.data.store import Applied, Seen

from .access import mark_of
from .lock import holder_of
from .presence import refuse_lost
from .translate import unopened

_BUSY_S: Final = 5.0
_MOST_DAMAGES: Final = 20
_NOT_READ: Final = "Read it as the user who runs the application."


def look_at(path: Path, capability: str, *, thorough: bool, version_table: str = "") -> Seen:
    """See what there is; with the name of Alembic's table also what that has.

    Raises:
        RestoreUnfinished: A restore was killed half-way, or is under way.
        DatabaseUnusable: The file cannot be read (`DatabaseDamaged`: it is no intact database, `DatabaseLost`: it was there).
    """
    if mark_of(path.parent, capability).exists():
        raise RestoreUnfinished(capability, path)
    try:
        refuse_lost(path, capability)
        # A folder that may not be entered is no missing file.
        size = path.stat().st_size
        log = path.with_name(f"{path.name}-wal")
        logged = log.stat().st_size if log.exists() else 0
        holder = holder_of(path.with_suffix(".lock"))
    except FileNotFoundError:
        return Seen()
    except OSError as error:
        raise DatabaseUnusable(capability, path, error.strerror or str(error), _NOT_READ) from error
    # Where no process has it open and the log is merged, SQLite would make a log of its own and leave it behind.
    mode = "mode=ro" if holder or logged else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=_BUSY_S)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            for pragma in ("PRAGMA wal_autocheckpoint = 0", "PRAGMA query_only = ON"):
                connection.execute(pragma)
            damage = tuple(_damage(connection)) if thorough else ()
            heads = tuple(_heads(connection, version_table))
            return Seen(size + logged, holder, tuple(_applied(connection)), damage, heads)
    except sqlite3.Error as error:
        raise unopened(error, capability, path) from error


def _applied(connection: sqlite3.Connection) -> Iterator[Applied]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'plures_migrations'").fetchone():
        rows = connection.execute("SELECT version, name, checksum, applied_at FROM plures_migrations ORDER BY version")
        yield from (Applied(*row) for row in rows)


def _heads(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone():
        name = table.replace('"', '""')
        yield from (head for (head,) in connection.execute(f'SELECT version_num FROM "{name}" ORDER BY 1'))  # noqa: S608


def _damage(connection: sqlite3.Connection) -> Iterator[str]:
    for (found,) in connection.execute(f"PRAGMA integrity_check({_MOST_DAMAGES})"):
        if found != "ok":
            yield str(found).removeprefix("*** in database main ***").strip()
    missing: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        missing[table, parent] = missing.get((table, parent), 0) + 1
    for (table, parent), count in missing.items():
        yield f"{count} row{'s' if count > 1 else ''} of table {table} refer{'' if count > 1 else 's'} to no row of {parent}"
