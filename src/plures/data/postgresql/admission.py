"""Before a schema is used: does it belong to this capability, and would the server refuse its role what belongs to others?

The comment of the schema says whose it is, and whether its tables were made. So tables that are gone are not taken for new ones.
"""

from typing import Final

import msgspec

from plures.data.errors import DatabaseLost, RestoreUnfinished
from plures.data.owning import Owner, RoleTooMighty, SchemaOfAnother, owner_in, says_of_restore, says_of_tables
from plures.data.store import Store, Transaction
from plures.errors import PluresError

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

_GONE: Final = "its tables were made, and the one that says so is gone: the schema was emptied"
_WAYS_OUT: Final = (
    "Restore a backup (`plures data restore`). To begin with empty tables, drop the schema as its role (DROP SCHEMA {schema} CASCADE), and let "
    "`plures data prepare` make it anew."
)
_FACTS: Final = """
SELECT current_user, obj_description(n.oid, 'pg_namespace'), pg_get_userbyid(n.nspowner),
    EXISTS (SELECT FROM pg_class c WHERE c.relname = 'plures_migrations' AND c.relnamespace = n.oid)
FROM pg_namespace n WHERE n.nspname = :schema
"""


async def admit(store: Store, schema: str, owner: Owner) -> None:
    """Mark a schema that has no owner yet.

    Raises:
        SchemaOfAnother: Another application or capability has marked it, or another role owns it.
        RoleTooMighty: The role of the store may reach what belongs to others.
        RestoreUnfinished: A restore was killed between its commits.
        DatabaseLost: Its tables were made, and are gone.
    """
    async with store.read() as transaction:
        refused = await refusal(transaction, schema, owner)
        is_marked = (await _facts(transaction, schema)).owner is not None
    if not is_marked and refused is None:
        # Replicas that start at the same moment mark one after the other.
        async with store.alone(), store.write() as transaction:
            refused = await refusal(transaction, schema, owner)
            if refused is None:
                await comment(transaction, schema, owner.mark)
    if refused is not None:
        raise refused


async def note_tables(store: Store, schema: str, owner: Owner) -> None:
    """Note in the mark that the tables are made, once they are."""
    async with store.read() as transaction:
        facts = await _facts(transaction, schema)
    if facts.has_tables and not says_of_tables(facts.comment):
        async with store.alone(), store.write() as transaction:
            await comment(transaction, schema, owner.mark_with_tables)


async def comment(transaction: Transaction, schema: str, mark: str) -> None:
    """Write the mark of a schema, where the role owns it: to others the server refuses that."""
    if (await _facts(transaction, schema)).is_own:
        await transaction.execute(f"COMMENT ON SCHEMA {quoted(schema)} IS {quoted_text(mark)}", {})


async def refusal(transaction: Transaction, schema: str, owner: Owner) -> PluresError | None:
    """Why the schema is not for this owner; None where it is, or has none yet."""
    facts = await _facts(transaction, schema)
    reasons = (await transaction.execute(TOO_MUCH, {"role": facts.role, "schema": schema})).rows
    if reasons:
        return RoleTooMighty(owner.capability, facts.role, ", ".join(str(row[0]) for row in reasons))
    if facts.owner is None and not facts.is_own:
        return SchemaOfAnother(schema, str(owner), f"role {facts.holder!r}, and is not marked as that of a capability")
    if facts.owner not in (None, owner):
        return SchemaOfAnother(schema, str(owner), str(facts.owner))
    if says_of_restore(facts.comment):
        return RestoreUnfinished(owner.capability, f"schema {schema}")
    if says_of_tables(facts.comment) and not facts.has_tables:
        return DatabaseLost(owner.capability, f"schema {schema}", _GONE, _WAYS_OUT.format(schema=quoted(schema)))
    return None


class _Facts(msgspec.Struct, frozen=True):
    role: str
    comment: str | None
    holder: str
    has_tables: bool

    @property
    def owner(self) -> Owner | None:
        return owner_in(self.comment)

    @property
    def is_own(self) -> bool:
        return self.role == self.holder


async def _facts(transaction: Transaction, schema: str) -> _Facts:
    return _Facts(*(await transaction.execute(_FACTS, {"schema": schema})).rows[0])
