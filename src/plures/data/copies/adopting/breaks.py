"""What would not survive that tables leave their database: references, views, triggers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plures.data.copies.engine import quoted
from plures.data.statement_errors import StatementFailed
from plures.data.store import Dialect, Transaction
from plures.errors import Violation

from . import errors


@dataclass(frozen=True)
class Break:
    """One of them.

    Attributes:
        is_accepted: It is the code's to see to, once who adopts has said so; all others have to go first.
    """

    violation: Violation
    is_accepted: bool = False


_REFERENCES: Final = """
SELECT c.conrelid::regclass::text, o.relname, t.relname, c.confdeltype::text, c.confupdtype::text, quote_ident(c.conname),
    (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey))
FROM pg_constraint c JOIN pg_class o ON o.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
WHERE c.contype = 'f' AND c.conparentid = 0
    AND (o.relnamespace = quote_ident(current_schema())::regnamespace OR t.relnamespace = quote_ident(current_schema())::regnamespace)
ORDER BY o.relname, c.conname"""
_VIEWS: Final = """
SELECT DISTINCT v.oid::regclass::text, t.relname, v.relkind::text FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
JOIN pg_class v ON v.oid = r.ev_class JOIN pg_class t ON t.oid = d.refobjid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND v.oid <> t.oid
    AND t.relnamespace = quote_ident(current_schema())::regnamespace ORDER BY 1"""
_TRIGGERS: Final = """
SELECT g.tgname, c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND NOT g.tgisinternal AND g.tgparentid = 0 ORDER BY g.tgname"""
_INHERITED: Final = """
SELECT c.relname, p.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
WHERE NOT c.relispartition AND c.relkind = 'r' AND p.relnamespace = quote_ident(current_schema())::regnamespace ORDER BY 1, 2"""
_ROLES: Final = """
SELECT relname, current_user, quote_ident(pg_get_userbyid(relowner)), pg_has_role(relowner, 'USAGE'), row_security_active(oid) FROM pg_class
WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p') ORDER BY relname"""
_ACTIONS: Final = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_PARTS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY name"
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
_KEYS: Final = 'SELECT id, "table", group_concat("from", \', \'), on_delete, on_update FROM pragma_foreign_key_list(:table) GROUP BY id'


async def find_breaks(read: Transaction, dialect: Dialect, tables: Sequence[str]) -> list[Break]:
    """All of them, for tables that would leave together."""
    look = _on_server if dialect is Dialect.POSTGRESQL else _in_file
    return await look(read, {name.casefold(): name for name in tables})


async def _on_server(read: Transaction, tables: dict[str, str]) -> list[Break]:
    found: list[Break] = []
    for shown, owner, target, on_delete, on_update, name, columns in (await read.execute(_REFERENCES, {})).rows:
        actions = _ACTIONS.get(on_delete, ""), _ACTIONS.get(on_update, "")
        drop = f"ALTER TABLE {shown} DROP CONSTRAINT {name}"
        found += _reference(tables, str(owner), str(target), str(columns), actions=actions, drop=drop)
    for view, table, kind in (await read.execute(_VIEWS, {})).rows:
        if str(table).casefold() in tables:
            drop = f"DROP {'MATERIALIZED ' if kind == 'm' else ''}VIEW {view}"
            found.append(Break(errors.VIEW.broken(f"table {table}", name=view, drop=drop)))
    for name, table in (await read.execute(_TRIGGERS, {})).rows:
        if str(table).casefold() in tables:
            found.append(Break(errors.TRIGGER.broken(f"table {table}", name=name)))
    return [*found, *await _of_tables(read, tables)]


async def _of_tables(read: Transaction, tables: dict[str, str]) -> list[Break]:
    found: list[Break] = []
    for child, parent in (await read.execute(_INHERITED, {})).rows:
        ends = [name for name in sorted({child, parent}) if name.casefold() in tables]
        found += [Break(errors.INHERITS.broken(f"table {name}", child=child, parent=parent)) for name in ends]
    for table, role, owner, is_owned, hides in (await read.execute(_ROLES, {})).rows:
        if str(table).casefold() not in tables:
            continue
        if not is_owned:
            found.append(Break(errors.NOT_OWNED.broken(f"table {table}", role=role, owner=owner)))
        if hides:
            found.append(Break(errors.HIDDEN.broken(f"table {table}", role=role)))
    return found


async def _in_file(read: Transaction, tables: dict[str, str]) -> list[Break]:
    found: list[Break] = []
    for (owner,) in (await read.execute(_TABLES, {})).rows:
        for _, target, columns, on_delete, on_update in (await read.execute(_KEYS, {"table": owner})).rows:
            actions = tuple("" if one in ("NO ACTION", "RESTRICT") else str(one) for one in (on_delete, on_update))
            drop = f"make {owner} anew without it, as Alembic's batch_alter_table does"
            found += _reference(
                tables, str(owner), str(target), str(columns), actions=(actions[0], actions[1]), drop=drop
            )
    for kind, name, owner, sql in (await read.execute(_PARTS, {})).rows:
        for folded, table in tables.items():
            # SQLite keeps what was written, and no list of what it means.
            means = re.search(rf"(?<!\w){re.escape(folded)}(?!\w)", str(sql).casefold()) is not None
            if kind == "view" and means:
                drop = f"DROP VIEW {quoted(name)}"
                found.append(Break(errors.VIEW.broken(f"table {table}", name=name, drop=drop)))
            if kind == "trigger" and (means or str(owner).casefold() == folded):
                found.append(Break(errors.TRIGGER.broken(f"table {table}", name=name)))
        if kind == "view":
            found += await _unreadable(read, str(name))
    return found


async def _unreadable(read: Transaction, view: str) -> list[Break]:
    try:
        await read.execute(f"SELECT 1 FROM {quoted(view)} LIMIT 0", {})  # noqa: S608 - a name, quoted
    except StatementFailed as error:
        values = {"reason": error.reason, "drop": f"DROP VIEW {quoted(view)}"}
        return [Break(errors.UNREADABLE.broken(f"view {view}", **values))]
    return []


def _reference(
    tables: dict[str, str], owner: str, target: str, columns: str, *, actions: tuple[str, str], drop: str
) -> list[Break]:
    leaves, is_left = owner.casefold() in tables, target.casefold() in tables
    if leaves is is_left:
        return []
    acts = [f"ON {event} {action}" for event, action in zip(("DELETE", "UPDATE"), actions, strict=True) if action]
    cascade = f" (nor act by {' and '.join(acts)})" if acts else ""
    if leaves:
        values = {"columns": columns, "other": target, "cascade": cascade}
        return [Break(errors.REFERENCE_OUT.broken(f"table {owner}", **values), is_accepted=True)]
    values = {"columns": columns, "other": owner, "cascade": cascade, "drop": drop}
    return [Break(errors.REFERENCE_IN.broken(f"table {target}", **values))]
