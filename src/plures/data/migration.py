"""`Migration`: ordered SQL statements and Python steps, and what is wrong with a list of them. Knows nothing of an open database."""

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from plures.errors import Rule, Violation

from .connection import Connection
from .revisions import AlembicMigrations, check_scripts
from .store import Dialect

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
_STEP: Final = Rule(
    "data.migration_step",
    "{step} is neither SQL nor an async function with a name",
    "Write a string, Statement(sqlite=…, postgresql=…), or an `async def` function of a module that takes the Connection.",
)
_TRANSACTION_WORDS: Final = frozenset({"ABORT", "BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "START"})

Step: TypeAlias = Callable[[Connection], Awaitable[None]]
"""Work in Python on the transaction of a migration."""


@dataclass(frozen=True)
class Statement:
    """A statement that differs from one dialect to another; None where that one needs none."""

    sqlite: str | None
    postgresql: str | None

    def text(self, dialect: Dialect) -> str | None:
        """What runs there."""
        return self.sqlite if dialect is Dialect.SQLITE else self.postgresql


Part: TypeAlias = str | Statement | Step


@dataclass(frozen=True)
class Migration:
    """One step in the life of a schema. Each database runs it once, and remembers its checksum.

    Attributes:
        version: 1 for the first migration of a capability, then 2, 3, …
        name: What it does, in a few words.
        statements: SQL, one statement each, and async functions that take the `Connection`; run in this order in one transaction.
        contract_step: It takes away what an earlier version of the code needs, as the second half of a change by expand and contract.
    """

    version: int
    name: str
    statements: tuple[Part, ...]
    contract_step: bool = False

    def parts(self, dialect: Dialect) -> tuple[str | Step, ...]:
        """What runs in this dialect."""
        chosen = [part.text(dialect) if isinstance(part, Statement) else part for part in self.statements]
        return tuple([part for part in chosen if part is not None])

    def checksum(self, dialect: Dialect) -> str:
        """Identifies what runs in this dialect: the text of statements, the names of Python steps. The name may be reworded freely."""
        texts = [part if isinstance(part, str) else f"python:{name_of(part)}" for part in self.parts(dialect)]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.version} ({self.name})"


Migrations: TypeAlias = Sequence[Migration] | AlembicMigrations
"""What a capability may declare."""


def check_migrations(capability: str, migrations: Migrations) -> tuple[Violation, ...]:
    """Everything that is wrong with the migrations of a capability, as far as it shows without a database."""
    if isinstance(migrations, AlembicMigrations):
        return tuple(check_scripts(capability, migrations))
    return tuple(_violations(capability, migrations))


def numbered(migrations: Migrations) -> tuple[Migration, ...]:
    """Those that are no scripts of Alembic."""
    return () if isinstance(migrations, AlembicMigrations) else tuple(migrations)


def brief(statement: str, length: int = 80) -> str:
    """A statement in one line, for messages."""
    flat = " ".join(statement.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def name_of(step: Step) -> str:
    """The name of a Python step; empty where it has none."""
    name: str = getattr(step, "__name__", "")
    return name if name.isidentifier() else ""


def _violations(capability: str, migrations: Sequence[Migration]) -> Iterator[Violation]:
    for position, migration in enumerate(migrations, 1):
        where = f"migration {migration} of {capability}"
        if migration.version != position:
            yield _VERSION.broken(where, position=position)
        if not any(migration.parts(dialect) for dialect in Dialect):
            yield _EMPTY.broken(where)
        for part in migration.statements:
            yield from _of_part(part, where)


def _of_part(part: Part, where: str) -> Iterator[Violation]:
    if isinstance(part, str | Statement):
        texts = (part.sqlite, part.postgresql) if isinstance(part, Statement) else (part,)
        for text in texts:
            if text is not None and _is_no_statement(text):
                yield _STATEMENT.broken(where, statement=brief(text))
    elif not (inspect.iscoroutinefunction(part) and name_of(part)):
        yield _STEP.broken(where, step=brief(repr(part)))


def _is_no_statement(text: str) -> bool:
    return not text.strip() or text.split(maxsplit=1)[0].upper().rstrip(";") in _TRANSACTION_WORDS
