"""Layer 4: a capability's own database. Knows nothing of capabilities, contracts or calls.

`copies`, `engines` and `tracking` are packages of it, which Python imports for those who name them: `import plures` does without.
"""

from typing import TYPE_CHECKING

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
    TransactionEnded,
    WritesUnderWay,
)
from .evolution import check_contract_steps
from .handover import Handover, HandoverRefused, Settle
from .inspection import DatabaseState, inspect_database, unseen_database
from .migration import Migration, Migrations, Statement, check_migrations, numbered
from .opening import migrate_database, open_database, open_unmigrated, prepare_database
from .owning import AdministratorRefused, RoleTooMighty, SchemaOfAnother, role_of
from .place import Folder, Place, Server
from .result import Result
from .revisions import (
    AlembicMigrations,
    AlembicMissing,
    EnvironmentUnfit,
    Revision,
    RevisionUnknown,
    ScriptsUnusable,
    SeveralHeads,
)
from .statement_errors import (
    TRANSACTION_FAILED,
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
    is_outage,
)
from .store import Applied, Dialect
from .work import HoldingWork, Work, commit_held

if TYPE_CHECKING:
    from . import copies, engines, tracking

__all__ = [
    "MOST_IN_KEY",
    "TRANSACTION_FAILED",
    "AccessRefused",
    "AdministratorRefused",
    "AlembicMigrations",
    "AlembicMissing",
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
    "EnvironmentUnfit",
    "Folder",
    "ForeignKeyViolated",
    "Handover",
    "HandoverRefused",
    "HoldingWork",
    "Migration",
    "MigrationChanged",
    "MigrationFailed",
    "Migrations",
    "NestedWrite",
    "NotNullViolated",
    "NotOneRow",
    "Place",
    "ReadOnly",
    "Remembered",
    "RestoreUnfinished",
    "Result",
    "Revision",
    "RevisionUnknown",
    "RoleTooMighty",
    "SchemaOfAnother",
    "ScriptsUnusable",
    "Server",
    "ServerUnreachable",
    "Settle",
    "SeveralHeads",
    "Statement",
    "StatementFailed",
    "StorageFailed",
    "TooManyConnections",
    "TransactionEnded",
    "UniqueViolated",
    "Work",
    "WriteConflict",
    "WritesUnderWay",
    "check_contract_steps",
    "check_migrations",
    "commit_held",
    "copies",
    "engines",
    "inspect_database",
    "is_outage",
    "migrate_database",
    "numbered",
    "open_database",
    "open_unmigrated",
    "prepare_database",
    "role_of",
    "tracking",
    "unseen_database",
]
