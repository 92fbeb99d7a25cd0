"""The ledger of a database: which migrations it has run. Runs those that are pending."""

import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from .connection import Connection
from .errors import DatabaseNewer, MigrationChanged, MigrationFailed
from .migration import Migration, Step, brief, name_of
from .statement_errors import StatementFailed
from .store import Dialect, Store

_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS plures_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
)"""
_RECORD: Final = "INSERT INTO plures_migrations VALUES (:version, :name, :checksum, :applied_at)"


async def migrate(store: Store, capability: str, migrations: Sequence[Migration]) -> None:
    """Apply what is pending, each migration in its own transaction.

    Raises:
        MigrationChanged, DatabaseNewer: Nothing was applied.
        MigrationFailed: Those before the failing one are applied.
    """
    async with store.write() as transaction:
        connection = Connection(transaction)
        await connection.execute(_LEDGER)
        rows = await connection.execute("SELECT version, checksum FROM plures_migrations")
        applied: dict[int, str] = {row.version: row.checksum for row in rows}
    check_applied(capability, migrations, applied, store.dialect)
    for migration in migrations:
        if migration.version not in applied:
            async with store.write() as transaction:
                await _apply(Connection(transaction), capability, migration, store.dialect)


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
    applied_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    await connection.execute(
        _RECORD,
        {
            "version": migration.version,
            "name": migration.name,
            "checksum": migration.checksum(dialect),
            "applied_at": applied_at,
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
