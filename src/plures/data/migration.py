"""`Migration`: ordered SQL statements, and what is wrong with a list of them. Knows nothing of an open database."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from plures.errors import Rule, Violation

_VERSION: Final = Rule(
    "data.migration_version",
    "stands at position {position}, so its version should be {position}",
    "Number migrations 1, 2, 3, … without gaps or duplicates, and list them in that order.",
)
_EMPTY: Final = Rule("data.migration_empty", "has no statements", "Add a statement or leave it out.")
_STATEMENT: Final = Rule(
    "data.migration_statement",
    "{statement!r} is empty or controls the transaction",
    "Leave it out: each migration already runs in one transaction.",
)
_TRANSACTION_WORDS: Final = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK"})


@dataclass(frozen=True)
class Migration:
    """One step in the life of a schema. Each database runs it once, and remembers its checksum.

    Attributes:
        version: 1 for the first migration of a capability, then 2, 3, …
        name: What it does, in a few words.
        statements: SQL statements, one each, run in this order in one transaction.
    """

    version: int
    name: str
    statements: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """Identifies the statements; the name may be reworded freely."""
        return hashlib.sha256("\0".join(self.statements).encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.version} ({self.name})"


def check_migrations(capability: str, migrations: Sequence[Migration]) -> tuple[Violation, ...]:
    """Everything that is wrong with the list of a capability's migrations, as far as it shows without a database."""
    return tuple(_violations(capability, migrations))


def brief(statement: str, length: int = 80) -> str:
    """A statement in one line, for messages."""
    flat = " ".join(statement.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def _violations(capability: str, migrations: Sequence[Migration]) -> Iterator[Violation]:
    for position, migration in enumerate(migrations, 1):
        where = f"migration {migration} of {capability}"
        if migration.version != position:
            yield _VERSION.broken(where, position=position)
        if not migration.statements:
            yield _EMPTY.broken(where)
        for statement in migration.statements:
            if not statement.strip() or statement.split(maxsplit=1)[0].upper().rstrip(";") in _TRANSACTION_WORDS:
                yield _STATEMENT.broken(where, statement=brief(statement))
