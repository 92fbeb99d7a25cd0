"""What the platform does around the operations of a service that keeps data, seen from its database."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from time import time
from typing import Any, Protocol, cast

import pytest
from msgspec.structs import replace

from plures import (
    CallError,
    ContractError,
    Database,
    Event,
    Internal,
    InvalidRequest,
    LimitExceeded,
    Message,
    Outcome,
    Status,
    Unavailable,
    command,
    contract,
)
from plures.contract import SubscriptionDeclaration, read_contract, read_delivery
from plures.data import Commands, DatabaseBusy, DiskFull, Remembered, StatementFailed, open_database
from plures.data.sqlite import open_store
from plures.data.store import Transaction
from plures.host.guard import forget_old, guarded
from plures.runtime import Deadlines, by_reference

from .shelf import TABLE, Full, Service, Shelf, age, client, old_shelf, rows


class Colour(Enum):
    RED = "red"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(tmp_path, "shelf", (TABLE,))
    yield opened
    await opened.close()


async def test_a_command_is_remembered_for_14_days(database: Database) -> None:
    shelf = client(database)
    assert [await shelf.put("k"), await shelf.put("k")] == [1, 1]
    await age(database, 13.9)
    assert await shelf.put("k") == 1
    await age(database, 0.2)
    assert [await shelf.put("k"), await shelf.put("k")] == [2, 2]


async def test_the_id_of_an_event_tells_all_of_its_delivery(database: Database) -> None:
    class Sold(Event, key="item"):
        item: str

    @contract("parts.shelf.v1", owner="tests", events=[Sold])
    class Selling(Protocol): ...

    class Handler:
        async def note(self, **envelope: object) -> None:
            async with database.write() as connection:
                await connection.execute("INSERT INTO runs VALUES ('k')")

    (event,) = read_contract(Selling)[0].events
    delivery = read_delivery("parts.shelf.v1.Shelf", "note", event, SubscriptionDeclaration(5))
    shelf = replace(read_contract(Shelf)[0], operations={"note": delivery})
    note = by_reference(delivery, cast("Any", guarded(Handler(), shelf, database)).note, Deadlines())

    async def deliver(id: str, item: str) -> None:  # noqa: A002
        now = datetime.now(UTC)
        await note(id=id, source="/tests", type=event.name, time=now, data=Sold(item=item))

    await deliver("one", "tea")
    # What an earlier version remembered had more to compare.
    async with database.write() as connection:
        await connection.execute("UPDATE plures_commands SET request = 'hash'")
    await deliver("one", "milk")
    assert await rows(database) == 1
    await deliver("two", "tea")
    assert await rows(database) == 2
    with pytest.raises(InvalidRequest, match="300 characters"):
        await deliver("x" * 300, "tea")


@pytest.mark.parametrize("hours", [-1.0, 1.0])
async def test_clocks_of_replicas_may_differ(database: Database, monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    assert await client(database).put("k") == 1
    monkeypatch.setattr("plures.data.commands.time", lambda: time() + hours * 3600)
    await forget_old(database)
    assert [await client(database).put("k"), await client(database).put("later")] == [1, 1]
    monkeypatch.undo()
    await forget_old(database)
    assert [await client(database).put("k"), await client(database).put("later")] == [1, 1]
    await age(database, 14 + 2 / 24)
    await forget_old(database)
    assert [await client(database).put("k"), await client(database).put("later")] == [2, 2]


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


class Before(Message):
    left: int


class After(Message):
    left: int
    note: str = ""
    colour: Colour | None = None


class Renamed(Message):
    rest: Before


def answering(answer: type, errors: tuple[type[ContractError], ...] = ()) -> type:
    """A version of the contract."""

    @contract("parts.shelf.v1", owner="tests")
    class Shelf(Protocol):
        @command(idempotent=True, key="key", deadline_s=5, errors=errors)
        async def put(self, key: str) -> answer: ...  # type: ignore[valid-type]

    return Shelf


class Always(Service):
    """Answers this, or raises it."""

    def __init__(self, database: Database, answer: Any) -> None:
        super().__init__(database)
        self._answer = answer

    async def put(self, key: str, pieces: int = 1) -> Any:
        await self.add(key)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


async def test_another_version_of_the_contract_reads_the_answer(database: Database) -> None:
    old = client(database, Always(database, Before(1)), answering(Before))
    new = client(database, Always(database, After(2, "new", Colour.RED)), answering(After))
    assert [await old.put("of the old"), await new.put("of the old")] == [Before(1), After(1)]
    assert [await new.put("of the new"), await old.put("of the new")] == [After(2, "new", Colour.RED), Before(2)]
    assert [await rows(database, "of the old"), await rows(database, "of the new")] == [1, 1]


async def test_an_answer_that_another_version_cannot_read_is_an_error_each_time(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    await client(database, Always(database, Before(1)), answering(Before)).put("k")
    other = client(database, Always(database, Renamed(Before(1))), answering(Renamed))
    for _ in range(2):
        with pytest.raises(Internal):
            await other.put("k")
    assert await rows(database) == 1


async def test_a_declared_error_that_another_version_does_not_know_keeps_its_status(database: Database) -> None:
    with pytest.raises(Full):
        await client(database, Always(database, Full()), answering(int, (Full,))).put("k")
    with pytest.raises(CallError, match="Nothing more fits") as told:
        await client(database, Always(database, 1), answering(int)).put("k")
    assert (told.value.status, told.value.outcome) == (Status.RESOURCE_EXHAUSTED, Outcome.MAY_HAVE_RUN)
    assert await rows(database) == 1


@pytest.mark.parametrize("answer", ["no number", RuntimeError("a bug"), Full()])
async def test_an_answer_that_breaks_the_contract_leaves_nothing(
    database: Database, caplog: pytest.LogCaptureFixture, answer: object
) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")
    with pytest.raises(Internal):
        await client(database, Always(database, answer), answering(int)).put("k")
    assert await rows(database) == 0
    assert await client(database, Always(database, 1), answering(int)).put("k") == 1


async def test_an_answer_that_is_too_large_for_the_wire_leaves_nothing(database: Database) -> None:
    with pytest.raises(LimitExceeded):
        await client(database, Always(database, "x" * 2**20), answering(str)).put("k")
    assert await rows(database) == 0


async def test_the_deadline_passes_while_the_first_still_runs(database: Database) -> None:
    go_on = asyncio.Event()
    shelf = client(database, Service(database, go_on.wait))
    first = asyncio.create_task(shelf.put("k"))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shelf.put("k"), 0.05)
    go_on.set()
    assert [await first, await shelf.put("k"), await rows(database)] == [1, 1, 1]


async def test_nothing_of_its_last_write_stays_when_the_command_is_cancelled(database: Database) -> None:
    reached = asyncio.Event()

    async def after() -> None:
        reached.set()
        await asyncio.sleep(60)

    call = asyncio.create_task(client(database, Service(database, after)).put("k"))
    await reached.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert await rows(database) == 0
    assert [await client(database).put("k"), await client(database).put("k")] == [1, 1]


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


@pytest.mark.parametrize("operation", ["put", "add"])
async def test_on_a_full_disk_an_operation_fails_at_once_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, operation: str
) -> None:
    await (await open_database(tmp_path, "shelf", (TABLE,))).close()
    busy: Any = Busy(await open_store(tmp_path, "shelf"), DiskFull("shelf", "COMMIT", "disk full"), 100)
    database = Database("shelf", busy)
    with pytest.raises(Unavailable, match="nothing of it remains"):
        await getattr(client(database), operation)("k")
    assert (busy.times, await rows(database)) == (99, 0)
    assert "Make room on the disk" in caplog.text
    await database.close()
