"""Figures of a whole process, each second: how late its event loop is, its processor time, its memory."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic, process_time
from typing import Final

_EVERY_S: Final = 1.0
_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

LOOP_DELAY: Final = "loop.delay_s"
"""By how many seconds the event loop came later than it was due."""
CPU: Final = "cpu.share"
"""Processor time, in processors."""
MEMORY: Final = "memory.bytes"
"""Resident memory; told on Linux alone."""


async def tell_figures(put: Callable[[str, float], None], every_s: float = _EVERY_S) -> None:
    """Tell them again and again, until it is cancelled.

    Args:
        put: Takes the name of a figure and its value.
    """
    while True:
        began, used = monotonic(), process_time()
        await asyncio.sleep(every_s)
        passed = monotonic() - began
        put(LOOP_DELAY, max(0.0, passed - every_s))
        put(CPU, (process_time() - used) / passed)
        memory = _resident()
        if memory:
            put(MEMORY, memory)


def _resident() -> int:
    """Bytes; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0
