"""Layer 4: a capability's own database. Knows nothing of capabilities, contracts or calls."""

from .database import Database
from .errors import (
    DatabaseClosed,
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseNewer,
    DatabaseUnusable,
    MigrationChanged,
    MigrationFailed,
    NestedWrite,
    ReadOnly,
)
from .migration import Migration, check_migrations
from .opening import open_database

__all__ = [
    "Database",
    "DatabaseClosed",
    "DatabaseDamaged",
    "DatabaseLocked",
    "DatabaseNewer",
    "DatabaseUnusable",
    "Migration",
    "MigrationChanged",
    "MigrationFailed",
    "NestedWrite",
    "ReadOnly",
    "check_migrations",
    "open_database",
]
