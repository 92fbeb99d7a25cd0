"""Backup of a whole application, while it runs or not.

The folder gets its name when all of it is on the disk: a backup that has its name is complete.
"""

import asyncio
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from plures.data.sqlite import Snapshot, refuse_lost, take_snapshot
from plures.data.store import Dialect

from .errors import BackupExists, CopyNotWritten, NothingToCopy
from .manifest import FORMAT, MANIFEST, AppliedMigration, KeptDatabase, Manifest, file_of, sha256_of
from .owners import Owners
from .progress import Tell
from .server_backup import keep_schema


def back_up(owners: Owners, backup: Path, tell: Tell) -> Manifest:
    """Write a new backup; each database as it was at one moment. Those that do not exist yet are left out.

    Args:
        owners: Whose databases.
        backup: The folder to make.
        tell: Hears of the progress.

    Raises:
        BackupExists, NothingToCopy: Nothing was written.
        CopyNotWritten: Nothing remains.
        DatabaseLost, DatabaseDamaged: One of the databases is; nothing remains.
        DatabaseUnusable, SchemaOfAnother, RoleTooMighty, StatementFailed: A server does not give one of them; nothing remains.
    """
    if os.path.lexists(backup):
        raise BackupExists(backup)
    embedded = [name for name in owners.migrations if name not in owners.servers]
    for name in embedded:
        refuse_lost(owners.data / file_of(name), name)
    present = [name for name in owners.migrations if name in owners.servers or (owners.data / file_of(name)).is_file()]
    if not present:
        raise _nothing(owners)
    try:
        backup.absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # For this user alone; the name says what a killed backup has left.
        draft = Path(mkdtemp(prefix=f".{backup.name}.unfinished-", dir=backup.absolute().parent))
    except OSError as error:
        raise CopyNotWritten(backup, error.strerror or str(error)) from error
    # Slow to import, and known to few processes.
    from importlib.metadata import version

    try:
        begun_at = _now()
        kept = tuple(one for name in present if (one := _keep(owners, name, draft, tell)) is not None)
        if not kept:
            raise _nothing(owners)
        manifest = Manifest(FORMAT, owners.application, begun_at, version("plures"), sqlite3.sqlite_version, kept)
        _write(draft / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        _finish(draft, backup)
    except OSError as error:
        raise CopyNotWritten(backup, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _keep(owners: Owners, capability: str, draft: Path, tell: Tell) -> KeptDatabase | None:
    server = owners.servers.get(capability)
    dialect = Dialect.SQLITE if server is None else Dialect.POSTGRESQL
    path, taken_at = draft / file_of(capability, dialect), _now()

    def told(done: int, total: int | None) -> None:
        tell(capability, done, total)

    try:
        if server is None:
            snapshot: Snapshot | None = take_snapshot(owners.data, capability, path, told)
        else:
            snapshot = asyncio.run(keep_schema(server, capability, path, told))
    except sqlite3.Error as error:
        raise CopyNotWritten(path, str(error)) from error
    if snapshot is None:
        return None
    size, digest = sha256_of(path)
    applied = tuple(AppliedMigration(*row) for row in snapshot.ledger)
    return KeptDatabase(capability, path.name, size, digest, taken_at, applied, snapshot.tables, dialect)


def _nothing(owners: Owners) -> NothingToCopy:
    places = dict.fromkeys(owners.place_of(name) for name in owners.migrations)
    return NothingToCopy(", ".join(owners.migrations) or owners.application, ", ".join(places) or str(owners.data))


def _finish(draft: Path, backup: Path) -> None:
    for path in (*draft.iterdir(), draft):
        sync(path)
    # A folder that came meanwhile and is not empty refuses it.
    draft.rename(backup)
    sync(backup.absolute().parent)


def _write(path: Path, content: bytes) -> None:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
