"""The ledger of a database: which migrations it has run. Runs those that are pending."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .errors import DatabaseNewer, MigrationChanged, MigrationFailed
from .migration import Migration, brief

_LEDGER: Final = """
CREATE TABLE IF NOT EXISTS plures_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
)"""
_RECORD: Final = "INSERT INTO plures_migrations VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"


async def migrate(writer: AsyncEngine, capability: str, migrations: Sequence[Migration]) -> None:
    """Apply what is pending, each migration in its own transaction.

    Raises:
        MigrationChanged, DatabaseNewer: Nothing was applied.
        MigrationFailed: Those before the failing one are applied.
    """
    async with writer.begin() as connection:
        await connection.exec_driver_sql(_LEDGER)
        rows = await connection.exec_driver_sql("SELECT version, checksum FROM plures_migrations")
        applied: dict[int, str] = {row.version: row.checksum for row in rows}
    _compare(capability, migrations, applied)
    for migration in migrations:
        if migration.version not in applied:
            async with writer.begin() as connection:
                await _apply(connection, capability, migration)


def _compare(capability: str, migrations: Sequence[Migration], applied: Mapping[int, str]) -> None:
    if max(applied, default=0) > len(migrations):
        raise DatabaseNewer(capability, applied=max(applied), known=len(migrations))
    changed = [str(m) for m in migrations if applied.get(m.version, m.checksum) != m.checksum]
    if changed:
        raise MigrationChanged(capability, ", ".join(changed))


async def _apply(connection: AsyncConnection, capability: str, migration: Migration) -> None:
    for statement in migration.statements:
        try:
            await connection.exec_driver_sql(statement)
        # Python 3.11 raises a bare Warning for two statements in one.
        except (DBAPIError, sqlite3.Warning) as error:
            reason = str(error.orig if isinstance(error, DBAPIError) else error)
            raise MigrationFailed(capability, str(migration), brief(statement), reason) from error
    await connection.exec_driver_sql(_RECORD, (migration.version, migration.name, migration.checksum))
