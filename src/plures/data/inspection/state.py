"""What a database is like, seen from outside the application: where it lies, which migrations it has run, who has it open."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from plures.data.errors import DatabaseMoved, DatabaseNewer, MigrationChanged
from plures.data.ledger import MARK
from plures.data.migration import Migration
from plures.data.sqlite import look_at
from plures.data.store import Applied, Dialect, Seen
from plures.errors import PluresError


@dataclass(frozen=True)
class DatabaseState:
    """One database beside the migrations that the code has.

    Attributes:
        place: Its file.
        size_bytes: With its log; None where there is no database yet.
        holder: The process that has it open, in words; empty where none has.
        applied: What it has run, oldest first.
        pending: What the next start would run.
        unknown: What it has run and the code does not know: it is newer.
        changed: What is no longer what it has run.
        damage: What the full check found in the file; empty too where it was not asked for.
        failure: Why it cannot be read, or used.
    """

    capability: str
    dialect: Dialect
    place: str
    size_bytes: int | None
    holder: str
    applied: tuple[Applied, ...]
    pending: tuple[Migration, ...]
    unknown: tuple[Applied, ...]
    changed: tuple[Migration, ...]
    damage: tuple[str, ...] = ()
    failure: PluresError | None = None

    @property
    def refusal(self) -> PluresError | None:
        """Why an application with this code would not start on it, as far as the ledger tells."""
        if self.unknown:
            known = len(self.pending) + len(self.applied) - len(self.unknown)
            return DatabaseNewer(self.capability, self.unknown[-1].version, known)
        if self.changed:
            return MigrationChanged(self.capability, ", ".join(map(str, self.changed)))
        return None


async def inspect_database(
    place: Path, capability: str, migrations: Sequence[Migration] = (), *, thorough: bool = False
) -> DatabaseState:
    """Look at a database without changing anything, also while an application has it open. Raises nothing for one that cannot be read.

    Args:
        place: The folder that it is in.
        capability: The owner.
        migrations: Those of the code.
        thorough: Read every page and every foreign key.
    """
    path = place / f"{capability}.sqlite3"
    try:
        seen, failure = await asyncio.to_thread(look_at, path, capability, thorough=thorough), None
    except PluresError as error:
        seen, failure = Seen(), error
    mark = next((one for one in seen.applied if one.version == MARK), None)
    if mark is not None:
        seen = replace(seen, applied=tuple(one for one in seen.applied if one is not mark))
        failure = DatabaseMoved(capability, mark.checksum)
    return _compared(capability, str(path), migrations, seen, failure)


def _compared(
    capability: str, place: str, migrations: Sequence[Migration], seen: Seen, failure: PluresError | None
) -> DatabaseState:
    dialect = Dialect.SQLITE
    applied = {one.version: one for one in seen.applied}
    known = {migration.version for migration in migrations}
    return DatabaseState(
        capability,
        dialect,
        place,
        seen.size_bytes,
        seen.holder,
        seen.applied,
        pending=tuple(m for m in migrations if m.version not in applied),
        unknown=tuple(one for one in seen.applied if one.version not in known),
        changed=tuple(
            m for m in migrations if m.version in applied and applied[m.version].checksum != m.checksum(dialect)
        ),
        damage=seen.damage,
        failure=failure,
    )
