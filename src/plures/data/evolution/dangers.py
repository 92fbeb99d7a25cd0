"""What one statement takes from the version still running."""

from collections.abc import Iterator
from typing import Final

from .altering import altered
from .reader import Reader, has, outside
from .rules import CONSTRAINS, DROPS, REBUILDS, RENAMES
from .schema import Danger, Schema, danger
from .words import Word, clauses

_BEFORE_KIND: Final = ("OR", "REPLACE", "TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "RECURSIVE", "MATERIALIZED")
_RELATIONS: Final = ("TABLE", "VIEW")
_KINDS: Final = (*_RELATIONS, "INDEX", "SCHEMA", "SEQUENCE", "TYPE", "DOMAIN", "FUNCTION", "PROCEDURE", "AGGREGATE")


def dangers(words: tuple[Word, ...], schema: Schema) -> Iterator[Danger]:
    """Read one statement; the schema has its effect afterwards."""
    reader = Reader(words)
    if reader.take("CREATE"):
        yield from _created(reader, schema)
    elif reader.take("DROP"):
        reader.take("MATERIALIZED")
        if kind := reader.take_one_of(*_KINDS):
            yield from _dropped(reader, kind, schema)
    elif reader.take("ALTER", "TABLE"):
        yield from altered(reader, schema)
    elif reader.take("ALTER"):
        yield from _renamed(reader, schema)


def coming(statements: tuple[tuple[Word, ...], ...]) -> set[str]:
    """The tables that a migration makes, or puts under another name after it has made them."""
    made = set[str]()
    for words in statements:
        reader = Reader(words)
        if reader.take("CREATE"):
            if table := _made(reader):
                made.add(table.removeprefix("?"))
        elif reader.take("ALTER", "TABLE") and reader.name() in made and reader.take("RENAME", "TO"):
            made.add(reader.name())
    return made


def _made(reader: Reader) -> str:
    """The table or view of a CREATE; empty where it makes something else, or one that may exist."""
    while reader.take_one_of(*_BEFORE_KIND):
        pass
    if not reader.take_one_of(*_RELATIONS):
        return ""
    return reader.name() if not reader.take("IF", "NOT", "EXISTS") else f"?{reader.name()}"


def _created(reader: Reader, schema: Schema) -> Iterator[Danger]:
    if reader.take("UNIQUE", "INDEX"):
        yield from _made_unique(reader, schema)
        return
    table = _made(reader)
    if table.startswith("?") and table[1:] in schema.tables:
        return
    if table:
        schema.make(table.removeprefix("?"))


def _renamed(reader: Reader, schema: Schema) -> Iterator[Danger]:
    reader.take("MATERIALIZED")
    kind = reader.take_one_of(*_KINDS)
    reader.take("IF", "EXISTS")
    name = reader.name()
    if kind not in ("", "INDEX") and name not in schema.new_tables and reader.take("RENAME"):
        yield danger(RENAMES, name, kind.lower())


def _dropped(reader: Reader, kind: str, schema: Schema) -> Iterator[Danger]:
    reader.take("CONCURRENTLY")
    if_exists = reader.take("IF", "EXISTS")
    for clause in clauses(reader.rest):
        name = Reader(clause).name()
        # ON CONFLICT (…) of the version still running needs the index.
        matters = (
            name in schema.unique_indexes if kind == "INDEX" else not (if_exists and _is_strange(name, kind, schema))
        )
        if matters and name not in schema.new_tables:
            if kind == "VIEW" and name in schema.coming:
                continue
            yield danger(REBUILDS if name in schema.coming else DROPS, name, kind.lower())
        schema.new_tables.discard(name)
        schema.tables.discard(name)


def _is_strange(name: str, kind: str, schema: Schema) -> bool:
    """No statement has made it, so the version still running hardly knows it."""
    return kind in _RELATIONS and name not in schema.tables


def _made_unique(reader: Reader, schema: Schema) -> Iterator[Danger]:
    reader.take("CONCURRENTLY")
    reader.take("IF", "NOT", "EXISTS")
    if not reader.take("ON"):
        schema.unique_indexes.add(reader.name())
        reader.take("ON")
    reader.take("ONLY")
    table = reader.name()
    if reader.take("USING"):
        reader.name()
    columns = [clause[0].name for clause in clauses(reader.parentheses()) if len(clause) == 1]
    if table not in schema.new_tables and not _spares(reader.rest, table, columns, schema):
        yield danger(CONSTRAINS, table)


def _spares(rest: tuple[Word, ...], table: str, columns: list[str], schema: Schema) -> bool:
    """Whether the index leaves alone the rows that do not set a new column."""
    new = schema.new_columns
    if not has(rest, "NULLS", "NOT", "DISTINCT") and any(new.get((table, name), "") is None for name in columns):
        return True
    plain = outside(rest)
    if not has(plain, "WHERE") or has(plain, "OR"):
        return False
    condition = plain[[word.key for word in plain].index("WHERE") + 1 :]
    return any(_excludes(part, table, schema) for part in _conjuncts(condition))


def _conjuncts(condition: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    start = 0
    for position, word in enumerate(condition):
        if word.key == "AND":
            yield condition[start:position]
            start = position + 1
    yield condition[start:]


def _excludes(part: tuple[Word, ...], table: str, schema: Schema) -> bool:
    if len(part) < 3 or (table, part[0].name) not in schema.new_columns:  # noqa: PLR2004 - the least of a comparison
        return False
    default = schema.new_columns[table, part[0].name]
    if [word.key for word in part[1:]] == ["IS", "NOT", "NULL"]:
        return default is None
    return part[1].key in ("!=", "<>") and len(part) == 3 and part[2].text == default  # noqa: PLR2004
