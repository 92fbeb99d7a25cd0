"""What a database is like, seen from outside the application that owns it. Changes nothing."""

from .state import DatabaseState, inspect_database, unseen_database

__all__ = ["DatabaseState", "inspect_database", "unseen_database"]
