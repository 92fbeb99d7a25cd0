"""Before a schema is used: does it belong to this capability, and would the server refuse its role what belongs to others?"""

from typing import Final

from plures.data.owning import Owner, RoleTooMighty, SchemaOfAnother, owner_in
from plures.data.store import Store, Transaction

from .quoting import quoted, quoted_text

TOO_MUCH: Final = """
WITH me AS (SELECT * FROM pg_roles WHERE rolname = :role)
SELECT 'it is a superuser' FROM me WHERE rolsuper
UNION ALL SELECT 'it may create roles' FROM me WHERE rolcreaterole
UNION ALL SELECT 'it may create databases' FROM me WHERE rolcreatedb
UNION ALL SELECT 'it may copy the whole server' FROM me WHERE rolreplication
UNION ALL SELECT 'row security does not hold for it' FROM me WHERE rolbypassrls
UNION ALL SELECT 'it owns the database' FROM me JOIN pg_database d ON d.datdba = me.oid WHERE d.datname = current_database()
UNION ALL SELECT 'it is a member of ' || r.rolname
    FROM me JOIN pg_auth_members m ON m.member = me.oid JOIN pg_roles r ON r.oid = m.roleid
UNION ALL SELECT 'it owns schema ' || n.nspname
    FROM me JOIN pg_namespace n ON n.nspowner = me.oid WHERE n.nspname <> :schema
UNION ALL SELECT 'it may use schema ' || n.nspname
    FROM me JOIN pg_namespace n ON n.nspowner <> me.oid AND n.nspname <> :schema
    WHERE NOT me.rolsuper AND obj_description(n.oid, 'pg_namespace') LIKE 'plures: %' AND has_schema_privilege(me.oid, n.oid, 'USAGE')
"""
"""What a role may do that the role of one capability may not, a reason in each row."""

_COMMENT: Final = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :schema"
_ROLE: Final = "SELECT current_user"


async def admit(store: Store, schema: str, owner: Owner) -> None:
    """Mark a schema that has no owner yet.

    Raises:
        SchemaOfAnother: Another application or capability has marked it.
        RoleTooMighty: The role of the store may reach what belongs to others.
    """
    async with store.read() as transaction:
        role = str((await transaction.execute(_ROLE, {})).rows[0][0])
        reasons = (await transaction.execute(TOO_MUCH, {"role": role, "schema": schema})).rows
        if reasons:
            raise RoleTooMighty(owner.capability, role, ", ".join(str(row[0]) for row in reasons))
        marked = await _owner(transaction, schema)
    if marked is None:
        marked = await _mark(store, schema, owner)
    if marked != owner:
        raise SchemaOfAnother(schema, str(owner), str(marked))


async def _mark(store: Store, schema: str, owner: Owner) -> Owner:
    # Replicas that start at the same moment mark one after the other.
    async with store.alone(), store.write() as transaction:
        marked = await _owner(transaction, schema)
        if marked is None:
            await transaction.execute(f"COMMENT ON SCHEMA {quoted(schema)} IS {quoted_text(owner.mark)}", {})
        return marked or owner


async def _owner(transaction: Transaction, schema: str) -> Owner | None:
    rows = (await transaction.execute(_COMMENT, {"schema": schema})).rows
    return owner_in(rows[0][0]) if rows else None
