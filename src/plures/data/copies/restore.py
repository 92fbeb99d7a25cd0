"""Restore of a backup into a data folder.

Nothing is touched before the whole backup is verified. The files are copied beside those that they replace, and take their places under
the process locks, behind marks without which no application opens half of a restore. Killed before, a restore has changed nothing;
killed then, it is run again.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from plures.data.ledger import check_applied
from plures.data.migration import Migration
from plures.data.sqlite import PARTS, ProcessLock, make_folder, mark_of
from plures.data.store import Dialect

from .backup import sync
from .errors import BackupDamaged, BackupOfOther, CopyNotWritten, DataExists
from .manifest import KeptDatabase, Manifest, file_of, read_manifest, verify
from .owners import Owners
from .progress import Tell

_BLOCK: Final = 1 << 20


def restore(owners: Owners, backup: Path, chosen: Sequence[str], tell: Tell, *, replace: bool) -> Manifest:
    """Restore all databases of a backup, or the chosen ones. What this code has migrated since runs at its next start.

    Args:
        owners: Whose databases; the data folder is made where there is none.
        backup: The folder of the backup.
        chosen: Capabilities to restore; all that the backup has when this is empty.
        tell: Hears of the progress.
        replace: Whether databases that exist may go.

    Returns:
        The manifest, of what was restored alone.

    Raises:
        BackupDamaged, BackupOfOther, DataExists, DatabaseNewer, MigrationChanged, DatabaseLocked: Nothing was changed.
        CopyNotWritten: Nothing was changed, or the restore must be run again: then no application opens the databases before.
    """
    manifest = read_manifest(backup)
    kept = _chosen(owners, backup, manifest, chosen)
    data = owners.data
    for number, one in enumerate(kept):
        tell(f"verifying {one.capability}", number, len(kept))
        _check_version(one, owners.migrations[one.capability])
        verify(backup, one)
    try:
        make_folder(data)
        with ExitStack() as stack:
            for one in kept:
                lock = ProcessLock(data / f"{one.capability}.lock", one.capability)
                stack.callback(lock.release)
            _check_room(data, kept, replace=replace)
            _put(backup, data, kept, tell)
    except OSError as error:
        raise CopyNotWritten(Path(error.filename or data), error.strerror or str(error)) from error
    return Manifest(
        manifest.format, manifest.application, manifest.taken_at, manifest.plures, manifest.sqlite, tuple(kept)
    )


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
    check_applied(kept.capability, migrations, applied, Dialect.SQLITE)


def _check_room(data: Path, kept: Sequence[KeptDatabase], *, replace: bool) -> None:
    # What an earlier restore has left half-way is no database that could be lost.
    present = [
        one.capability
        for one in kept
        if os.path.lexists(data / one.file) and not mark_of(data, one.capability).exists()
    ]
    if present and not replace:
        raise DataExists(data, _listed(present))


def _put(backup: Path, data: Path, kept: Sequence[KeptDatabase], tell: Tell) -> None:
    try:
        for one in kept:
            # Left by a restore that was killed while it copied.
            _draft(data, one).unlink(missing_ok=True)
            _copy(backup, data, one, tell)
        sync(data)
    except BaseException:
        for one in kept:
            _draft(data, one).unlink(missing_ok=True)
        raise
    marks = [mark_of(data, one.capability) for one in kept]
    for mark in marks:
        mark.touch(mode=0o600)
    sync(data)
    for one in kept:
        # A log that stays would be read into the file that it does not belong to.
        for part in PARTS[1:]:
            (data / f"{one.file}{part}").unlink(missing_ok=True)
        _draft(data, one).replace(data / one.file)
    sync(data)
    for mark in marks:
        mark.unlink()
    sync(data)


def _copy(backup: Path, data: Path, kept: KeptDatabase, tell: Tell) -> None:
    """Copy one file, and check what was read once more: the backup may be on a disk that fails."""
    digest = hashlib.sha256()
    done = 0
    with (
        (backup / kept.file).open("rb") as source,
        open(_draft(data, kept), "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as target,
    ):
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
            done += len(block)
            tell(kept.capability, done, kept.bytes)
        target.flush()
        os.fsync(target.fileno())
    if digest.hexdigest() != kept.sha256:
        raise BackupDamaged(backup, f"{kept.file} changed while it was read")


def _draft(data: Path, kept: KeptDatabase) -> Path:
    return data / f"{file_of(kept.capability)}.restored"


def _listed(names: Mapping[str, object] | Sequence[str]) -> str:
    return ", ".join(sorted(names))
