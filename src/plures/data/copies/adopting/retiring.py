"""What happens to the old tables, in one transaction of the application's own database: locked, emptied, renamed, and all of it back."""

from collections.abc import Mapping, Sequence
from typing import Final

from plures.data.copies.engine import quoted
from plures.data.store import Dialect, Transaction

from .ends import kept_name

_NOTE: Final = (
    "INSERT INTO plures_adopted (table_name, capability, kept_as, place) VALUES (:name, :capability, :kept, :place)"
)
_FORGET: Final = "DELETE FROM plures_adopted WHERE capability = :capability"
_LEFT: Final = "SELECT 1 FROM plures_adopted LIMIT 1"
_REFERENCES: Final = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0 AND conrelid = quote_ident(:name)::regclass ORDER BY oid"""

_PATIENCE: Final = "SET LOCAL lock_timeout = '5s'"


async def lock(old: Transaction, dialect: Dialect, tables: Sequence[str]) -> None:
    """Let no other program write to the tables until the transaction ends; those that read go on.

    Raises:
        StatementFailed: Another one writes, and does not end within some seconds.
    """
    if dialect is Dialect.POSTGRESQL:
        await old.execute(_PATIENCE, {})
        await old.execute(f"LOCK TABLE {', '.join(map(quoted, tables))} IN SHARE ROW EXCLUSIVE MODE", {})
    else:
        # The first statement takes SQLite's lock for writing.
        await old.execute("SELECT 1", {})


async def retire(old: Transaction, dialect: Dialect, tables: Sequence[str], capability: str, place: str) -> None:
    """Empty the tables and give them other names, so that who still uses them fails, and their definitions stay for the way back."""
    if dialect is Dialect.POSTGRESQL:
        await old.execute(f"TRUNCATE {', '.join(map(quoted, tables))}", {})
    for name in tables:
        if dialect is not Dialect.POSTGRESQL:
            await old.execute(f"DELETE FROM {quoted(name)}", {})  # noqa: S608 - a name, quoted
        kept = kept_name(name)
        await old.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(kept)}", {})
        note = {"name": name, "capability": capability, "kept": kept, "place": place}
        await old.execute(_NOTE, note)


async def bring_back(old: Transaction, tables: Mapping[str, str], capability: str) -> None:
    """Give the tables their names again. What an application has made by these names, empty, goes."""
    for name, kept in tables.items():
        await old.execute(f"DROP TABLE IF EXISTS {quoted(name)}", {})
        await old.execute(f"ALTER TABLE {quoted(kept)} RENAME TO {quoted(name)}", {})
    await old.execute(_FORGET, {"capability": capability})
    if not (await old.execute(_LEFT, {})).rows:
        await old.execute("DROP TABLE plures_adopted", {})


async def references_of(old: Transaction, dialect: Dialect, tables: Sequence[str]) -> list[tuple[str, str]]:
    """The references of the tables, which would refuse rows that come before others: statements to drop them and to make them again."""
    if dialect is not Dialect.POSTGRESQL:
        return []
    found: list[tuple[str, str]] = []
    for each in tables:
        for table, name, definition in (await old.execute(_REFERENCES, {"name": each})).rows:
            drop, add = f"DROP CONSTRAINT {name}", f"ADD CONSTRAINT {name} {definition}"
            found.append((f"ALTER TABLE {table} {drop}", f"ALTER TABLE {table} {add}"))
    return found
