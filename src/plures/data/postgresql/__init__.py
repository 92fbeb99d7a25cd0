"""A database in one schema of a PostgreSQL server. Knows PostgreSQL and asyncpg; `plures.data` alone uses it."""

from .admission import admit
from .opening import open_store
from .preparing import prepare
from .store import PostgresStore

__all__ = ["PostgresStore", "admit", "open_store", "prepare"]
