"""One schema and one role for each capability, made by an administrator, so that the server refuses what belongs to others."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from plures.data.owning import AdministratorRefused, Owner, SchemaOfAnother, owner_in, role_of

from .driver import asyncpg
from .quoting import quoted, quoted_text, verifier

_PATIENCE_S: Final = 10.0
_LOCK: Final = 0x706C75726573
"""Preparing again and again at the same time would meet half-made roles."""


async def prepare(url: str, database: str, application: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing, and set the passwords; all of it or nothing.

    Args:
        url: Of an administrator, on the same server.
        database: Its name there.
        application: Whose capabilities these are.
        passwords: Capability → password of its role.

    Raises:
        AdministratorRefused: The URL leads to no server, to another database, or to a role that may not do this.
        SchemaOfAnother: A schema or role is there already, and is another application's.
    """
    async with _administrator(url, database) as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        for capability, password in passwords.items():
            await _prepare_one(connection, database, Owner(application, capability), password)


async def _prepare_one(connection: Any, database: str, owner: Owner, password: str) -> None:
    role, schema = role_of(database, owner.capability), owner.capability
    await _make_role(connection, role, owner)
    secret = quoted_text(verifier(password, os.urandom(16)))
    await connection.execute(f"ALTER ROLE {quoted(role)} LOGIN PASSWORD {secret}")
    await connection.execute(f"GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(role)}")
    await _make_schema(connection, schema, role, owner)
    await connection.execute(f"REVOKE ALL ON SCHEMA {quoted(schema)} FROM PUBLIC")
    await connection.execute(
        f"ALTER ROLE {quoted(role)} IN DATABASE {quoted(database)} SET search_path = {quoted(schema)}"
    )


async def _make_role(connection: Any, role: str, owner: Owner) -> None:
    found = await connection.fetchrow("SELECT oid FROM pg_roles WHERE rolname = $1", role)
    if found is None:
        await connection.execute(f"CREATE ROLE {quoted(role)} NOINHERIT")
        await connection.execute(f"COMMENT ON ROLE {quoted(role)} IS {quoted_text(owner.mark)}")
        return
    marked = owner_in(await connection.fetchval("SELECT shobj_description($1, 'pg_authid')", found["oid"]))
    if marked != owner:
        raise SchemaOfAnother(owner.capability, str(owner), _other(marked, f"role {role!r}"))


async def _make_schema(connection: Any, schema: str, role: str, owner: Owner) -> None:
    found = await connection.fetchrow(
        "SELECT obj_description(oid, 'pg_namespace') AS mark, pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = $1",
        schema,
    )
    if found is None:
        if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            # Else an administrator who is no superuser may not give the schema away.
            await connection.execute(f"GRANT {quoted(role)} TO CURRENT_USER")
        await connection.execute(f"CREATE SCHEMA {quoted(schema)} AUTHORIZATION {quoted(role)}")
        await connection.execute(f"COMMENT ON SCHEMA {quoted(schema)} IS {quoted_text(owner.mark)}")
        return
    marked = owner_in(found["mark"])
    if marked != owner or found["owner"] != role:
        raise SchemaOfAnother(schema, str(owner), _other(marked, f"role {found['owner']!r}"))


def _other(marked: Owner | None, holder: str) -> str:
    return str(marked) if marked is not None else f"{holder}, and `plures data prepare` has not made it"


@asynccontextmanager
async def _administrator(url: str, database: str) -> AsyncGenerator[Any]:
    try:
        connection = await asyncpg.connect(url, timeout=_PATIENCE_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise AdministratorRefused(database, _reason(error)) from None
    try:
        current = await connection.fetchval("SELECT current_database()")
        if current != database:
            reason = f"the administrator's URL leads to database {current!r}"
            raise AdministratorRefused(database, reason)
        yield connection
    except asyncpg.PostgresError as error:
        raise AdministratorRefused(database, _reason(error)) from error
    finally:
        await connection.close()


def _reason(error: Exception) -> str:
    """What the server said. Of a URL that cannot be read nothing is repeated: asyncpg repeats parts of it."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"the server did not answer within {_PATIENCE_S:g} s"
    if isinstance(error, OSError):
        return f"the server cannot be reached ({error.strerror or type(error).__name__})"
    return "the administrator's URL cannot be read"
