"""Tables of a capability that lie in the application's own database: what they are called, and that no two capabilities claim one."""

from collections.abc import Iterable, Mapping, Sequence

from plures.errors import Violation

from . import rules


def read_shared_tables(
    tables: Iterable[object], where: str, *, has_implementation: bool
) -> tuple[tuple[str, ...], list[Violation]]:
    """The names of the tables, and what is wrong with them.

    Args:
        tables: Names, tables of SQLAlchemy, or classes that an ORM maps to tables.
    """
    if isinstance(tables, str) or not _is_iterable(tables):
        return (), [rules.SHARED_TABLES.broken(where, given=repr(tables))]
    names: list[str] = []
    violations: list[Violation] = []
    for each in tables:
        name = _name(each)
        if not name:
            violations.append(rules.SHARED_TABLE.broken(where, given=repr(each)))
        else:
            names.append(name)
    if names and not has_implementation:
        violations.append(rules.SHARED_ELSEWHERE.broken(where))
    return tuple(dict.fromkeys(names)), violations


def claimed_twice(tables: Mapping[str, Sequence[str]]) -> list[Violation]:
    """Tables that several capabilities claim: capability → its tables."""
    claims: dict[str, list[str]] = {}
    for capability, names in tables.items():
        for name in names:
            # Most databases do not tell names apart by capital letters.
            claims.setdefault(name.casefold(), []).append(capability)
    return [
        rules.SHARED_TWICE.broken(f"table {table!r}", capabilities=" and ".join(map(repr, owners)))
        for table, owners in claims.items()
        if len(owners) > 1
    ]


def _is_iterable(thing: object) -> bool:
    """What the type checker of the user promises, and their interpreter does not."""
    return isinstance(thing, Iterable)


def _name(table: object) -> str:
    """Of a table, as SQLAlchemy or Django call it; empty where it is none."""
    if isinstance(table, str):
        return table.strip()
    mapped = getattr(table, "__table__", table)
    django = getattr(table, "_meta", None)
    for owner, attribute in ((mapped, "fullname"), (django, "db_table"), (table, "__tablename__")):
        name = getattr(owner, attribute, None)
        if isinstance(name, str) and name:
            return name
    return ""
