"""Who has taken how much, since the process began. It is of the process, as its processor time is, whatever is hosted in it."""

from collections.abc import Mapping
from threading import Lock, Thread
from typing import Final
from weakref import WeakKeyDictionary


class Spent:
    """What one capability has taken.

    Attributes:
        cpu_s: Processor time, in seconds.
        database_s: Time in statements and commits on its database, in seconds; those that run beside one another count each.
    """

    __slots__ = ("cpu_s", "database_s")

    def __init__(self) -> None:
        self.cpu_s = self.database_s = 0.0


_spent: Final[dict[str, Spent]] = {}
_threads: Final[WeakKeyDictionary[Thread, str]] = WeakKeyDictionary()
# Threads begin threads, while the event loop looks at them all.
_lock: Final = Lock()


def spent_by(capability: str) -> Spent:
    """What a capability has taken; counted on by who knows it."""
    found = _spent.get(capability)
    return _spent.setdefault(capability, Spent()) if found is None else found


def spent_here() -> Mapping[str, Spent]:
    """Capability → what it has taken. What belongs to none has an empty name."""
    return dict(_spent)


def belongs(thread: Thread, capability: str) -> None:
    """Say whose a thread is: what it takes is taken by that capability."""
    with _lock:
        _threads[thread] = capability


def owned_threads() -> list[tuple[Thread, str]]:
    """The threads that belong to a capability."""
    with _lock:
        return [*_threads.items()]
