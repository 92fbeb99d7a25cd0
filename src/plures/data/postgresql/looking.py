"""Looks at a schema on a server from outside, also while the application uses it. Changes nothing."""

from typing import Final

from msgspec.structs import replace

from plures.data.connection import Connection
from plures.data.owning import Owner
from plures.data.place import Server
from plures.data.revisions import heads_in
from plures.data.store import Applied, Dialect, Seen, Transaction
from plures.errors import PluresError

from .admission import refusal
from .opening import open_store

_HAS_LEDGER: Final = "SELECT 1 FROM pg_class WHERE relname = 'plures_migrations' AND relnamespace = quote_ident(current_schema())::regnamespace"
_LEDGER: Final = "SELECT version, name, checksum, applied_at FROM plures_migrations ORDER BY version"
_SIZE: Final = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'm', 'S')
"""
_OTHERS: Final = """
SELECT count(*), current_user FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
_UNSOUND: Final = """
SELECT 'index ' || c.relname || ' of table ' || t.relname || ' is not valid'
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND NOT i.indisvalid
UNION ALL
SELECT 'constraint ' || o.conname || ' of table ' || t.relname || ' was not checked against its rows'
FROM pg_constraint o JOIN pg_class t ON t.oid = o.conrelid
WHERE o.connamespace = quote_ident(current_schema())::regnamespace AND NOT o.convalidated
"""


async def look_at(
    server: Server, capability: str, *, thorough: bool, version_table: str = ""
) -> tuple[Seen, PluresError | None]:
    """See what there is, with the name of Alembic's table also what that has, and why an application would not be let in.

    Raises:
        DatabaseUnusable: The server does not answer, or refuses the role, the database or the schema.
        StatementFailed: It refuses to tell.
    """
    store = await open_store(server, capability)
    try:
        async with store.read() as transaction:
            owner = Owner(server.application, capability)
            refused = await refusal(transaction, server.schema, owner) if server.application else None
            heads = await heads_in(Connection(transaction), Dialect.POSTGRESQL, version_table)
            return replace(await _seen(transaction, thorough=thorough), heads=tuple(heads)), refused
    finally:
        await store.close()


async def _seen(transaction: Transaction, *, thorough: bool) -> Seen:
    ((count, role),) = (await transaction.execute(_OTHERS, {})).rows
    holder = f"{count} connection{'s' if count > 1 else ''} of role {role}" if count else ""
    if not (await transaction.execute(_HAS_LEDGER, {})).rows:
        return Seen(holder=holder)
    ((size,),) = (await transaction.execute(_SIZE, {})).rows
    applied = (await transaction.execute(_LEDGER, {})).rows
    damage = (await transaction.execute(_UNSOUND, {})).rows if thorough else ()
    return Seen(int(size), holder, tuple(Applied(*row) for row in applied), tuple(str(row[0]) for row in damage))
