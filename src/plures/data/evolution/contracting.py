"""The rule of expand and contract: which migrations the version still running would not survive, though they are not marked."""

from collections.abc import Iterator, Sequence

from plures.data.migration import Migration, Part, Statement, brief
from plures.data.store import Dialect
from plures.errors import Violation

from .dangers import coming, dangers
from .schema import Danger, Schema
from .words import Word, statements


def check_contract_steps(
    capability: str, migrations: Sequence[Migration], running: int | None = None
) -> tuple[Violation, ...]:
    """Everything that only a contract step may do, and is done by a migration that is not marked as one.

    Steps in Python, and code within text (`DO $$ … $$`), are not read.

    Args:
        capability: The owner, for messages.
        migrations: All of them, in order.
        running: The version of the database that the running code uses. What later migrations have made, it does not know. None: each
            migration may be the next one for it.
    """
    # A migration that breaks the rule in both dialects says so once.
    found: dict[tuple[int, int, str, str], Violation] = {}
    for dialect in Dialect:
        for key, violation in _of_dialect(capability, migrations, running, dialect):
            found.setdefault(key, violation)
    return tuple(violation for _, violation in sorted(found.items(), key=lambda item: item[0][:2]))


def _of_dialect(
    capability: str, migrations: Sequence[Migration], running: int | None, dialect: Dialect
) -> Iterator[tuple[tuple[int, int, str, str], Violation]]:
    schema = Schema()
    for migration in migrations:
        if running is None or migration.version <= running + 1:
            schema.all_known()
        texts = [_text(part, dialect) for part in migration.statements]
        read = [tuple(statements(text)) for text in texts]
        schema.coming = coming(tuple(words for several in read for words in several))
        for number, (text, several) in enumerate(zip(texts, read, strict=True), 1):
            for danger in _of_statement(several, schema):
                if not migration.contract_step:
                    where = f"migration {migration} of {capability}, part {number}"
                    violation = danger.rule.broken(where, statement=brief(text), **danger.values)
                    yield (migration.version, number, danger.rule.code, danger.values["name"]), violation


def _of_statement(several: tuple[tuple[Word, ...], ...], schema: Schema) -> Iterator[Danger]:
    for words in several:
        yield from dangers(words, schema)


def _text(part: Part, dialect: Dialect) -> str:
    if isinstance(part, Statement):
        return part.text(dialect) or ""
    return part if isinstance(part, str) else ""
