"""Two capabilities with a database, and one that shows what is in its environment."""

import os
from typing import Protocol

from plures import Application, Capability, Database, Migration, command, contract, query


@contract("databases.till.v1", owner="tests")
class Till(Protocol):
    @command()
    async def put(self, cents: int) -> int: ...
    @command(idempotent=True, key="key", deadline_s=5)
    async def put_once(self, key: str, cents: int) -> int: ...


@contract("databases.safe.v1", owner="tests")
class Safe(Protocol):
    @command()
    async def put(self, cents: int) -> int: ...


@contract("databases.spy.v1", owner="tests")
class Spy(Protocol):
    @query()
    async def environment(self) -> str: ...


CENTS = Migration(1, "cents", ("CREATE TABLE cents (cents INTEGER NOT NULL)",))


class TillService(Till):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, cents: int) -> int:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO cents VALUES (:cents)", {"cents": cents})
            return int(await connection.scalar("SELECT sum(cents) FROM cents"))

    async def put_once(self, key: str, cents: int) -> int:
        return await self.put(cents)


class SafeService(TillService, Safe):
    """The same, with a database of its own."""


class SpyService(Spy):
    async def environment(self) -> str:
        return " ".join(sorted(os.environ))


app = Application(
    "bank",
    [
        Capability(Till, TillService, migrations=[CENTS]),
        Capability(Safe, SafeService, migrations=[CENTS]),
        Capability(Spy, SpyService),
    ],
)
