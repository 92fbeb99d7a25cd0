"""Whether the file of a database is there, was never there, or is lost. SQLite would take a lost one for new, and remove its log."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Final

from plures.data.errors import DatabaseLost

from .access import PRIVATE_FILE
from .translate import unopened

_LEAST_BYTES: Final = 512
"""The smallest page. Source: https://www.sqlite.org/fileformat.html"""

_WAYS_OUT: Final = "Restore a backup: `plures data restore FOLDER --replace`. To begin with an empty database, move {path} and its log (-wal) away."


def refuse_lost(path: Path, capability: str) -> None:
    """Raise `DatabaseLost` where a database must have been, as the rest of a file or its log tells."""
    log = path.with_name(f"{path.name}-wal")
    size = _size(path)
    if size is None and _size(log):
        raise DatabaseLost(capability, path, f"the file is gone, and its log {log.name} is there", _ways_out(path))
    if size is not None and size < _LEAST_BYTES:
        reason = (
            f"the file has {size} bytes, and no database is so small: it was cut, or a copy of it was never written"
        )
        raise DatabaseLost(capability, path, reason, _ways_out(path))


def make_new(path: Path, capability: str) -> None:
    """Make the file of a database where there is none, for this user alone. It gets its name as a whole: one of 0 bytes is never new."""
    if os.path.lexists(path):
        return
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE))
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            # Writes the first page.
            connection.execute("PRAGMA journal_mode = WAL")
        draft.rename(path)
    except sqlite3.Error as error:
        raise unopened(error, capability, path) from error
    finally:
        draft.unlink(missing_ok=True)


def _ways_out(path: Path) -> str:
    return _WAYS_OUT.format(path=path)


def _size(path: Path) -> int | None:
    """None where there is no file; a folder counts as large."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else _LEAST_BYTES
