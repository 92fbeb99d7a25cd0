"""Opening a capability's embedded database: folder, process lock, file, migrations."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from plures.errors import InvalidInput, none_left, too_many_files

from .access import make_folder, make_private
from .database import Database
from .errors import DatabaseDamaged, DatabaseUnusable
from .lock import ProcessLock
from .migration import Migration, check_migrations

_FILES_OF_SQLITE: Final = 5
"""The database, its log, its shared memory, its folder, and one to spare."""


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
    # These import SQLAlchemy. That takes a third of a second, and only a process that opens a database should pay for it.
    from sqlalchemy.exc import DBAPIError

    from .intact import check
    from .ledger import migrate
    from .sqlite import reader_engine, writer_engine

    path = folder / f"{capability}.sqlite3"
    lock = _lock(folder, capability, path)
    writer = writer_engine(path)
    try:
        make_private(path, folder / f"{capability}.lock")
        await check(writer, capability, path)
        await migrate(writer, capability, migrations)
    except BaseException as error:
        no_files = none_left(_FILES_OF_SQLITE)
        await writer.dispose()
        lock.release()
        if isinstance(error, OSError):
            raise DatabaseUnusable(capability, path, error.strerror or str(error)) from error
        if isinstance(error, DBAPIError):
            # SQLite only says that it cannot open the file.
            if no_files:
                raise too_many_files() from error
            # The one place that translates what SQLite says when it opens a file.
            is_damage = not isinstance(error.orig, sqlite3.OperationalError)
            raise (DatabaseDamaged if is_damage else DatabaseUnusable)(capability, path, str(error.orig)) from error
        raise
    return Database(capability, reader=reader_engine(path, capability), writer=writer, release=lock.release)


def _lock(folder: Path, capability: str, path: Path) -> ProcessLock:
    try:
        make_folder(folder)
        return ProcessLock(folder / f"{capability}.lock", capability)
    except OSError as error:
        remedy = "Make the folder writable, or name another one ([application] data = … in plures.toml)."
        raise DatabaseUnusable(capability, path, f"{error.filename}: {error.strerror}", remedy) from error
