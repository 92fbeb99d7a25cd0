"""What a database is like, seen from outside the application: where it lies, which migrations it has run, who has it open."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec.structs import replace

from plures.data.errors import DatabaseNewer, DriverMissing, MigrationChanged
from plures.data.ledger import MARK, moved
from plures.data.migration import Migration, Migrations
from plures.data.place import Folder, Place, Server
from plures.data.revisions import AlembicMigrations, Revision, RevisionUnknown, compare
from plures.data.sqlite import look_at
from plures.data.store import Applied, Dialect, Seen
from plures.errors import PluresError


class DatabaseState(msgspec.Struct, frozen=True):
    """One database beside the migrations that the code has.

    Attributes:
        place: Its file, or its server and schema, without password.
        size_bytes: With its log and indexes; None where there is no database yet.
        holder: The process that has it open, or the connections of its role, in words; empty where there are none.
        applied: What it has run, oldest first.
        pending: What the next start would run.
        unknown: What it has run and the code does not know: it is newer.
        changed: What is no longer what it has run.
        damage: What the full check found in it; empty too where it was not asked for.
        failure: Why it cannot be read, or used.
    """

    capability: str
    dialect: Dialect
    place: str
    size_bytes: int | None
    holder: str
    applied: tuple[Applied, ...]
    pending: tuple[Migration | Revision, ...]
    unknown: tuple[Applied, ...]
    changed: tuple[Migration, ...]
    damage: tuple[str, ...] = ()
    failure: PluresError | None = None

    @property
    def refusal(self) -> PluresError | None:
        """Why an application with this code would not start on it, as far as the ledger tells."""
        last = self.unknown[-1].version if self.unknown else None
        if isinstance(last, str):
            return RevisionUnknown(self.capability, ", ".join(str(one.version) for one in self.unknown))
        if last is not None:
            known = len(self.pending) + len(self.applied) - len(self.unknown)
            return DatabaseNewer(self.capability, last, known)
        if self.changed:
            return MigrationChanged(self.capability, ", ".join(map(str, self.changed)))
        return None

    @property
    def problems(self) -> tuple[PluresError, ...]:
        """All of it."""
        return tuple(problem for problem in (self.failure, self.refusal) if problem is not None)


async def inspect_database(
    place: Path | Place, capability: str, migrations: Migrations = (), *, thorough: bool = False
) -> DatabaseState:
    """Look at a database without changing anything, also while an application has it open. Raises nothing for one that cannot be read.

    Args:
        place: The folder that it is in, or its schema on a server.
        capability: The owner.
        migrations: Those of the code.
        thorough: Read every page and every foreign key of a file; look for broken indexes and unchecked constraints on a server.
    """
    dialect = Dialect.POSTGRESQL if isinstance(place, Server) else Dialect.SQLITE
    try:
        table = migrations.version_table if isinstance(migrations, AlembicMigrations) else ""
        seen, failure = await _look(place, capability, thorough=thorough, version_table=table)
    except PluresError as error:
        seen, failure = Seen(), error
    mark = next((one for one in seen.applied if one.version == MARK), None)
    if mark is not None:
        seen = replace(seen, applied=tuple(one for one in seen.applied if one is not mark))
        failure = failure or moved(capability, mark.checksum)
    where = str(place if isinstance(place, Server) else _file(place, capability))
    return _compared(capability, dialect, where, migrations, seen=seen, failure=failure)


def unseen_database(
    dialect: Dialect, place: str, capability: str, migrations: Migrations, failure: PluresError | None
) -> DatabaseState:
    """The state of a database that was not looked at, or is not to be found."""
    return _compared(capability, dialect, place, migrations, seen=Seen(), failure=failure)


async def _look(
    place: Path | Place, capability: str, *, thorough: bool, version_table: str
) -> tuple[Seen, PluresError | None]:
    if not isinstance(place, Server):
        path = _file(place, capability)
        return await asyncio.to_thread(look_at, path, capability, thorough=thorough, version_table=version_table), None
    if find_spec("asyncpg") is None:
        raise DriverMissing(capability)
    from plures.data.postgresql import look_at as look_at_server

    return await look_at_server(place, capability, thorough=thorough, version_table=version_table)


def _file(place: Path | Folder, capability: str) -> Path:
    return (place if isinstance(place, Folder) else Folder(place)).file_of(capability)


def _compared(
    capability: str,
    dialect: Dialect,
    place: str,
    migrations: Migrations,
    *,
    seen: Seen,
    failure: PluresError | None,
) -> DatabaseState:
    state = DatabaseState(
        capability, dialect, place, seen.size_bytes, seen.holder, seen.applied, (), (), (), seen.damage, failure
    )
    if isinstance(migrations, AlembicMigrations):
        try:
            found = compare(capability, migrations, seen.heads)
        except PluresError as error:
            return replace(state, applied=(), failure=failure or error)
        return replace(state, applied=found.applied, pending=found.pending, unknown=found.unknown)
    applied = {one.version: one for one in seen.applied}
    known = {migration.version for migration in migrations}
    return replace(
        state,
        pending=tuple(m for m in migrations if m.version not in applied),
        unknown=tuple(one for one in seen.applied if one.version not in known),
        changed=tuple(
            m for m in migrations if m.version in applied and applied[m.version].checksum != m.checksum(dialect)
        ),
    )
