"""Migrations: ordered SQL statements, each applied once to each database and remembered with a checksum."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from plures.errors import Violation

from .errors import DatabaseNewer, MigrationChanged, MigrationFailed

_LEDGER = """
CREATE TABLE IF NOT EXISTS plures_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
)"""
_RECORD = "INSERT INTO plures_migrations VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
_TRANSACTION_WORDS = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK"})


@dataclass(frozen=True)
class Migration:
    """One step in the life of a schema.

    Attributes:
        version: 1 for the first migration of a capability, then 2, 3, …
        name: What it does, in a few words.
        statements: SQL statements, one each, run in this order in one transaction.
    """

    version: int
    name: str
    statements: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """Identifies the statements; the name may be reworded freely."""
        return hashlib.sha256("\0".join(self.statements).encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.version} ({self.name})"


def check_migrations(capability: str, migrations: Sequence[Migration]) -> tuple[Violation, ...]:
    """Everything that is wrong with the list of a capability's migrations, as far as it shows without a database."""
    return tuple(_violations(capability, migrations))


def _violations(capability: str, migrations: Sequence[Migration]) -> Iterator[Violation]:
    for expected, migration in enumerate(migrations, 1):
        where = f"migration {migration} of {capability}"
        if migration.version != expected:
            yield Violation(
                "data.migration_version",
                where,
                f"stands at position {expected}, so its version should be {expected}",
                "Number migrations 1, 2, 3, … without gaps or duplicates, and list them in that order.",
            )
        if not migration.statements:
            yield Violation("data.migration_empty", where, "has no statements", "Add a statement or leave it out.")
        for statement in migration.statements:
            if not statement.strip() or _first_word(statement) in _TRANSACTION_WORDS:
                yield Violation(
                    "data.migration_statement",
                    where,
                    f"{_brief(statement)!r} is empty or controls the transaction",
                    "Leave it out: each migration already runs in one transaction.",
                )


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
        except (DBAPIError, sqlite3.Warning) as error:  # Python 3.11 raises a bare Warning for two statements in one
            why = str(error.orig if isinstance(error, DBAPIError) else error)
            raise MigrationFailed(capability, str(migration), _brief(statement), why) from error
    await connection.exec_driver_sql(_RECORD, (migration.version, migration.name, migration.checksum))


def _first_word(statement: str) -> str:
    return statement.split(maxsplit=1)[0].upper().rstrip(";")


def _brief(statement: str, length: int = 80) -> str:
    flat = " ".join(statement.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
