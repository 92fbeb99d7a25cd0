"""The commands that a database remembers: what was answered to which key. Knows bytes and numbers, no operations.

Source: docs/adr/0019-remembered-commands.md
"""

from time import time
from typing import Final

import msgspec

from .connection import Connection
from .database import Database

REMEMBERED_S: Final = 14 * 24 * 3600
_AT_ONCE: Final = 500

_FIND: Final = """
SELECT request, status, answer FROM plures_commands WHERE operation = :operation AND command_key = :key AND answered_at > :oldest"""
_KEEP: Final = """
INSERT INTO plures_commands (operation, command_key, request, status, answer, answered_at)
VALUES (:operation, :key, :request, :status, :answer, :now)
ON CONFLICT (operation, command_key) DO UPDATE
SET request = excluded.request, status = excluded.status, answer = excluded.answer, answered_at = excluded.answered_at
WHERE plures_commands.answered_at <= :oldest"""
_FORGET: Final = """
DELETE FROM plures_commands WHERE (operation, command_key) IN
(SELECT operation, command_key FROM plures_commands WHERE answered_at <= :oldest ORDER BY answered_at LIMIT :most)"""

MOST_IN_KEY: Final = 255
"""So many characters: PostgreSQL keeps no long texts in an index."""


class Remembered(msgspec.Struct, frozen=True):
    """What was answered.

    Attributes:
        request: Tells requests apart.
        status: Of the answer; its meaning is that of the caller.
        answer: JSON.
    """

    request: str
    status: int
    answer: str


class Commands:
    """The remembered commands of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, operation: str, key: str) -> Remembered | None:
        """What was answered to a key in the last 14 days."""
        async with self._database.read() as connection:
            values = {"operation": operation, "key": key, "oldest": _oldest()}
            row = (await connection.execute(_FIND, values)).first()
        return None if row is None else Remembered(row.request, row.status, row.answer)

    @staticmethod
    async def keep(connection: Connection, operation: str, key: str, answered: Remembered) -> bool:
        """Remember an answer in an open transaction; False where another replica has answered the same command meanwhile."""
        values = {
            "operation": operation,
            "key": key,
            "request": answered.request,
            "status": answered.status,
            "answer": answered.answer,
            "now": _now(),
            "oldest": _oldest(),
        }
        return (await connection.execute_last(_KEEP, values)).rowcount > 0

    async def forget_old(self) -> None:
        """Delete what is older than 14 days, a few hundred at a time, so that writes of others get their turn."""
        forgotten = _AT_ONCE
        while forgotten >= _AT_ONCE:
            async with self._database.write() as connection:
                values = {"oldest": _oldest(), "most": _AT_ONCE}
                forgotten = (await connection.execute(_FORGET, values)).rowcount


def _now() -> int:
    """Milliseconds since 1970: replicas share a clock no better than that."""
    return int(time() * 1000)


def _oldest() -> int:
    return _now() - REMEMBERED_S * 1000
