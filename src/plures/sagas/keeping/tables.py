"""The tables that sagas have in the database of their capability.

Source: docs/adr/0025-sagas.md
"""

from typing import Final

from plures.data import Connection, Database, Dialect

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS plures_sagas (
    saga TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL,
    started_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, state TEXT NOT NULL, was TEXT NOT NULL, step TEXT NOT NULL,
    attempts INTEGER NOT NULL, due_at BIGINT NOT NULL, deadline_at BIGINT NOT NULL, is_final INTEGER NOT NULL, status INTEGER NOT NULL,
    answer TEXT NOT NULL, error TEXT NOT NULL, failed_at TEXT NOT NULL, worker TEXT NOT NULL, context TEXT NOT NULL DEFAULT '', PRIMARY KEY (saga, id)
)""",
    "CREATE INDEX IF NOT EXISTS plures_sagas_open ON plures_sagas (due_at) WHERE state IN ('running', 'compensating')",
    "CREATE INDEX IF NOT EXISTS plures_sagas_by_state ON plures_sagas (state, changed_at)",
    """CREATE TABLE IF NOT EXISTS plures_saga_steps (
    saga TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, is_undo INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,
    status INTEGER NOT NULL, outcome TEXT NOT NULL, answer TEXT NOT NULL, ended_at BIGINT NOT NULL, PRIMARY KEY (saga, id, number, is_undo)
)""",
    "CREATE TABLE IF NOT EXISTS plures_saga_workers (worker TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS plures_saga_code (
    saga TEXT NOT NULL, version INTEGER NOT NULL, worker TEXT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (saga, version, worker)
)""",
)
# Where all is there, nothing is made: even CREATE INDEX IF NOT EXISTS waits for open transactions.
_MISSING: Final = """
SELECT count(*) FROM (VALUES
    ('plures_sagas'), ('plures_sagas_open'), ('plures_sagas_by_state'), ('plures_saga_steps'), ('plures_saga_workers'),
    ('plures_saga_code')
) AS wanted (name) WHERE to_regclass(wanted.name) IS NULL"""
_IS_THERE: Final = {
    Dialect.SQLITE: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'plures_sagas'",
    Dialect.POSTGRESQL: "SELECT to_regclass('plures_sagas') IS NOT NULL",
}
_HAS_CONTEXT: Final = {
    Dialect.SQLITE: "SELECT count(*) FROM pragma_table_info('plures_sagas') WHERE name = 'context'",
    Dialect.POSTGRESQL: """
SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('plures_sagas') AND attname = 'context' AND NOT attisdropped""",
}
_ADD_CONTEXT: Final = "ALTER TABLE plures_sagas ADD COLUMN context TEXT NOT NULL DEFAULT ''"
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('plures sagas ' || current_schema(), 0))"


async def prepare(database: Database) -> None:
    """Make the tables where there are none. Replicas that do so at once wait for one another."""
    async with database.plain_write() as connection:
        await make_tables(connection, database.dialect)


async def make_tables(connection: Connection, dialect: Dialect) -> None:
    """As `prepare`, in an open transaction."""
    if dialect is Dialect.POSTGRESQL:
        if not await connection.scalar(_MISSING) and await connection.scalar(_HAS_CONTEXT[dialect]):
            return
        await connection.execute(_ALONE)
    for statement in _TABLES:
        await connection.execute(statement)
    # An older version has made the table; replicas of that version go on without the column.
    if not await connection.scalar(_HAS_CONTEXT[dialect]):
        await connection.execute(_ADD_CONTEXT)


async def is_prepared(database: Database) -> bool:
    """Whether sagas have begun there, or could have."""
    async with database.read() as connection:
        return await has_tables(connection, database.dialect)


async def has_tables(connection: Connection, dialect: Dialect) -> bool:
    """As `is_prepared`, in an open transaction."""
    return bool(await connection.scalar(_IS_THERE[dialect]))
