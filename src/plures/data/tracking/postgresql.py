"""How PostgreSQL notes changed keys.

Transactions commit in another order than they number their notes, so a moment is a snapshot of the server: which transactions it sees.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from plures.data.store import Transaction

from .table import NOTES, Noted, Seen, all_quoted, quoted

_TABLES: Final = f"""
SELECT c.relname, array_agg(a.attname ORDER BY k.place) FILTER (WHERE a.attname IS NOT NULL), c.relkind::text
FROM pg_class c
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
LEFT JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(column_number, place) ON true
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.column_number
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname <> 'plures_migrations' AND c.relname NOT LIKE '{NOTES}%'
GROUP BY c.relname, c.relkind ORDER BY c.relname"""  # noqa: S608 - names of the database itself
_HAS_NOTES: Final = (
    f"SELECT 1 FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = '{NOTES}'"  # noqa: S608 - names of the database itself
)
_NOT_IN_STATE: Final = "55000"


class PostgresWords:
    """As `Words`."""

    @property
    def first(self) -> str:
        """As `Words.first`: it sees no transaction, since the first of all has number 3."""
        return "3:3:"

    async def seen(self, read: Transaction) -> Mapping[str, Seen]:
        """As `Words.seen`."""
        rows = (await read.execute(_TABLES, {})).rows
        return {name: Seen(tuple(key or ()), odd="has partitions" if kind == "p" else "") for name, key, kind in rows}

    async def has_notes(self, read: Transaction) -> bool:
        """As `Words.has_notes`."""
        return bool((await read.execute(_HAS_NOTES, {})).rows)

    def noting(self, table: Noted, seen: Seen) -> Sequence[str]:
        """As `Words.noting`. A table without a key gets its triggers too: they are what `sealing` closes."""
        del seen
        name, notes = quoted(table.name), table.notes
        columns = all_quoted(table.key)
        made = (
            f"CREATE TABLE {notes} AS SELECT {columns} FROM {name} WITH NO DATA",  # noqa: S608 - names of the database itself
            f"ALTER TABLE {notes} ADD plures_xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
        )
        trigger = f"CREATE TRIGGER {notes}_rows AFTER INSERT OR UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION {notes}()"
        return (
            *(made if table.key else ()),
            _function(table, _noting_body(table) if table.key else ""),
            trigger,
            f"CREATE TRIGGER {notes}_all BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {notes}()",
        )

    def forgetting(self, table: Noted) -> Sequence[str]:
        """As `Words.forgetting`. The triggers go with their function."""
        return (f"DROP FUNCTION IF EXISTS {table.notes}() CASCADE", f"DROP TABLE IF EXISTS {table.notes}")

    async def now(self, read: Transaction, table: Noted) -> str:
        """As `Words.now`."""
        del table
        return str((await read.execute("SELECT pg_current_snapshot()::text", {})).rows[0][0])

    def since(self, table: Noted) -> str:
        """As `Words.since`."""
        return (
            f"FROM {table.notes} WHERE NOT pg_visible_in_snapshot(plures_xid, CAST(CAST(:seen AS text) AS pg_snapshot))"
        )


def sealing(table: Noted, said: str) -> str:
    """A statement after which every change of a table fails, also one of a transaction that has begun before."""
    text = said.replace("'", "''").replace("%", "%%").replace("$", "_")
    return _function(table, f"RAISE EXCEPTION '{text}' USING ERRCODE = '{_NOT_IN_STATE}';")


def _noting_body(table: Noted) -> str:
    into = f"INSERT INTO {table.notes} ({all_quoted(table.key)})"
    old, new = all_quoted(table.key, "OLD."), all_quoted(table.key, "NEW.")
    return (
        f"IF TG_OP = 'TRUNCATE' THEN {into} SELECT {all_quoted(table.key)} FROM {quoted(table.name)}; RETURN NULL; END IF; "  # noqa: S608 - names of the database itself
        f"IF TG_OP = 'DELETE' THEN {into} VALUES ({old}); RETURN NULL; END IF; "
        f"IF TG_OP = 'UPDATE' THEN IF ROW({old}) IS DISTINCT FROM ROW({new}) THEN {into} VALUES ({old}); END IF; END IF; "
        f"{into} VALUES ({new});"
    )


def _function(table: Noted, body: str) -> str:
    # A session that writes may have another schema first.
    return (
        f"CREATE OR REPLACE FUNCTION {table.notes}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        f"AS $plures$ BEGIN {body} RETURN NULL; END $plures$"
    )
