"""Runs what is pending of a capability's Alembic scripts, each revision in its own transaction, on the capability's own connection."""

import asyncio
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from plures.data.connection import Connection
from plures.data.errors import MigrationFailed
from plures.data.statement_errors import StatementFailed
from plures.data.store import Dialect, Store

from .comparing import Revision, revision_of
from .declared import AlembicMigrations
from .environment import Environment, located
from .errors import EnvironmentUnfit, RevisionUnknown, said
from .scripts import Scripts

if TYPE_CHECKING:
    from alembic.script import Script

_HAS_TABLE: Final = {
    Dialect.SQLITE: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name",
    Dialect.POSTGRESQL: "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = :name",
}
_OURS: Final = ("plures_migrations", "plures_commands")
_COMMITS: Final = (
    "it commits in between (autocommit_block), and a revision is one transaction: do without CONCURRENTLY, or make such an index by hand "
    "and let the revision say if_not_exists=True"
)
# `alembic.context` and `alembic.op` stand for one environment at a time.
_turns: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]] = WeakKeyDictionary()


async def upgrade(store: Store, capability: str, migrations: AlembicMigrations) -> tuple[Revision, ...]:
    """Run what is pending, and tell what that was. No other process migrates the same data meanwhile.

    Raises:
        AlembicMissing, ScriptsUnusable, SeveralHeads, RevisionUnknown, EnvironmentUnfit: Nothing was run.
        MigrationFailed: Those before the failing one have run.
    """
    scripts = Scripts(capability, migrations)
    pending = await _pending(store, scripts)
    if not pending:
        return ()
    async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()), store.rebuilding():
        async with store.write() as transaction:
            await (await transaction.sqlalchemy()).run_sync(lambda given: Environment(scripts, given).look())
            broken = await _broken(store, Connection(transaction))
        for script in pending:
            await _run(store, scripts, script, broken)
    return tuple(map(revision_of, pending))


async def pending_revisions(store: Store, capability: str, migrations: AlembicMigrations) -> tuple[Revision, ...]:
    """What `upgrade` would run; raises what it would raise before."""
    return tuple(map(revision_of, await _pending(store, Scripts(capability, migrations))))


async def heads_in(connection: Connection, dialect: Dialect, version_table: str) -> Sequence[str]:
    """What Alembic's table has; nothing where there is none."""
    if not await connection.scalar(_HAS_TABLE[dialect], {"name": version_table}):
        return ()
    table = version_table.replace('"', '""')
    return (await connection.execute(f'SELECT version_num FROM "{table}" ORDER BY version_num')).scalars()  # noqa: S608


async def _pending(store: Store, scripts: Scripts) -> "list[Script]":
    async with store.read() as transaction:
        heads = await heads_in(Connection(transaction), store.dialect, scripts.migrations.version_table)
    unknown = scripts.unknown(heads)
    if unknown:
        raise RevisionUnknown(scripts.capability, ", ".join(unknown))
    return scripts.after(heads)


async def _run(store: Store, scripts: Scripts, script: "Script", broken: Sequence[object]) -> None:
    async with store.write() as transaction:
        connection = Connection(transaction)
        lent = await transaction.sqlalchemy()
        try:
            await lent.run_sync(lambda given: Environment(scripts, given).upgrade(script))
        except EnvironmentUnfit:
            raise
        except Exception as error:
            raise _failed(scripts, script, error) from error
        reason = await _spoiled(store, connection, broken)
        if reason:
            raise MigrationFailed(scripts.capability, str(revision_of(script)), "upgrade", reason)


def _failed(scripts: Scripts, script: "Script", error: Exception) -> MigrationFailed:
    statement, reason = "upgrade", said(error)
    if isinstance(error, StatementFailed):
        statement, reason = error.statement, error.reason
    elif isinstance(error, AssertionError) and "autocommit_block" in _functions(error):
        reason = _COMMITS
    place = located(error, Path(script.path))
    return MigrationFailed(scripts.capability, str(revision_of(script)), statement, f"{reason}{place}")


async def _spoiled(store: Store, connection: Connection, broken: Sequence[object]) -> str:
    """What a revision has done that it should not; empty where all is well."""
    gone = [name for name in _OURS if not await connection.scalar(_HAS_TABLE[store.dialect], {"name": name})]
    if gone:
        return f"it drops {', '.join(gone)}, which Plures needs; leave tables out that are not yours, by include_name in env.py"
    for row in await _broken(store, connection):
        if row not in broken:
            return row if isinstance(row, str) else f"a row of table {row[0]} refers to no row of {row[2]} then"
    return ""


async def _broken(store: Store, connection: Connection) -> "list[str | tuple[object, ...]]":
    """Rows that refer to none. SQLite rebuilds tables, and foreign keys do not act meanwhile."""
    if store.dialect is not Dialect.SQLITE:
        return []
    try:
        return [tuple(row) for row in await connection.execute("PRAGMA foreign_key_check")]
    # A key that refers to columns that are not unique.
    except StatementFailed as error:
        return [error.reason]


def _functions(error: BaseException) -> set[str]:
    return {frame.name for frame in traceback.extract_tb(error.__traceback__)}
