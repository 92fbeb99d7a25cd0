"""Opening a capability's embedded database: folder, process lock, file, migrations."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from plures.errors import InvalidInput, PluresError

from .database import Database
from .errors import DatabaseDamaged, DatabaseUnusable
from .lock import ProcessLock
from .migration import Migration, check_migrations, migrate
from .sqlite import reader_engine, writer_engine


async def open_database(folder: Path, capability: str, migrations: Sequence[Migration] = ()) -> Database:
    """Open `<folder>/<capability>.sqlite3`, created and migrated where needed.

    Raises:
        InvalidInput: The migrations break rules; nothing was touched.
        DatabaseLocked: Another process has it open.
        DatabaseUnusable: Folder or file cannot be used (`DatabaseDamaged`: the file is no intact database).
        MigrationFailed, MigrationChanged, DatabaseNewer: As `migrate` says.
    """
    violations = check_migrations(capability, migrations)
    if violations:
        raise InvalidInput(f"The migrations of capability {capability!r}", violations)
    path = folder / f"{capability}.sqlite3"
    lock = _lock(folder, capability, path)
    writer = writer_engine(path)
    try:
        await migrate(writer, capability, migrations)
    except BaseException as error:
        await writer.dispose()
        lock.release()
        if isinstance(error, DBAPIError):
            raise _explained(capability, path, error) from error
        raise
    return Database(capability, reader=reader_engine(path, capability), writer=writer, release=lock.release)


def _lock(folder: Path, capability: str, path: Path) -> ProcessLock:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return ProcessLock(folder / f"{capability}.lock", capability)
    except OSError as error:
        raise DatabaseUnusable(
            capability,
            path,
            why=f"{error.filename}: {error.strerror}",
            fix="Make the folder writable, or name another one ([application] data = … in plures.toml).",
        ) from error


def _explained(capability: str, path: Path, error: DBAPIError) -> PluresError:
    """The one place that translates what SQLite says when it opens a file."""
    why = str(error.orig)
    if isinstance(error.orig, sqlite3.OperationalError):
        return DatabaseUnusable(
            capability,
            path,
            why=why,
            fix="Check that this is a file, that it can be written, and that the disk is not full.",
        )
    return DatabaseDamaged(
        capability,
        path,
        why=why,
        fix="Restore the file from a backup, or move it away to start with an empty database.",
    )
