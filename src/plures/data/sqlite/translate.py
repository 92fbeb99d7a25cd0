"""What SQLite says, in our words. The one place that knows the names of its errors."""

import sqlite3
from pathlib import Path
from typing import Final

from plures.data.errors import DatabaseDamaged, DatabaseUnusable
from plures.data.migration import brief
from plures.data.statement_errors import (
    CheckViolated,
    ConstraintViolated,
    DatabaseBusy,
    DiskFull,
    ForeignKeyViolated,
    NotNullViolated,
    ReadOnly,
    StatementFailed,
    StorageFailed,
    UniqueViolated,
)
from plures.errors import PluresError, none_left, too_many_files

_KINDS: Final = (
    ("SQLITE_CONSTRAINT_UNIQUE", UniqueViolated),
    ("SQLITE_CONSTRAINT_PRIMARYKEY", UniqueViolated),
    ("SQLITE_CONSTRAINT_ROWID", UniqueViolated),
    ("SQLITE_CONSTRAINT_FOREIGNKEY", ForeignKeyViolated),
    ("SQLITE_CONSTRAINT_NOTNULL", NotNullViolated),
    ("SQLITE_CONSTRAINT_CHECK", CheckViolated),
    ("SQLITE_CONSTRAINT", ConstraintViolated),
    # The plain one is that of a connection that reads; the others tell of the file or its folder.
    ("SQLITE_READONLY_", StorageFailed),
    ("SQLITE_READONLY", ReadOnly),
    ("SQLITE_BUSY", DatabaseBusy),
    ("SQLITE_LOCKED", DatabaseBusy),
    ("SQLITE_FULL", DiskFull),
    ("SQLITE_IOERR", StorageFailed),
    ("SQLITE_CANTOPEN", StorageFailed),
)
"""By the beginning of SQLite's name of the error, the more special first. Source: https://www.sqlite.org/rescode.html"""

_FILES_OF_SQLITE: Final = 5
"""The database, its log, its shared memory, its folder, and one to spare."""

_DAMAGE: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def translated(error: Exception, capability: str, path: Path, statement: str) -> PluresError:
    """The error to raise instead.

    Args:
        error: Of the `sqlite3` module, or what it raises for a value that SQLite cannot keep.
        capability: Whose database it is.
        path: Where it lies.
        statement: What was to run; "COMMIT" for the end of a transaction.
    """
    name: str = getattr(error, "sqlite_errorname", "")
    if name.startswith(_DAMAGE):
        return DatabaseDamaged(capability, path, str(error))
    kind = next((kind for beginning, kind in _KINDS if name.startswith(beginning)), StatementFailed)
    return kind(capability, brief(statement), str(error))


def unopened(error: sqlite3.Error, capability: str, path: Path) -> PluresError:
    """The error to raise when a connection cannot be opened."""
    # SQLite only says that it cannot open the file.
    if none_left(_FILES_OF_SQLITE):
        return too_many_files()
    return (DatabaseDamaged if is_damage(error) else DatabaseUnusable)(capability, path, str(error))


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it comes of what a file holds, rather than of how it is used."""
    return not isinstance(error, sqlite3.OperationalError)
