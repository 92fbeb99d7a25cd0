"""What can go wrong with a capability's database: when it is opened, when it is migrated, and when code uses it wrongly.

What a statement can fail with is in `statement_errors`.
"""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text

_CANNOT_OPEN = "Cannot open the database of capability {capability!r} at {path}"


@dataclass(eq=False)
class DatabaseUnusable(PluresError):
    """The database file, the folder it should be in, or the server cannot be used.

    Attributes:
        path: Of the file; for a server its address, without password.
    """

    code = "data.unusable"
    wording = Text(_CANNOT_OPEN, why="{reason}", fix="{remedy}")

    capability: str
    path: Path | str
    reason: str
    remedy: str = "Check that this is a file, that it can be written, and that the disk is not full."


class DatabaseDamaged(DatabaseUnusable):
    """The file exists and can be read, but what it holds is not an intact SQLite database."""

    code = "data.damaged"
    wording = Text(
        _CANNOT_OPEN,
        why="{reason}",
        fix="Restore the file from a backup, save what can be read with `sqlite3 {path} .recover`, or move the file away to start with an "
        "empty database.",
    )


class DatabaseLost(DatabaseUnusable):
    """The database was there, and is not any more: its file is empty, or its tables are gone. It is not taken for a new one."""

    code = "data.lost"


class ServerUnreachable(DatabaseUnusable):
    """The database server does not answer: its name is not known, it is down, or it is starting."""

    code = "data.server_unreachable"
    wording = Text(
        _CANNOT_OPEN,
        why="the server cannot be reached: {reason}",
        fix="Check host and port of the URL, and that the server runs; then try again.",
    )


class AccessRefused(DatabaseUnusable):
    """The database server refuses the role, its password, or its use of the database or the schema."""

    code = "data.access_refused"
    wording = Text(
        _CANNOT_OPEN,
        why="{reason}",
        fix="Check role, password and database of the URL, and that the role may use the schema; `plures data prepare` makes role and schema.",
    )


class TooManyConnections(DatabaseUnusable):
    """The database server has no connection left for us."""

    code = "data.too_many_connections"
    wording = Text(
        _CANNOT_OPEN,
        why="{reason}",
        fix="Lower the number of connections for each replica, or raise max_connections of the server.",
    )


@dataclass(eq=False)
class DriverMissing(PluresError):
    """PostgreSQL is wanted, and the package that speaks to it is not installed."""

    code = "data.driver_missing"
    wording = Text(
        "Cannot open the database of capability {capability!r} on PostgreSQL",
        why="asyncpg is not installed",
        fix="Install it: pip install 'plures[postgresql]'",
    )

    capability: str


@dataclass(eq=False)
class DatabaseLocked(PluresError):
    """Another process, or another `Database` in this one, has the file open."""

    code = "data.locked"
    wording = Text(
        _CANNOT_OPEN,
        why="{holder} has it open, and an embedded database belongs to one process at a time",
        fix="Stop that process, or give this one another data folder ([application] data = … in plures.toml).",
    )

    capability: str
    path: Path | str
    holder: str


@dataclass(eq=False)
class RestoreUnfinished(PluresError):
    """A restore of a backup ended while it exchanged the files: some may be of the backup, others not."""

    code = "data.restore_unfinished"
    wording = Text(
        _CANNOT_OPEN,
        why="a restore of a backup was ended half-way, and the databases may not fit together",
        fix="Run `plures data restore` again; it does all of it anew.",
    )

    capability: str
    path: Path | str


@dataclass(eq=False)
class DatabaseMoved(PluresError):
    """The database is one of the two ends of a move: it was moved away, or it does not have all its rows yet."""

    code = "data.moved"
    wording = Text(
        "Cannot use the database of capability {capability!r}",
        why="it is {mark}",
        fix="{advice}",
    )

    capability: str
    mark: str
    advice: str


@dataclass(eq=False)
class DatabaseClosed(PluresError):
    """The database was used after the host had closed it."""

    code = "data.closed"
    wording = Text(
        "Cannot use the database of capability {capability!r}",
        why="it is closed: the capability has stopped",
        fix="End work that outlives a call in an on_drain hook, or start it with lifecycle.background().",
    )

    capability: str


@dataclass(eq=False)
class TransactionEnded(PluresError):
    """Code of the application ended a transaction of SQLAlchemy that its `async with` ends."""

    code = "data.transaction_ended"
    wording = Text(
        "Cannot end the transaction of capability {capability!r} by {word} of SQLAlchemy",
        why="it ends with its `async with` block: at once, or not at all",
        fix="Leave it out: leaving the block commits, an exception rolls back. A part that may fail alone stands in "
        '`async with session.begin_nested()`; a session of your own takes join_transaction_mode="create_savepoint".',
    )

    capability: str
    word: str


@dataclass(eq=False)
class NestedWrite(PluresError):
    """A task began a write within its own write, which would wait for itself or conflict with itself."""

    code = "data.nested_write"
    wording = Text(
        "Cannot begin a second write to the database of capability {capability!r}",
        why="this task is already inside `async with database.write()`",
        fix="Pass the connection of the outer write along.",
    )

    capability: str


@dataclass(eq=False)
class WritesUnderWay(PluresError):
    """Writes should be held for the end of a move, and one that has begun does not end."""

    code = "data.writes_under_way"
    wording = Text(
        "Cannot hold the writes to the database of capability {capability!r}",
        why="one that has begun has not ended within {patience_s:g} s",
        fix="Try again. Where it happens always, look for an `async with database.write()` that waits for something slow.",
    )

    capability: str
    patience_s: float


@dataclass(eq=False)
class MigrationFailed(PluresError):
    """A statement of a migration was refused; nothing of that migration remains."""

    code = "data.migration_failed"
    wording = Text(
        "Migration {migration} of capability {capability!r} failed at {statement!r}",
        why="{reason}",
        fix="Correct the statement. The migration was rolled back and runs again at the next start.",
    )

    capability: str
    migration: str
    statement: str
    reason: str


@dataclass(eq=False)
class MigrationChanged(PluresError):
    """Migrations in the code differ from those of the same version that this database has run."""

    code = "data.migration_changed"
    wording = Text(
        "Cannot migrate the database of capability {capability!r}",
        why="changed after this database had applied it: {migrations}",
        fix="Restore the old statements, and put the change into a new migration.",
    )

    capability: str
    migrations: str


@dataclass(eq=False)
class DatabaseNewer(PluresError):
    """The database has run migrations that this code does not know."""

    code = "data.newer_than_code"
    wording = Text(
        "Cannot use the database of capability {capability!r}",
        why="it is at migration {applied}, and this code knows migrations up to {known}",
        fix="Run the newer code, or restore the database from before the upgrade: migrations do not run backwards.",
    )

    capability: str
    applied: int
    known: int


@dataclass(eq=False)
class NotOneRow(PluresError):
    """A statement that should bring one row brought another number of them."""

    code = "data.not_one_row"
    wording = Text(
        "Expected one row",
        why="the statement brought {rows}",
        fix="Use first() where any row will do, or all() where there may be more.",
    )

    rows: int
