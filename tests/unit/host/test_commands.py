"""What the platform does around the operations of a service that keeps data, seen from its database."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from plures import Database, Migration, Unavailable, command, contract
from plures.contract import ContractDescription, read_contract
from plures.data import Commands, DatabaseBusy, DiskFull, Remembered, StatementFailed, open_database
from plures.data.sqlite import open_store
from plures.data.store import Transaction
from plures.host.guard import forget_old, guarded
from plures.runtime import Deadlines, by_reference

TABLE = Migration(1, "runs", ("CREATE TABLE runs (key TEXT)",))


@contract("parts.shelf.v1", owner="tests")
class Shelf(Protocol):
    @command(idempotent=True, key="key", deadline_s=5)
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

    def __init__(self, database: Database, after: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
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


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(tmp_path, "shelf", (TABLE,))
    yield opened
    await opened.close()


async def rows(database: Database, key: str = "k") -> int:
    async with database.read() as connection:
        count: int = await connection.scalar("SELECT count(*) FROM runs WHERE key = :key", {"key": key})
    return count


async def age(database: Database, days: float) -> None:
    async with database.write() as connection:
        past = {"past": int(days * 24 * 3600 * 1000)}
        await connection.execute("UPDATE plures_commands SET answered_at = answered_at - :past", past)


async def test_a_command_is_remembered_for_14_days(database: Database) -> None:
    shelf = client(database)
    assert [await shelf.put("k"), await shelf.put("k")] == [1, 1]
    await age(database, 13.9)
    assert await shelf.put("k") == 1
    await age(database, 0.2)
    assert [await shelf.put("k"), await shelf.put("k")] == [2, 2]


async def test_old_commands_are_forgotten_a_few_at_a_time(database: Database) -> None:
    async with database.write() as connection:
        for number in range(1100):
            await Commands.keep(connection, "op", str(number), Remembered("r", 200, "{}"))
    await age(database, 15)
    await client(database).put("k")
    await forget_old(database)
    async with database.read() as connection:
        assert (await connection.execute("SELECT command_key FROM plures_commands")).scalars() == ["k"]


async def test_two_replicas_that_run_the_same_command_at_once_do_it_once(database: Database) -> None:
    both_run = asyncio.Barrier(2)

    class Together(Service):
        async def put(self, key: str, pieces: int = 1) -> int:
            await both_run.wait()
            return await self.add(key)

    replicas = [client(database, Together(database)) for _ in range(2)]
    assert await asyncio.gather(*(replica.put("k") for replica in replicas)) == [1, 1]
    assert await rows(database) == 1


async def test_a_field_that_a_later_version_adds_makes_no_other_request(database: Database) -> None:
    assert await client(database, python=old_shelf()).put("k") == 1
    assert await client(database).put("k") == 1
    assert await client(database).put("k", 1) == 1


async def test_what_left_its_write_stays_when_the_command_is_cancelled(database: Database) -> None:
    reached = asyncio.Event()

    async def after() -> None:
        reached.set()
        await asyncio.sleep(60)

    call = asyncio.create_task(client(database, Service(database, after)).put("k"))
    await reached.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert await rows(database) == 1
    assert await client(database).put("k") == 2


async def test_arguments_that_do_not_fit_are_a_type_error(database: Database) -> None:
    for call in (client(database).put, client(database).add):
        with pytest.raises(TypeError):
            await call()
        with pytest.raises(TypeError):
            await call("k", colour="red")


async def test_a_service_without_a_database_is_left_alone() -> None:
    service = object()
    assert guarded(service, read_contract(Shelf)[0], None) is service


class Busy:
    """A store whose commits fail so many times; nothing of them remains."""

    def __init__(self, real: Any, failure: StatementFailed, times: int) -> None:
        self._real = real
        self._failure = failure
        self.times = times
        self.read, self.close = real.read, real.close

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Transaction]:
        async with self._real.write() as transaction:
            yield transaction
            if self.times:
                self.times -= 1
                raise self._failure


@pytest.mark.parametrize("operation", ["put", "add"])
async def test_commits_that_meet_others_are_repeated(tmp_path: Path, operation: str) -> None:
    await (await open_database(tmp_path, "shelf", (TABLE,))).close()
    store = Busy(await open_store(tmp_path, "shelf"), DatabaseBusy("shelf", "COMMIT", "another was first"), 3)
    busy: Any = store
    database = Database("shelf", busy)
    assert await getattr(client(database), operation)("k") == 1
    assert (store.times, await rows(database)) == (0, 1)
    await database.close()


async def test_a_disk_that_stays_full_is_said_to_be_unavailable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    await (await open_database(tmp_path, "shelf", (TABLE,))).close()
    busy: Any = Busy(await open_store(tmp_path, "shelf"), DiskFull("shelf", "COMMIT", "disk full"), 100)
    database = Database("shelf", busy)
    with pytest.raises(Unavailable, match="nothing of it remains"):
        await client(database).put("k")
    assert busy.times == 100 - 6
    assert await rows(database) == 0
    await database.close()
