"""Restore of a backup into a data folder.

Nothing is touched before the whole backup is verified. The files are copied beside those that they replace, and take their places under
the process locks, behind marks without which no application opens half of a restore. Killed before, a restore has changed nothing;
killed then, it is run again.
"""

import asyncio
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from plures.data.errors import DriverMissing
from plures.data.ledger import check_applied
from plures.data.migration import Migration
from plures.data.place import Server
from plures.data.sqlite import ProcessLock, make_folder, mark_of
from plures.data.store import Dialect

from .errors import BackupDamaged, BackupOfOther, CopyNotWritten, DataExists
from .file_restore import build, copy, make_safe, mark, staged, swap
from .fittings import Fittings
from .manifest import KeptDatabase, Manifest, file_of, read_manifest, verify
from .owners import Owners
from .progress import Tell
from .refill import Refill

if TYPE_CHECKING:
    from .server_restore import FilledSchema


def restore(
    owners: Owners,
    backup: Path,
    chosen: Sequence[str],
    tell: Tell,
    *,
    replace: bool,
    fittings: Fittings = Fittings(),  # noqa: B008 - it cannot be changed
) -> Manifest:
    """Restore all databases of a backup, or the chosen ones. What this code has migrated since runs at its next start.

    Args:
        owners: Whose databases; the data folder is made where there is none.
        backup: The folder of the backup.
        chosen: Capabilities to restore; all that the backup has when this is empty.
        tell: Hears of the progress.
        replace: Whether databases that exist may go.
        fittings: What the platform has in the databases.

    Returns:
        The manifest, of what was restored alone.

    Raises:
        BackupDamaged, BackupOfOther, DataExists, DatabaseNewer, MigrationChanged, DatabaseLocked: Nothing was changed.
        CopyNotWritten: Nothing was changed, or the restore must be run again: then no application opens the databases before.
    """
    manifest = read_manifest(backup)
    kept = _chosen(owners, backup, manifest, chosen)
    for number, one in enumerate(kept):
        tell(f"verifying {one.capability}", number, len(kept))
        _check_version(one, owners.migrations[one.capability])
        verify(backup, one)
    files = [one for one in kept if one.capability not in owners.servers]
    try:
        with ExitStack() as stack:
            if files:
                make_folder(owners.data)
            for one in files:
                lock = ProcessLock(owners.data / f"{one.capability}.lock", one.capability)
                stack.callback(lock.release)
            _check_room(owners.data, files, replace=replace)
            if len(files) == len(kept) and all(one.dialect is Dialect.SQLITE for one in files):
                with staged(owners.data, files):
                    for one in files:
                        copy(backup, owners.data, one, tell)
                    if fittings.settle is not None:
                        asyncio.run(make_safe(owners.data, files, fittings.settle))
                swap(owners.data, files, mark(owners.data, files))
            else:
                asyncio.run(_restore(owners, backup, kept, tell, fittings=fittings, replace=replace))
    except OSError as error:
        raise CopyNotWritten(Path(error.filename or owners.data), error.strerror or str(error)) from error
    except sqlite3.Error as error:
        raise BackupDamaged(backup, str(error)) from error
    return Manifest(
        manifest.format, manifest.application, manifest.taken_at, manifest.plures, manifest.sqlite, tuple(kept)
    )


async def _restore(
    owners: Owners,
    backup: Path,
    kept: Sequence[KeptDatabase],
    tell: Tell,
    *,
    fittings: Fittings,
    replace: bool,
) -> None:
    """As files alone are restored, beside transactions on servers that commit while the marks are set."""
    data = owners.data
    files = [one for one in kept if one.capability not in owners.servers]

    def refill(one: KeptDatabase) -> Refill:
        last = max((was.version for was in one.migrations), default=0)
        migrations = owners.migrations[one.capability][:last]
        return Refill(backup, one, owners.place_of(one.capability), migrations, tell, fittings)

    with staged(data, files):
        async with AsyncExitStack() as stack:
            schemas: list[FilledSchema] = []
            for one in kept:
                if one.capability in owners.servers:
                    server = owners.servers[one.capability]
                    filling = _filled(server, refill(one), has_to_be_empty=not replace)
                    schemas.append(await stack.enter_async_context(filling))
            for one in files:
                if one.dialect is Dialect.SQLITE:
                    copy(backup, data, one, tell)
                    if fittings.settle is not None:
                        await make_safe(data, [one], fittings.settle)
                else:
                    await build(data, one, refill(one))
            marks = mark(data, files)
            if len(kept) > 1:
                for schema in schemas:
                    await schema.mark()
    swap(data, files, marks)


def _filled(server: Server, refill: Refill, *, has_to_be_empty: bool) -> "AbstractAsyncContextManager[FilledSchema]":
    if find_spec("asyncpg") is None:
        raise DriverMissing(refill.kept.capability)
    from .server_restore import filled

    return filled(server, refill, has_to_be_empty=has_to_be_empty)


def _chosen(owners: Owners, backup: Path, manifest: Manifest, chosen: Sequence[str]) -> list[KeptDatabase]:
    application = owners.application
    if manifest.application != application:
        raise BackupOfOther(backup, application, f"it is of application {manifest.application!r}")
    by_name = {kept.capability: kept for kept in manifest.databases}
    missing = [name for name in chosen if name not in by_name]
    if missing:
        raise BackupOfOther(backup, application, f"it holds {_listed(by_name)}, and not {_listed(missing)}")
    wanted = list(dict.fromkeys(chosen or by_name))
    unknown = [name for name in wanted if name not in owners.migrations]
    if unknown:
        raise BackupOfOther(backup, application, f"this application has no database of {_listed(unknown)}")
    return [by_name[name] for name in wanted]


def _check_version(kept: KeptDatabase, migrations: Sequence[Migration]) -> None:
    applied = {was.version: was.checksum for was in kept.migrations}
    check_applied(kept.capability, migrations, applied, kept.dialect)


def _check_room(data: Path, kept: Sequence[KeptDatabase], *, replace: bool) -> None:
    # What an earlier restore has left half-way is no database that could be lost.
    present = [
        one.capability
        for one in kept
        if os.path.lexists(data / file_of(one.capability)) and not mark_of(data, one.capability).exists()
    ]
    if present and not replace:
        raise DataExists(data, _listed(present))


def _listed(names: Mapping[str, object] | Sequence[str]) -> str:
    return ", ".join(sorted(names))
