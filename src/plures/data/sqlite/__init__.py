"""A database in one SQLite file. Knows SQLite; `plures.data` alone uses it."""

from .access import PARTS, make_folder, mark_of
from .lock import ProcessLock
from .looking import look_at
from .opening import open_as_it_is, open_beside, open_store
from .presence import refuse_lost
from .snapshot import Snapshot, take_snapshot
from .store import SqliteStore, open_writer

__all__ = [
    "PARTS",
    "ProcessLock",
    "Snapshot",
    "SqliteStore",
    "look_at",
    "make_folder",
    "mark_of",
    "open_as_it_is",
    "open_beside",
    "open_store",
    "open_writer",
    "refuse_lost",
    "take_snapshot",
]
