"""Layer 4: a capability's own database. Knows nothing of capabilities, contracts or calls."""

from . import copies
from .commands import MOST_IN_KEY, Commands, Remembered
from .connection import Connection
from .database import Database
from .errors import (
    AccessRefused,
    DatabaseClosed,
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseLost,
    DatabaseMoved,
    DatabaseNewer,
    DatabaseUnusable,
    DriverMissing,
    MigrationChanged,
    MigrationFailed,
    NestedWrite,
    NotOneRow,
    RestoreUnfinished,
    ServerUnreachable,
    TooManyConnections,
)
from .evolution import check_contract_steps
from .inspection import DatabaseState, inspect_database, unseen_database
from .migration import Migration, Statement, check_migrations
from .opening import migrate_database, open_database, prepare_database
from .owning import AdministratorRefused, RoleTooMighty, SchemaOfAnother, role_of
from .place import Folder, Place, Server
from .result import Result
from .statement_errors import (
    CheckViolated,
    CommitUnknown,
    ConnectionLost,
    ConstraintViolated,
    DatabaseBusy,
    DiskFull,
    ForeignKeyViolated,
    NotNullViolated,
    ReadOnly,
    StatementFailed,
    StorageFailed,
    UniqueViolated,
    WriteConflict,
)
from .store import Applied, Dialect
from .work import HoldingWork, Work, commit_held

__all__ = [
    "MOST_IN_KEY",
    "AccessRefused",
    "AdministratorRefused",
    "Applied",
    "CheckViolated",
    "Commands",
    "CommitUnknown",
    "Connection",
    "ConnectionLost",
    "ConstraintViolated",
    "Database",
    "DatabaseBusy",
    "DatabaseClosed",
    "DatabaseDamaged",
    "DatabaseLocked",
    "DatabaseLost",
    "DatabaseMoved",
    "DatabaseNewer",
    "DatabaseState",
    "DatabaseUnusable",
    "Dialect",
    "DiskFull",
    "DriverMissing",
    "Folder",
    "ForeignKeyViolated",
    "HoldingWork",
    "Migration",
    "MigrationChanged",
    "MigrationFailed",
    "NestedWrite",
    "NotNullViolated",
    "NotOneRow",
    "Place",
    "ReadOnly",
    "Remembered",
    "RestoreUnfinished",
    "Result",
    "RoleTooMighty",
    "SchemaOfAnother",
    "Server",
    "ServerUnreachable",
    "Statement",
    "StatementFailed",
    "StorageFailed",
    "TooManyConnections",
    "UniqueViolated",
    "Work",
    "WriteConflict",
    "check_contract_steps",
    "check_migrations",
    "commit_held",
    "copies",
    "inspect_database",
    "migrate_database",
    "open_database",
    "prepare_database",
    "role_of",
    "unseen_database",
]
