"""The ledger of a database: which migrations it has run. Runs those that are pending."""

import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from .connection import Connection
from .errors import DatabaseMoved, DatabaseNewer, MigrationChanged, MigrationFailed
from .migration import Migration, Migrations, Step, brief, name_of
from .revisions import AlembicMigrations, Revision, upgrade
from .statement_errors import StatementFailed
from .store import Dialect, Store, Transaction

_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS plures_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
)"""
# What was answered to commands with a key: `commands` reads and writes it.
_COMMANDS: Final = (
    """CREATE TABLE IF NOT EXISTS plures_commands (
    operation TEXT NOT NULL, command_key TEXT NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL,
    answered_at BIGINT NOT NULL, PRIMARY KEY (operation, command_key)
)""",
    "CREATE INDEX IF NOT EXISTS plures_commands_by_age ON plures_commands (answered_at)",
)
# Where all is there, nothing is made: even CREATE INDEX IF NOT EXISTS waits for open transactions, and lets no command in meanwhile.
_MISSING: Final = """
SELECT count(*) FROM (VALUES ('plures_migrations'), ('plures_commands'), ('plures_commands_by_age')) AS wanted (name)
WHERE to_regclass(wanted.name) IS NULL"""
_RECORD: Final = "INSERT INTO plures_migrations VALUES (:version, :name, :checksum, :applied_at)"


MARK: Final = 0
"""The version of the row that marks an end of a move; its checksum is what is to be said of it."""


async def read_ledger(store: Store) -> dict[int, str]:
    """Version → checksum of what was applied; the ledger is made where there is none. A move's mark has version 0."""
    async with store.write() as transaction:
        connection = Connection(transaction)
        if store.dialect is not Dialect.POSTGRESQL or await connection.scalar(_MISSING):
            for statement in (_LEDGER, *_COMMANDS):
                await connection.execute(statement)
        return await ledger_of(transaction)


async def ledger_of(transaction: Transaction) -> dict[int, str]:
    """As `read_ledger`, where there is one."""
    rows = (await transaction.execute("SELECT version, checksum FROM plures_migrations", {})).rows
    return {row[0]: row[1] for row in rows}


async def mark(store: Store, said: str | None) -> None:
    """Mark a database as an end of a move, so that no application uses it; None takes the mark away."""
    async with store.write() as transaction:
        await mark_in(transaction, said)


async def mark_in(transaction: Transaction, said: str | None) -> None:
    """As `mark`, in an open transaction."""
    connection = Connection(transaction)
    await connection.execute("DELETE FROM plures_migrations WHERE version = :mark", {"mark": MARK})
    if said is not None:
        await connection.execute(_RECORD, {"version": MARK, "name": "move", "checksum": said, "applied_at": _now()})


async def read_mark(read: Transaction) -> str | None:
    """What is said of an end of a move; None for a database that is none."""
    rows = (await read.execute("SELECT checksum FROM plures_migrations WHERE version = :mark", {"mark": MARK})).rows
    return str(rows[0][0]) if rows else None


def moved(capability: str, said: str) -> DatabaseMoved:
    """The error to raise for a database with this mark: what it is, and in a line of its own what to do."""
    what, _, advice = said.partition("\n")
    return DatabaseMoved(capability, what, advice or "Let plures.toml name the place where the database is.")


async def migrate(
    store: Store, capability: str, migrations: Migrations, *, is_move: bool = False
) -> tuple[Migration | Revision, ...]:
    """Apply what is pending, each migration or revision in its own transaction. Tells what that was.

    Args:
        is_move: The database is an end of a move, and it is the move that asks.

    Raises:
        DatabaseMoved: An application asks for an end of a move.
        MigrationChanged, DatabaseNewer: Nothing was applied.
        MigrationFailed: Those before the failing one are applied.
        PluresError: As `upgrade` says of Alembic's scripts.
    """
    # Replicas of one capability may start at the same time.
    async with store.alone():
        applied = await read_ledger(store)
        if MARK in applied and not is_move:
            raise moved(capability, applied[MARK])
        if isinstance(migrations, AlembicMigrations):
            return await upgrade(store, capability, migrations)
        check_applied(capability, migrations, applied, store.dialect)
        pending = tuple(migration for migration in migrations if migration.version not in applied)
        for migration in pending:
            async with store.write() as transaction:
                await _apply(Connection(transaction), capability, migration, store.dialect)
        return pending


async def apply_all(
    transaction: Transaction, capability: str, migrations: Sequence[Migration], dialect: Dialect
) -> None:
    """Make a ledger where there is none, and apply these, all in one open transaction; raises `MigrationFailed`."""
    connection = Connection(transaction)
    for statement in (_LEDGER, *_COMMANDS):
        await connection.execute(statement)
    for migration in migrations:
        await _apply(connection, capability, migration, dialect)


def check_applied(
    capability: str, migrations: Sequence[Migration], applied: Mapping[int, str], dialect: Dialect
) -> None:
    """Raise `DatabaseNewer` or `MigrationChanged` where this code cannot go on from what was applied: version → checksum."""
    if max(applied, default=0) > len(migrations):
        raise DatabaseNewer(capability, applied=max(applied), known=len(migrations))
    changed = [str(m) for m in migrations if applied.get(m.version, m.checksum(dialect)) != m.checksum(dialect)]
    if changed:
        raise MigrationChanged(capability, ", ".join(changed))


async def _apply(connection: Connection, capability: str, migration: Migration, dialect: Dialect) -> None:
    for part in migration.parts(dialect):
        if not isinstance(part, str):
            await _take(part, connection, capability, migration)
            continue
        try:
            await connection.execute(part)
        except StatementFailed as error:
            raise MigrationFailed(capability, str(migration), brief(part), error.reason) from error
    await connection.execute(
        _RECORD,
        {
            "version": migration.version,
            "name": migration.name,
            "checksum": migration.checksum(dialect),
            "applied_at": _now(),
        },
    )


async def _take(step: Step, connection: Connection, capability: str, migration: Migration) -> None:
    try:
        await step(connection)
    except StatementFailed as error:
        raise MigrationFailed(capability, str(migration), name_of(step), _located(error.reason, error)) from error
    except Exception as error:
        reason = _located(f"{type(error).__name__}: {error}", error)
        raise MigrationFailed(capability, str(migration), name_of(step), reason) from error


def _located(reason: str, error: Exception) -> str:
    """The reason, with the place in the code of the application that led to it."""
    # The first frame is ours; the next is the step's, and what it calls may be a library's.
    frames = traceback.extract_tb(error.__traceback__)[1:2]
    return f"{reason} ({frames[0].filename}, line {frames[0].lineno})" if frames else reason


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
