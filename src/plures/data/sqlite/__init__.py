"""A database in one SQLite file. Knows SQLite; `plures.data` alone uses it."""

from .opening import open_store
from .store import SqliteStore

__all__ = ["SqliteStore", "open_store"]
