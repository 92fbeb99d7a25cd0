"""Processor time and memory of process trees, as the kernel counts them."""

from collections.abc import Iterable
from pathlib import Path


def tree(roots: Iterable[int]) -> list[int]:
    """The processes and all their descendants."""
    found: list[int] = []
    for root in roots:
        found += [root, *tree(_children(root))]
    return found


def cpu_s(processes: Iterable[int]) -> float:
    """Seconds on a core so far, over all threads, exact to the nanosecond (``/proc/<pid>/task/*/schedstat``)."""
    return sum(_on_core_ns(path) for process in processes for path in _tasks(process)) / 1e9


def memory_mib(processes: Iterable[int]) -> float:
    """The proportional set size: it counts memory that processes share once, in equal shares."""
    return sum(_pss_kib(process) for process in processes) / 1024


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


def _tasks(process: int) -> Iterable[Path]:
    return Path(f"/proc/{process}/task").glob("*/schedstat")


def _on_core_ns(schedstat: Path) -> int:
    try:
        return int(schedstat.read_text().split()[0])
    # The thread ended meanwhile.
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _pss_kib(process: int) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
