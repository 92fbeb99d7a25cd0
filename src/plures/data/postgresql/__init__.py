"""A database in one schema of a PostgreSQL server. Knows PostgreSQL and asyncpg; `plures.data` alone uses it."""

from .admission import admit, comment, note_tables, refusal
from .looking import look_at
from .opening import open_store
from .preparing import prepare
from .store import PostgresStore

__all__ = ["PostgresStore", "admit", "comment", "look_at", "note_tables", "open_store", "prepare", "refusal"]
