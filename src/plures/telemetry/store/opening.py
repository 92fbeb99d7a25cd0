"""Opens the file of the store: makes it where there is none, puts a damaged one aside, and leaves one of a newer version alone."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from .schema import APPLICATION, KEPT_IN, TABLES, VERSION

ASIDE: Final = "telemetry.damaged.db"
"""What a damaged file is renamed to; the next one takes its place, so that there is never more than one."""

_PAGE_BYTES: Final = 4096
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class NewerFile(Exception):
    """The file was made by a later version of Plures."""


class DamagedFile(Exception):
    """The file is none of ours, or of a version before this one, or cannot be read."""


def is_damaged(error: Exception) -> bool:
    """Whether an error says that the file is no database, or none that is whole."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, DamagedFile) or (isinstance(code, int) and code & 0xFF in _DAMAGED)


def open_file(folder: Path, wait_s: float) -> sqlite3.Connection:
    """A connection that writes, in autocommit. Any thread may use it, one at a time.

    Args:
        wait_s: How long a statement waits for another process that writes.

    Raises:
        NewerFile: It is of a later version.
        DamagedFile: It is to be put aside.
        OSError, sqlite3.Error: It cannot be opened now.
    """
    path = folder / KEPT_IN
    path.parent.mkdir(parents=True, exist_ok=True)
    # What requests did is for those who run the application, as its data is.
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def put_aside(folder: Path) -> Path:
    """Rename a damaged file, so that a new one can be made. Raises `OSError`."""
    path, aside = folder / KEPT_IN, folder / ASIDE
    for each in (aside, *_beside(aside)):
        each.unlink(missing_ok=True)
    wal, shared = _beside(path)
    # First the log: a new file beside it would take what is in it for its own.
    with suppress(FileNotFoundError):
        wal.rename(_beside(aside)[0])
    shared.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        path.rename(aside)
    return aside


def number_of(folder: Path) -> tuple[int, int] | None:
    """Which file it is; another one after it was put aside or deleted. None where there is none."""
    try:
        found = (folder / KEPT_IN).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _prepare(connection: sqlite3.Connection) -> None:
    # What it says of itself is read at one moment: another process may be making it.
    connection.execute("BEGIN")
    is_ours = _is_ours(connection)
    connection.execute("COMMIT")
    if not is_ours:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        # So that a file can be made smaller when its bound is lowered.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been faster.
            if not _is_ours(connection):
                for statement in _statements():
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    # A commit waits for no disk: what the system loses when it fails is some seconds.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA journal_size_limit = 4194304")


def _is_ours(connection: sqlite3.Connection) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == APPLICATION and version > VERSION:
        raise NewerFile
    if application == APPLICATION and version == VERSION:
        return True
    if application or version or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise DamagedFile("it is of another version, or none of ours")
    return False


def _statements() -> list[str]:
    return [each for each in TABLES.split(";") if each.strip()]
