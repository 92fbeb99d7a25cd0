"""What the clauses of an ALTER TABLE take from the version still running."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from .reader import Reader, has, outside
from .rules import CHANGES_TYPE, CONSTRAINS, DROPS, REBUILDS, RENAMES, REQUIRES
from .schema import Danger, Schema, danger
from .words import Word, clauses

_CONSTRAINTS: Final = ("CONSTRAINT", "UNIQUE", "CHECK", "PRIMARY", "FOREIGN", "EXCLUDE")
_COUNTERS: Final = frozenset({"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4", "SERIAL8", "SERIAL2"})
_OF_CONDITIONS: Final = frozenset({"AND", "OR", "NOT", "NULL", "IS", "IN", "BETWEEN", "LIKE", "TRUE", "FALSE"})


def altered(reader: Reader, schema: Schema) -> Iterator[Danger]:
    """Read on after ALTER TABLE."""
    reader.take("IF", "EXISTS")
    reader.take("ONLY")
    table = reader.name()
    reader.take("*")
    for clause in clauses(reader.rest):
        is_new = table in schema.new_tables
        found = [*_of_clause(Reader(clause), table, schema)]
        if not is_new:
            yield from found


def _of_clause(reader: Reader, table: str, schema: Schema) -> Iterator[Danger]:
    if reader.take("RENAME"):
        yield from _renamed(reader, table, schema)
    elif reader.take("ADD"):
        yield from _added(reader, table, schema)
    elif reader.take("DROP") and not reader.take("CONSTRAINT"):
        reader.take("COLUMN")
        reader.take("IF", "EXISTS")
        column = reader.name()
        if (table, column) not in schema.new_columns:
            yield danger(DROPS, f"{table}.{column}", "column")
        schema.new_columns.pop((table, column), None)
    elif reader.take("ALTER"):
        reader.take("COLUMN")
        yield from _changed(reader, table, reader.name(), schema)
    elif reader.take("SET", "SCHEMA"):
        yield danger(RENAMES, table, "table")


def _renamed(reader: Reader, table: str, schema: Schema) -> Iterator[Danger]:
    if reader.take("TO"):
        yield danger(REBUILDS if table in schema.coming else RENAMES, table, "table")
        schema.new_tables.discard(table)
        schema.make(reader.name())
    elif not reader.take("CONSTRAINT"):
        reader.take("COLUMN")
        column = reader.name()
        reader.take("TO")
        if (table, column) not in schema.new_columns:
            yield danger(RENAMES, f"{table}.{column}", "column")
        schema.new_columns[table, reader.name()] = schema.new_columns.pop((table, column), None)


def _added(reader: Reader, table: str, schema: Schema) -> Iterator[Danger]:
    if reader.rest and reader.rest[0].key in _CONSTRAINTS:
        yield danger(CONSTRAINS, table)
        return
    reader.take("COLUMN")
    reader.take("IF", "NOT", "EXISTS")
    column = reader.name()
    plain = outside(reader.rest)
    default = _default(plain)
    schema.new_columns[table, column] = default
    counts = _counts(plain)
    if default is None and not counts and (has(plain, "NOT", "NULL") or has(plain, "PRIMARY", "KEY")):
        yield danger(REQUIRES, f"{table}.{column}")
    if (default is not None and has(plain, "UNIQUE")) or _checks_others(reader, column):
        yield danger(CONSTRAINS, table)


def _default(plain: tuple[Word, ...]) -> str | None:
    """The text of what the database writes by itself; None where that is nothing."""
    for word, following in pairwise(plain):
        if word.key == "DEFAULT":
            return None if following.key == "NULL" else following.text
    if has(plain, "AS") or (plain and plain[0].key in _COUNTERS):
        return "generated"
    return None


def _counts(plain: tuple[Word, ...]) -> bool:
    return has(plain, "IDENTITY") or bool(plain and plain[0].key in _COUNTERS)


def _checks_others(reader: Reader, column: str) -> bool:
    """A check of a new column holds for rows without one, unless it says otherwise or looks at other columns."""
    while reader.rest:
        if not reader.take("CHECK"):
            reader.name()
            continue
        inner = reader.parentheses()
        names = {
            word.name
            for word, following in zip(inner, (*inner[1:], Word("", "sign")), strict=True)
            if word.kind in ("name", "quoted") and word.key not in _OF_CONDITIONS and following.key != "("
        }
        if names - {column} or has(inner, "NOT", "NULL"):
            return True
    return False


def _changed(reader: Reader, table: str, column: str, schema: Schema) -> Iterator[Danger]:
    name = f"{table}.{column}"
    is_new = (table, column) in schema.new_columns
    if reader.take("TYPE") or reader.take("SET", "DATA", "TYPE"):
        if not is_new:
            yield danger(CHANGES_TYPE, name)
    elif reader.take("SET", "DEFAULT"):
        if is_new and reader.rest:
            schema.new_columns[table, column] = None if reader.rest[0].key == "NULL" else reader.rest[0].text
    elif reader.take("DROP", "DEFAULT"):
        if is_new:
            schema.new_columns[table, column] = None
        else:
            yield danger(REQUIRES, name)
    elif reader.take("SET", "NOT", "NULL") and not schema.is_given(table, column):
        yield danger(REQUIRES, name)
