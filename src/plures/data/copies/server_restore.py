"""Restore into a schema on a server: one transaction, which no other sees until it commits. Killed before, it has changed nothing.

Role, schema and the rights of others on tables stay: the tables are made anew in the same schema.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from plures.data.errors import DatabaseLost, RestoreUnfinished
from plures.data.owning import Owner
from plures.data.place import Server
from plures.data.postgresql import PostgresStore, comment, open_store, refusal
from plures.data.statement_errors import StatementFailed
from plures.data.store import Dialect, Transaction

from .engine import catalogue_of
from .errors import CannotRestore, DatabaseInUse, DataExists
from .refill import Refill
from .server_backup import has_ledger

_CONNECTIONS: Final = 8
"""For locks that are held, the transaction, and questions beside it."""

_OBJECTS: Final = """
WITH own AS (SELECT * FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e'))
SELECT kind, string_agg(name, ', ' ORDER BY name) FROM (
    SELECT 1 AS place, 'VIEW' AS kind, quote_ident(relname) AS name FROM own WHERE relkind = 'v'
    UNION ALL SELECT 2, 'MATERIALIZED VIEW', quote_ident(relname) FROM own WHERE relkind = 'm'
    UNION ALL SELECT 3, 'TABLE', quote_ident(relname) FROM own WHERE relkind IN ('r', 'p') AND NOT relispartition
    UNION ALL SELECT 4, 'SEQUENCE', quote_ident(relname) FROM own WHERE relkind = 'S'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = own.oid AND d.deptype IN ('a', 'i'))
    UNION ALL SELECT 5, 'ROUTINE', p.oid::regprocedure::text FROM pg_proc p
        WHERE pronamespace = quote_ident(current_schema())::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL SELECT 6, 'TYPE', quote_ident(typname) FROM pg_type t
        WHERE typnamespace = quote_ident(current_schema())::regnamespace AND typtype IN ('e', 'd', 'r')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    UNION ALL SELECT 6, 'TYPE', quote_ident(relname) FROM own WHERE relkind = 'c'
) AS objects GROUP BY place, kind ORDER BY place
"""
_RIGHTS: Final = """
SELECT quote_ident(relname), privilege_type, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, is_grantable
FROM pg_class, aclexplode(relacl)
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND grantee <> relowner
"""
_KEPT_BACK: Final = (
    "Drop what others have made of its tables, such as views in their schemas, and end programs that hold locks on them; then restore again. "
    "Nothing was changed."
)
_PATIENCE: Final = "SET LOCAL lock_timeout = '10s'"
_RELATIONS: Final = """
SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
"""


class FilledSchema:
    """A schema that is made anew, and not committed yet."""

    def __init__(self, store: PostgresStore, server: Server, capability: str) -> None:
        self._store = store
        self._schema = server.schema
        self._owner = Owner(server.application, capability)

    async def mark(self) -> None:
        """Keep applications out until the transaction has committed: what is restored together may be there in part."""
        if not self._owner.application:
            return
        async with self._store.write() as write:
            await comment(write, self._schema, self._owner.mark_of_restore)

    async def finish(self, write: Transaction) -> None:
        """The last statement of the transaction, since it waits for `mark`."""
        if not self._owner.application:
            return
        await comment(write, self._schema, self._owner.mark_with_tables)


@asynccontextmanager
async def filled(server: Server, refill: Refill, *, has_to_be_empty: bool) -> AsyncGenerator[FilledSchema]:
    """Make the schema anew; leaving commits it, and an exception leaves what was there.

    Raises:
        DatabaseUnusable, SchemaOfAnother, RoleTooMighty: There is no such schema for this capability.
        DatabaseInUse, DataExists: An application uses it, or it has rows.
        CannotRestore, BackupDamaged, MigrationFailed, StatementFailed: As `Refill.run` says.
    """
    capability = refill.kept.capability
    store = await open_store(replace(server, most_connections=_CONNECTIONS), capability)
    try:
        # An application that starts meanwhile waits for its turn to migrate.
        async with store.alone():
            await _admit(store, server, capability)
            users = await store.other_users()
            if users:
                raise DatabaseInUse(capability, refill.place, users)
            async with store.write() as write:
                schema = FilledSchema(store, server, capability)
                await _empty(write, refill, has_to_be_empty=has_to_be_empty)
                yield schema
                await schema.finish(write)
    finally:
        await store.close()


async def _admit(store: PostgresStore, server: Server, capability: str) -> None:
    async with store.read() as read:
        refused = await refusal(read, server.schema, Owner(server.application, capability))
    # What is lost, or half of a restore, is what a backup is for.
    if refused is not None and server.application and not isinstance(refused, DatabaseLost | RestoreUnfinished):
        raise refused


async def _empty(write: Transaction, refill: Refill, *, has_to_be_empty: bool) -> None:
    tables, _ = await catalogue_of(Dialect.POSTGRESQL).tables(write)
    if has_to_be_empty and any([(await write.execute(table.has_rows, {})).rows for table in tables]):
        raise DataExists(refill.place, refill.kept.capability)
    # A program that holds a lock on a table, and does nothing, would hold us up without end.
    await write.execute(_PATIENCE, {})
    if await has_ledger(write) and await refill.fits(write, Dialect.POSTGRESQL):
        # Rights, indexes and views of others stay as well.
        await refill.run(write, Dialect.POSTGRESQL, has_tables=True)
        return
    rights = (await write.execute(_RIGHTS, {})).rows
    await _drop(write, refill)
    await refill.run(write, Dialect.POSTGRESQL)
    there = {name for (name,) in (await write.execute(_RELATIONS, {})).rows}
    for name, right, role, may_pass_on in rights:
        if name in there:
            await write.execute(f"GRANT {right} ON {name} TO {role}{' WITH GRANT OPTION' if may_pass_on else ''}", {})


async def _drop(write: Transaction, refill: Refill) -> None:
    for kind, names in (await write.execute(_OBJECTS, {})).rows:
        try:
            await write.execute(f"DROP {kind} {names}", {})
        except StatementFailed as error:
            raise CannotRestore(refill.kept.capability, refill.place, error.reason, _KEPT_BACK) from error
