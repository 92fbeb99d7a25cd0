"""Layer 4: a capability's own database. Knows nothing of capabilities, contracts or calls."""

from . import copies
from .connection import Connection
from .database import Database
from .errors import (
    DatabaseClosed,
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseMoved,
    DatabaseNewer,
    DatabaseUnusable,
    MigrationChanged,
    MigrationFailed,
    NestedWrite,
    NotOneRow,
    RestoreUnfinished,
)
from .evolution import check_contract_steps
from .inspection import DatabaseState, inspect_database
from .migration import Migration, Statement, check_migrations
from .opening import open_database
from .result import Result
from .statement_errors import (
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
from .store import Applied, Dialect

__all__ = [
    "Applied",
    "CheckViolated",
    "Connection",
    "ConstraintViolated",
    "Database",
    "DatabaseBusy",
    "DatabaseClosed",
    "DatabaseDamaged",
    "DatabaseLocked",
    "DatabaseMoved",
    "DatabaseNewer",
    "DatabaseState",
    "DatabaseUnusable",
    "Dialect",
    "DiskFull",
    "ForeignKeyViolated",
    "Migration",
    "MigrationChanged",
    "MigrationFailed",
    "NestedWrite",
    "NotNullViolated",
    "NotOneRow",
    "ReadOnly",
    "RestoreUnfinished",
    "Result",
    "Statement",
    "StatementFailed",
    "StorageFailed",
    "UniqueViolated",
    "check_contract_steps",
    "check_migrations",
    "copies",
    "inspect_database",
    "open_database",
]
