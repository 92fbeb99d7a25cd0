"""A database in one schema of a PostgreSQL server. Knows PostgreSQL and asyncpg; `plures.data` alone uses it."""

from .opening import open_store
from .store import PostgresStore

__all__ = ["PostgresStore", "open_store"]
