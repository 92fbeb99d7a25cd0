"""The files of a restore: copied or made beside those that they replace, then exchanged behind marks."""

import hashlib
import os
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from plures.data.connection import Connection
from plures.data.sqlite import PARTS, SqliteStore, mark_of
from plures.data.store import Dialect, Transaction

from .backup import sync
from .errors import BackupDamaged
from .fittings import Settle
from .manifest import KeptDatabase, file_of
from .progress import Tell
from .refill import Refill

_BLOCK: Final = 1 << 20


@contextmanager
def staged(data: Path, kept: Sequence[KeptDatabase]) -> Generator[None]:
    """Meanwhile the new files are put beside the old ones. What fails leaves none of them."""
    try:
        # Left by a restore that was killed while it copied.
        _remove(data, kept)
        yield
        if kept:
            sync(data)
    except BaseException:
        _remove(data, kept)
        raise


def copy(backup: Path, data: Path, kept: KeptDatabase, tell: Tell) -> None:
    """Copy one file, and check what was read once more: the backup may be on a disk that fails."""
    digest = hashlib.sha256()
    done = 0
    with (backup / kept.file).open("rb") as source, open(_draft(data, kept), "xb", opener=_private) as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
            done += len(block)
            tell(kept.capability, done, kept.bytes)
        target.flush()
        os.fsync(target.fileno())
    if digest.hexdigest() != kept.sha256:
        raise BackupDamaged(backup, f"{kept.file} changed while it was read")


async def build(data: Path, kept: KeptDatabase, refill: Refill) -> None:
    """Make a file from rows that come of another store."""
    os.close(_private(str(_draft(data, kept)), os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    async with _written(data, kept) as write:
        await refill.run(write, Dialect.SQLITE)


async def make_safe(data: Path, kept: Sequence[KeptDatabase], settling: Settle) -> None:
    """See that nothing in copied files goes on that must not."""
    for one in kept:
        async with _written(data, one) as write:
            await settling(Connection(write), Dialect.SQLITE, one)


def mark(data: Path, kept: Sequence[KeptDatabase]) -> list[Path]:
    """Keep applications out while files are exchanged."""
    marks = [mark_of(data, one.capability) for one in kept]
    for path in marks:
        path.touch(mode=0o600)
    if marks:
        sync(data)
    return marks


def swap(data: Path, kept: Sequence[KeptDatabase], marks: Sequence[Path]) -> None:
    """Exchange the files, and take the marks away."""
    if not kept:
        return
    for one in kept:
        file = data / file_of(one.capability)
        # A log that stays would be read into the file that it does not belong to.
        for part in PARTS[1:]:
            file.with_name(f"{file.name}{part}").unlink(missing_ok=True)
        _draft(data, one).replace(file)
    sync(data)
    for path in marks:
        path.unlink()
    sync(data)


@asynccontextmanager
async def _written(data: Path, kept: KeptDatabase) -> AsyncGenerator[Transaction]:
    """A transaction on a new file, which lasts when it is left."""
    path = _draft(data, kept)
    store = SqliteStore(path, kept.capability, lambda: None, keeps_references=False)
    try:
        async with store.write() as write:
            yield write
    finally:
        await store.close()
    sync(path)


def _remove(data: Path, kept: Sequence[KeptDatabase]) -> None:
    for one in kept:
        draft = _draft(data, one)
        for part in PARTS:
            draft.with_name(f"{draft.name}{part}").unlink(missing_ok=True)


def _draft(data: Path, kept: KeptDatabase) -> Path:
    return data / f"{file_of(kept.capability)}.restored"


def _private(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_CLOEXEC, 0o600)
