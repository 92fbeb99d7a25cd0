"""Deletes sagas that ended long ago."""

from typing import Final

from plures.data import Database

KEPT_S: Final = 14 * 24 * 3600
"""As long as the answers of commands: until then the same id gets the same answer."""

_AT_ONCE: Final = 500
_OLD: Final = """
SELECT saga, id FROM plures_sagas WHERE state IN ('completed', 'compensated') AND changed_at < :oldest ORDER BY changed_at LIMIT :most"""
_DELETE: Final = (
    "DELETE FROM plures_saga_steps WHERE saga = :saga AND id = :id",
    "DELETE FROM plures_sagas WHERE saga = :saga AND id = :id",
)


async def sweep(database: Database, now: int) -> int:
    """Delete a few hundred at a time, so that others get their turn; how many.

    Args:
        now: Milliseconds since 1970.
    """
    deleted = 0
    while True:
        async with database.plain_write() as connection:
            old = [
                {"saga": row.saga, "id": row.id}
                for row in await connection.execute(_OLD, {"oldest": now - KEPT_S * 1000, "most": _AT_ONCE})
            ]
            for statement in _DELETE if old else ():
                await connection.execute(statement, old)
        deleted += len(old)
        if len(old) < _AT_ONCE:
            return deleted
