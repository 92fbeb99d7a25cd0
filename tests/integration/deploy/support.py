"""What the tests of local processes share: plans, a journal, patience."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from plures.deploy.plan import Plan, PlannedProcess

PATIENCE_S = 30.0
STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in_replica.py")))


class Journal:
    """Everything that was logged, and everything that stand-in hosts have noted about themselves."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[tuple[str, str]] = []
        self._file = folder / "journal"

    def write(self, source: str, line: str) -> None:
        self.lines.append((source, line))

    def of(self, source: str) -> list[str]:
        return [line for name, line in self.lines if name == source]

    @property
    def events(self) -> list[tuple[str, str]]:
        """What hosts noted, as (event, capability)."""
        text = self._file.read_text() if self._file.exists() else ""
        return [(line.split()[0], line.split()[1]) for line in text.splitlines()]


def process(name: str, *, needs: str = "", **more: object) -> PlannedProcess:
    """A process that hosts the capability of its own name."""
    return PlannedProcess(name, frozenset({name}), frozenset(needs.split()), frozenset(), **more)


def plan(*processes: PlannedProcess, order: list[str] | None = None) -> Plan:
    names = [frozenset(group.split()) for group in order or [p.name for p in processes]]
    return Plan({p.name: p for p in processes}, tuple(names))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that will happen; the patience only bounds a failing test."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether the process exists and is not only waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
