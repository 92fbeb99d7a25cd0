"""The commands that a database remembers: what was answered to which key. Knows bytes and numbers, no operations.

Source: docs/adr/0019-remembered-commands.md
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from time import time
from typing import Final

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
_OLD: Final = "SELECT operation, command_key AS key FROM plures_commands WHERE answered_at <= :oldest LIMIT :most"
_FORGET: Final = (
    "DELETE FROM plures_commands WHERE operation = :operation AND command_key = :key AND answered_at <= :oldest"
)


class KeyTaken(Exception):
    """Another replica has answered the same command meanwhile; what this one did is rolled back with its answer."""


@dataclass(frozen=True, slots=True)
class Remembered:
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
    async def keep(connection: Connection, operation: str, key: str, answered: Remembered) -> None:
        """Remember an answer in an open transaction; raises `KeyTaken`."""
        values = {
            "operation": operation,
            "key": key,
            "request": answered.request,
            "status": answered.status,
            "answer": answered.answer,
            "now": _now(),
            "oldest": _oldest(),
        }
        if (await connection.execute(_KEEP, values)).rowcount == 0:
            raise KeyTaken

    async def forget_old(self) -> None:
        """Delete what is older than 14 days, a few hundred at a time, so that writes of others get their turn."""
        async for old in self._old():
            async with self._database.write() as connection:
                await connection.execute(_FORGET, old)

    async def _old(self) -> AsyncGenerator[list[dict[str, object]]]:
        while True:
            oldest = _oldest()
            async with self._database.read() as connection:
                rows = (await connection.execute(_OLD, {"oldest": oldest, "most": _AT_ONCE})).all()
            if rows:
                yield [{"operation": row.operation, "key": row.key, "oldest": oldest} for row in rows]
            if len(rows) < _AT_ONCE:
                return


def _now() -> int:
    """Milliseconds since 1970: replicas share a clock no better than that."""
    return int(time() * 1000)


def _oldest() -> int:
    return _now() - REMEMBERED_S * 1000
