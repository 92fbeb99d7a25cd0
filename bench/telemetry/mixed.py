"""An application of three capabilities that take processor time in different ways, and one that asks them all."""

import asyncio
import hashlib
from typing import Final, Protocol

from plures import Application, Capability, Database, Migration, command, contract, query

_ROWS: Final = Migration(1, "rows", ("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT NOT NULL)",))


@contract("bench.sorting.v1", owner="bench")
class Sorting(Protocol):
    """Computes on the event loop."""

    @query(deadline_s=60)
    async def sort(self, many: int) -> int: ...


@contract("bench.hashing.v1", owner="bench")
class Hashing(Protocol):
    """Computes in threads."""

    @query(deadline_s=60)
    def digest(self, rounds: int) -> str: ...


@contract("bench.storing.v1", owner="bench")
class Storing(Protocol):
    """Computes on the event loop and in the threads of its database."""

    @command(deadline_s=60)
    async def store(self, many: int) -> int: ...


@contract("bench.asking.v1", owner="bench")
class Asking(Protocol):
    """Asks all of them, again and again."""

    @command(deadline_s=600)
    async def ask(self, times: int) -> int: ...


class SortingService(Sorting):
    async def sort(self, many: int) -> int:
        numbers = [(number * 7_919) % many for number in range(many)]
        numbers.sort(key=str)
        return numbers[0]


class HashingService(Hashing):
    def digest(self, rounds: int) -> str:
        text = ""
        for _ in range(rounds):
            text = hashlib.sha256(text.encode()).hexdigest()
        return text


class StoringService(Storing):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, many: int) -> int:
        rows = [{"number": number, "text": str(number)} for number in range(many)]
        async with self._database.write() as connection:
            await connection.execute("DELETE FROM rows")
            await connection.execute("INSERT INTO rows VALUES (:number, :text)", rows)
        async with self._database.read() as connection:
            return len([*await connection.execute("SELECT number, text FROM rows ORDER BY text")])


class AskingService(Asking):
    def __init__(self, sorting: Sorting, hashing: Hashing, storing: Storing) -> None:
        self._sorting, self._hashing, self._storing = sorting, hashing, storing

    async def ask(self, times: int) -> int:
        for _ in range(times):
            await asyncio.gather(
                self._sorting.sort(40_000),
                asyncio.to_thread(self._hashing.digest, 40_000),
                self._storing.store(4_000),
            )
        return times


app = Application(
    "mixed",
    [
        Capability(Sorting, SortingService),
        Capability(Hashing, HashingService),
        Capability(Storing, StoringService, migrations=[_ROWS]),
        Capability(Asking, AskingService),
    ],
)
