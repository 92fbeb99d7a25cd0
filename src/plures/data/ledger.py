"""The ledger of a database: which migrations it has run. Runs those that are pending."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from .connection import Connection
from .errors import DatabaseNewer, MigrationChanged, MigrationFailed
from .migration import Migration, brief
from .statement_errors import StatementFailed
from .store import Store

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
    _compare(capability, migrations, applied)
    for migration in migrations:
        if migration.version not in applied:
            async with store.write() as transaction:
                await _apply(Connection(transaction), capability, migration)


def _compare(capability: str, migrations: Sequence[Migration], applied: Mapping[int, str]) -> None:
    if max(applied, default=0) > len(migrations):
        raise DatabaseNewer(capability, applied=max(applied), known=len(migrations))
    changed = [str(m) for m in migrations if applied.get(m.version, m.checksum) != m.checksum]
    if changed:
        raise MigrationChanged(capability, ", ".join(changed))


async def _apply(connection: Connection, capability: str, migration: Migration) -> None:
    for statement in migration.statements:
        try:
            await connection.execute(statement)
        except StatementFailed as error:
            raise MigrationFailed(capability, str(migration), brief(statement), error.reason) from error
    applied_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    await connection.execute(
        _RECORD,
        {
            "version": migration.version,
            "name": migration.name,
            "checksum": migration.checksum,
            "applied_at": applied_at,
        },
    )
