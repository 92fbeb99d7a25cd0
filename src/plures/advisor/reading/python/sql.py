"""Finds the tables that a string of SQL reads and writes. Knows the common statements, but not every dialect."""

import re

from .facts import Access

# Longer literals are data, and searching them would be slow.
LONGEST_SQL = 20_000

_STATEMENT = re.compile(
    r"^\s*(?:--[^\n]*\n\s*|\(\s*)*(?:SELECT\s.+?\sFROM|INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO|UPDATE\s.+?\sSET\s|DELETE\s+FROM|"
    r"CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE|ALTER\s+TABLE|DROP\s+TABLE|TRUNCATE\s|MERGE\s+INTO|REPLACE\s+INTO|WITH\s.+?\bAS\s*\()",
    re.IGNORECASE | re.DOTALL,
)
_NAME = r"[\"`\[]?([A-Za-z_][\w$]*(?:[\"`\]]?\.[\"`\[]?[A-Za-z_][\w$]*)?)[\"`\]]?"
_WRITES = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO|REPLACE\s+INTO|MERGE\s+INTO|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|"
    r"UPDATE(?:\s+ONLY)?)\s+" + _NAME,
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"\b(?:CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE(?:\s+IF\s+NOT\s+EXISTS)?|ALTER\s+TABLE(?:\s+IF\s+EXISTS)?(?:\s+ONLY)?|"
    r"DROP\s+TABLE(?:\s+IF\s+EXISTS)?)\s+" + _NAME,
    re.IGNORECASE,
)
_READS = re.compile(r"\b(?<!DELETE\s)(?:FROM|JOIN)\s+" + _NAME, re.IGNORECASE)
_COMMON_TABLE = re.compile(
    r"(?:\bWITH(?:\s+RECURSIVE)?|,)\s+" + _NAME + r"\s*(?:\([^)]*\)\s*)?AS\s*(?:NOT\s+)?(?:MATERIALIZED\s*)?\(",
    re.IGNORECASE,
)
_NOT_TABLES = frozenset("select set values lateral unnest only the table if information_schema dual".split())


def tables_in(literal: str) -> list[tuple[str, Access]]:
    """(table, access) pairs of one SQL text; empty when the text is not an SQL statement."""
    if len(literal) > LONGEST_SQL or not _STATEMENT.match(literal) or _is_prose(literal):
        return []
    own = {name.lower() for name in _COMMON_TABLE.findall(literal)}
    found: dict[tuple[str, Access], None] = {}
    for pattern, access in ((_WRITES, Access.WRITE), (_DEFINES, Access.DEFINE), (_READS, Access.READ)):
        for name in pattern.findall(literal):
            table = _plain(name)
            if table not in own and table.split(".")[0] not in _NOT_TABLES:
                found[table, access] = None
    return list(found)


def _plain(name: str) -> str:
    table = re.sub(r"[\"`\[\]]", "", name).lower()
    return table.removeprefix("public.").removeprefix("main.").removeprefix("dbo.")


def _is_prose(literal: str) -> bool:
    """Whether the text only sounds like SQL: "select a colour from the list" has its words, but not its capitals or its signs."""
    first = next((word for word in re.findall(r"[A-Za-z]+", literal)), "")
    return not (first.isupper() or (first.islower() and re.search(r"[*=,(%?:]", literal)))
