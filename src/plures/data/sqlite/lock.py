"""The process lock of one database: only the process that holds it opens the file.

It lies beside the database instead of on it, because closing any descriptor of a SQLite file would drop SQLite's own locks.
"""

import fcntl
import os
from pathlib import Path

from plures.data.errors import DatabaseLocked


class ProcessLock:
    """Held from construction to `release`; the kernel releases it when the process dies."""

    def __init__(self, path: Path, capability: str) -> None:
        """Take the lock at once.

        Raises:
            DatabaseLocked: Another process, or another lock of this process, has it.
            OSError: The lock file cannot be written.
        """
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(os.pread(self._descriptor, 32, 0))
            os.close(self._descriptor)
            if not isinstance(error, BlockingIOError):
                raise
            raise DatabaseLocked(capability, path, holder) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        # The file stays: deleting it would let two processes lock two different files of the same name.
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def _holder(content: bytes) -> str:
    """Who has the lock, in words. A process that has just taken it may not have written its number yet."""
    number = content.decode(errors="replace").strip()
    if not number.isdigit():
        return "another process"
    return "this process itself" if int(number) == os.getpid() else f"process {number}"


def holder_of(path: Path) -> str:
    """Who has the lock, in words; empty where no process has it.

    Raises:
        OSError: The lock file cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    content = b""
    try:
        content = os.pread(descriptor, 32, 0)
        # Asking for the lock would get in the way of a process that takes it just now. So we ask only where one has left its number.
        if not content:
            return ""
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(content)
    else:
        return ""
    finally:
        os.close(descriptor)
