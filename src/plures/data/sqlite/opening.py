"""Opening a capability's embedded database: folder, process lock, file, quick check."""

from pathlib import Path
from typing import Final

from plures.data.errors import DatabaseUnusable, RestoreUnfinished
from plures.data.place import Folder
from plures.data.statement_errors import StatementFailed

from .access import make_folder, make_private, mark_of
from .intact import check
from .lock import ProcessLock
from .presence import make_new, refuse_lost
from .store import SqliteStore

_REMEDY: Final = "Make the folder writable, or name another one ([application] data = … in plures.toml)."


async def open_store(
    folder: Path, capability: str, *, keeps_references: bool = True, is_checked: bool = False
) -> SqliteStore:
    """Open `<folder>/<capability>.sqlite3`, created where there is none.

    Args:
        keeps_references: Foreign keys are checked; a move, which copies one table after the other, does without.
        is_checked: It is not looked at for damage.

    Raises:
        DatabaseLocked: Another process has it open.
        RestoreUnfinished: A restore was killed half-way.
        DatabaseLost: It was there, and is not any more.
        DatabaseUnusable: Folder or file cannot be used (`DatabaseDamaged`: the file is no intact database).
    """
    path = Folder(folder).file_of(capability)
    lock = _lock(folder, capability, path)
    store = SqliteStore(path, capability, lock.release, keeps_references=keeps_references)
    try:
        _refuse_halves(folder, capability, path)
        refuse_lost(path, capability)
        make_new(path, capability)
        make_private(path, folder / f"{capability}.lock")
        if not is_checked:
            await check(store, capability, path)
    except BaseException as error:
        await store.close()
        if isinstance(error, OSError):
            raise DatabaseUnusable(capability, path, error.strerror or str(error)) from error
        if isinstance(error, StatementFailed):
            raise DatabaseUnusable(capability, path, error.reason) from error
        raise
    return store


def open_beside(folder: Path, capability: str) -> SqliteStore:
    """Read a file that another process has open. Only `read` may be used: a second connection that writes could damage the file."""
    return SqliteStore(Folder(folder).file_of(capability), capability, lambda: None)


def open_as_it_is(path: Path, capability: str) -> SqliteStore:
    """Open a file that belongs to another program, and stays as that program keeps it. Foreign keys do not act."""
    return SqliteStore(path, capability, lambda: None, keeps_references=False, is_ours=False)


def _lock(folder: Path, capability: str, path: Path) -> ProcessLock:
    try:
        make_folder(folder)
        return ProcessLock(folder / f"{capability}.lock", capability)
    except OSError as error:
        raise DatabaseUnusable(capability, path, f"{error.filename}: {error.strerror}", _REMEDY) from error


def _refuse_halves(folder: Path, capability: str, path: Path) -> None:
    if mark_of(folder, capability).exists():
        raise RestoreUnfinished(capability, path)
