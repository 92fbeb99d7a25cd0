"""What becomes of sagas when their database is restored from a backup: what they have done since then is not known there."""

from time import time
from typing import Final

from plures.data import Connection, Dialect

from .retention import KEPT_S
from .tables import has_tables

# One that was asleep, or between two attempts, and is not due yet, has done nothing since.
_PARK: Final = """
UPDATE plures_sagas SET state = 'parked', was = state, worker = '', attempts = 0, due_at = 0, deadline_at = 0, changed_at = :now,
    error = CASE WHEN error = '' THEN '' ELSE error || '; ' END || :why || CASE WHEN changed_at < :oldest THEN :forgotten ELSE '' END
WHERE state IN ('running', 'compensating') AND NOT (worker = '' AND due_at > :now)"""
_WHY: Final = "its database was restored from a backup of {taken_at}, and what it has done since then is not known here"
_FORGOTTEN: Final = ", nor to those that it called, if that was longer than 14 days ago"


async def park_uncertain(connection: Connection, dialect: Dialect, taken_at: str) -> int:
    """Park the sagas of a database that is being restored, but for those that have slept since the backup; how many.

    To go on might be wrong: such a saga may have been taken back meanwhile. To take it back might be wrong: it may have taken steps that are not
    noted here. So a person decides. A deadline holds no more, since it has passed while the application stood still.

    Args:
        taken_at: When the backup was taken.
    """
    if not await has_tables(connection, dialect):
        return 0
    now = int(time() * 1000)
    values = {"now": now, "why": _WHY.format(taken_at=taken_at), "oldest": now - KEPT_S * 1000, "forgotten": _FORGOTTEN}
    return (await connection.execute(_PARK, values)).rowcount
