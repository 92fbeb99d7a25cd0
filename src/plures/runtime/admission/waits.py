"""How long a thread has waited for a processor, since others on the machine used them all. Linux tells; elsewhere it is unknown."""

import os
from contextlib import suppress
from typing import Final

_FILE: Final = "/proc/thread-self/schedstat"
"""Nanoseconds on a processor, nanoseconds in wait of one, and how often it got one. Source: docs.kernel.org/scheduler/sched-stats.html"""
_LONGEST: Final = 128


class WaitForCpu:
    """That of the thread which asks first."""

    def __init__(self) -> None:
        self._file: int | None = None
        self._is_known = True

    def seconds(self) -> float:
        """All that it has waited so far; 0 where that is unknown."""
        if self._is_known:
            with suppress(OSError, ValueError, IndexError):
                if self._file is None:
                    self._file = os.open(_FILE, os.O_RDONLY | os.O_CLOEXEC)
                return int(os.pread(self._file, _LONGEST, 0).split()[1]) / 1e9
            self._is_known = False
        return 0.0

    def close(self) -> None:
        """Ask no more: from now on it is unknown."""
        self._is_known = False
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __del__(self) -> None:
        self.close()
