"""How much memory processes have, where the system tells (Linux)."""

from contextlib import suppress
from pathlib import Path


def memory_of(pid: int, *, family: bool) -> int | None:
    """Bytes of a process; what it shares with others counts in part. None where that is not known.

    Args:
        family: With what it has started.
    """
    known = [found for each in (_family(pid) if family else [pid]) if (found := _of_one(each)) is not None]
    return sum(known) if known else None


def _family(pid: int) -> list[int]:
    children: list[int] = []
    with suppress(OSError, ValueError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (thread / "children").read_text(encoding="ascii").split())
    return [pid, *(deeper for child in children for deeper in _family(child))]


def _of_one(pid: int) -> int | None:
    with suppress(OSError, ValueError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return None
