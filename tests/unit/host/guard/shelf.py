"""A capability whose commands are remembered, seen from its database: without hosts, so that a test may have several replicas."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from plures import ContractError, Database, Migration, command, contract
from plures.contract import ContractDescription, read_contract
from plures.host.guard import guarded
from plures.runtime import Deadlines, by_reference

TABLE = Migration(
    1,
    "runs",
    (
        "CREATE TABLE runs (key TEXT)",
        "CREATE TABLE once (key TEXT PRIMARY KEY)",
        "CREATE TABLE counter (pieces INTEGER)",
        "INSERT INTO counter VALUES (0)",
    ),
)


class Full(ContractError, status="resource_exhausted"):
    """Nothing more fits."""


@contract("parts.shelf.v1", owner="tests")
class Shelf(Protocol):
    @command(idempotent=True, key="key", deadline_s=5, errors=[Full])
    async def put(self, key: str, pieces: int = 1) -> int: ...
    @command(deadline_s=5)
    async def add(self, key: str) -> int: ...


def old_shelf() -> type:
    """The contract before `put` had a number of pieces."""

    @contract("parts.shelf.v1", owner="tests")
    class Shelf(Protocol):
        @command(idempotent=True, key="key", deadline_s=5)
        async def put(self, key: str) -> int: ...

    return Shelf


class Service:
    """Counts its rows; waits after a write for as long as it is told."""

    def __init__(self, database: Database, after: Callable[[], Coroutine[Any, Any, object]] | None = None) -> None:
        self._database = database
        self._after = after

    async def put(self, key: str, pieces: int = 1) -> int:
        return await self.add(key)

    async def add(self, key: str) -> int:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO runs VALUES (:key)", {"key": key})
            count: int = await connection.scalar("SELECT count(*) FROM runs WHERE key = :key", {"key": key})
        if self._after is not None:
            await self._after()
        return count


def client(database: Database, service: object = None, python: type = Shelf) -> Any:
    description: ContractDescription = read_contract(python)[0]
    real = guarded(service or Service(database), description, database)
    deadlines = Deadlines()
    calls = {n: by_reference(o, getattr(real, n), deadlines) for n, o in description.operations.items()}
    return type("Client", (), {name: staticmethod(call) for name, call in calls.items()})()


async def rows(database: Database, key: str = "k") -> int:
    async with database.read() as connection:
        count: int = await connection.scalar("SELECT count(*) FROM runs WHERE key = :key", {"key": key})
    return count


async def age(database: Database, days: float) -> None:
    async with database.write() as connection:
        past = {"past": int(days * 24 * 3600 * 1000)}
        await connection.execute("UPDATE plures_commands SET answered_at = answered_at - :past", past)
