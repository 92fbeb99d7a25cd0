"""Figures of a process, each second: how late its event loop is, its memory, and what it and each capability take of processors and databases."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic, process_time
from typing import Final

from plures.telemetry import spent_here

_EVERY_S: Final = 1.0
_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

LOOP_DELAY: Final = "loop.delay_s"
"""By how many seconds the event loop came later than it was due."""
CPU: Final = "cpu.share"
"""Processor time, in processors."""
DATABASE: Final = "database.share"
"""Time in statements and commits, in seconds of each second; of a capability."""
MEMORY: Final = "memory.bytes"
"""Resident memory; told on Linux alone."""


async def tell_figures(
    put: Callable[[str, float, str], None], read: Callable[[], object], every_s: float = _EVERY_S
) -> None:
    """Tell them again and again, until it is cancelled.

    Args:
        put: Takes the name of a figure, its value, and the capability that it is of; an empty name is for the whole process.
        read: Counts what threads have taken.
    """
    before = _spent()
    while True:
        began, used = monotonic(), process_time()
        await asyncio.sleep(every_s)
        passed = monotonic() - began
        put(LOOP_DELAY, max(0.0, passed - every_s), "")
        put(CPU, (process_time() - used) / passed, "")
        read()
        now = _spent()
        for (name, capability), seconds in now.items():
            put(name, (seconds - before.get((name, capability), 0.0)) / passed, capability)
        before = now
        memory = _resident()
        if memory:
            put(MEMORY, memory, "")


def _spent() -> dict[tuple[str, str], float]:
    """Figure and capability → seconds so far, of those that have taken any."""
    every = [(name, it) for name, it in spent_here().items() if name]
    cpu = {(CPU, name): it.cpu_s for name, it in every if it.cpu_s}
    return cpu | {(DATABASE, name): it.database_s for name, it in every if it.database_s}


def _resident() -> int:
    """Bytes; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0
