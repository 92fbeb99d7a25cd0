"""What a process has that those forked from it cannot share: it would be there once for all of them, or not at all.

A fork keeps the thread that forks alone. It shares connections, files and their positions, and memory that is mapped as shared. It copies
generators of random numbers, which then give the same numbers everywhere.
"""

import gc
import os
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Holdings(NamedTuple):
    """What a process has at one moment.

    Attributes:
        threads: By their number → what Python calls them; empty where it does not know them.
        descriptors: By their number → what is open there.
        shared: Ranges of memory that it shares with whom it forks.
        generators: Generators of random numbers. It keeps them, so that no later one has the identity of one of these.
        has_children: Whether it has started processes, and has not seen their end.
    """

    threads: dict[str, str]
    descriptors: dict[str, str]
    shared: frozenset[str]
    generators: tuple[object, ...]
    has_children: bool


def holdings() -> Holdings:
    """What this process has now. Raises OSError where the system does not tell."""
    names = {str(each.native_id): each.name for each in threading.enumerate()}
    return Holdings(
        {number: names.get(number, "") for number in os.listdir("/proc/self/task")},  # noqa: PTH208
        dict(_descriptors()),
        frozenset(_shared_memory()),
        (*_generators(),),
        _has_children(),
    )


def unfit(before: Holdings, now: Holdings) -> str:
    """What came in between and cannot be shared, in words; empty for nothing."""
    threads = [name or "of a library" for number, name in now.threads.items() if number not in before.threads]
    if threads:
        return f"a thread ({threads[0]})"
    opened = [what for number, what in now.descriptors.items() if before.descriptors.get(number) != what]
    if opened:
        return f"an open file or connection ({opened[0]})"
    if now.has_children:
        return "a process that it has started"
    if now.shared - before.shared:
        return "shared memory"
    if {*map(id, now.generators)} - {*map(id, before.generators)}:
        return "a generator of random numbers (random.Random)"
    return ""


def _descriptors() -> Iterator[tuple[str, str]]:
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208
        # That of the listing itself is closed by now.
        with suppress(OSError):
            yield number, os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115


def _shared_memory() -> Iterator[str]:
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        place, rights, *_ = line.split()
        # Libraries are mapped as private, and what is only read is no one's.
        if rights[3] == "s" and rights[1] == "w":
            yield place


def _generators() -> Iterator[object]:
    # The system's generator has no state, and the module's own one begins anew in each process.
    own = random.random.__self__  # type: ignore[attr-defined]
    objects: list[object] = gc.get_objects()
    for each in objects:
        # Not isinstance, which asks objects that stand for others, and they may make those.
        kind = type(each)
        if issubclass(kind, random.Random) and not issubclass(kind, random.SystemRandom) and each is not own:
            yield each


def _has_children() -> bool:
    # One that has ended counts as well: the process may be waiting for it.
    with suppress(ChildProcessError):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return True
    return False
