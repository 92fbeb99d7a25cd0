"""Databases that are moved while processes write to them: nothing is lost, nothing is there twice, whatever ends half-way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plures.data import (
    Database,
    DatabaseMoved,
    Dialect,
    Folder,
    HandoverRefused,
    Migration,
    Place,
    StatementFailed,
    copies,
    open_database,
)
from plures.errors import PluresError
from tests.postgres import Postgres

from .here import Here

SHOP = (
    Migration(
        1,
        "orders",
        (
            "CREATE TABLE customers (name TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE)",
            "CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL REFERENCES customers ON DELETE CASCADE, pieces INTEGER NOT NULL)",
            "CREATE TABLE visits (at INTEGER)",
        ),
    ),
)
CUSTOMERS = 7


class Shop:
    """Buyers who order, change and cancel, on all processes in turn; they remember what they were told."""

    def __init__(self, databases: Sequence[Database]) -> None:
        self.databases = databases
        self.answered: dict[str, int] = {}
        self.failed: list[BaseException] = []
        self._next = 0
        self._open = True
        self._ended = asyncio.Event()

    async def fill(self, orders: int) -> None:
        async with self.databases[0].write() as connection:
            names = [{"name": f"c{n}", "email": f"{n}@example.org"} for n in range(CUSTOMERS)]
            await connection.execute("INSERT INTO customers VALUES (:name, :email)", names)
            await connection.execute("INSERT INTO visits VALUES (:at)", [{"at": 1}, {"at": 1}, {"at": 2}])
        for _ in range(orders):
            await self._order()

    async def buy(self) -> None:
        while self._open:
            try:
                await self._order()
                await self._change()
                await self._cancel()
            except PluresError as error:
                self.failed.append(error)
            await asyncio.sleep(0.001)
        self._ended.set()

    def close(self) -> None:
        self._open = False

    async def check(self, database: Database) -> None:
        """After `close`; what a buyer has begun comes to its end first."""
        await self._ended.wait()
        async with database.read() as connection:
            rows = (await connection.execute("SELECT id, pieces FROM orders")).all()
            visits = (await connection.execute("SELECT at FROM visits ORDER BY at")).scalars()
        assert {row.id: row.pieces for row in rows} == self.answered
        assert len(rows) == len(self.answered)
        assert list(visits) == [1, 1, 2]

    async def _order(self) -> None:
        self._next += 1
        order = f"o{self._next:06}"
        await self._write(
            "INSERT INTO orders VALUES (:id, :customer, 1)", {"id": order, "customer": f"c{self._next % CUSTOMERS}"}
        )
        self.answered[order] = 1

    async def _change(self) -> None:
        order = self._one()
        await self._write("UPDATE orders SET pieces = pieces + 1 WHERE id = :id", {"id": order})
        self.answered[order] += 1

    async def _cancel(self) -> None:
        if self._next % 3 == 0:
            order = self._one()
            await self._write("DELETE FROM orders WHERE id = :id", {"id": order})
            del self.answered[order]

    def _one(self) -> str:
        orders = list(self.answered)
        return orders[self._next * 7919 % len(orders)]

    async def _write(self, sql: str, values: Mapping[str, object]) -> None:
        async with self.databases[self._next % len(self.databases)].write() as connection:
            await connection.execute(sql, values)


@asynccontextmanager
async def shop(place: Place, replicas: int = 1, orders: int = 300) -> AsyncIterator[Shop]:
    """Open, filled, and with a buyer under way."""
    databases = [await open_database(place, "shop", SHOP) for _ in range(replicas)]
    opened = Shop(databases)
    await opened.fill(orders)
    buying = asyncio.create_task(opened.buy())
    try:
        yield opened
    finally:
        opened.close()
        await asyncio.wait([buying])
        for database in databases:
            await database.close()


def end(place: Place) -> copies.End:
    return copies.End(place)


async def move(source: Place, target: Place, users: Here) -> copies.Moved:
    owners = copies.Owners("shop", Path(), {"shop": SHOP})
    return await copies.move_live(owners, "shop", (end(source), end(target)), users, lambda *_: None)


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Folder(tmp_path / "target")
    return await request.getfixturevalue("postgres").schema()


async def test_a_database_that_is_written_to_is_moved_whole(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        moved = await move(place, target, users)
        # What is written afterwards comes after what was moved.
        await asyncio.sleep(0.1)
        running.close()
        await asyncio.sleep(0.05)
        await running.check(running.databases[0])
        assert running.failed == []
        assert moved.held_s is not None
        assert moved.held_s > 0
        assert moved.tables.keys() == {"customers", "orders", "plures_commands", "visits"}
    with pytest.raises(DatabaseMoved):
        await open_database(place, "shop", SHOP)
    reopened = await open_database(target, "shop", SHOP)
    await running.check(reopened)
    async with reopened.write() as connection:
        await connection.execute("DELETE FROM customers")
        assert await connection.scalar("SELECT count(*) FROM orders") == 0
    await reopened.close()


async def test_there_and_back(tmp_path: Path, postgres: Postgres) -> None:
    file, server = Folder(tmp_path), await postgres.schema()
    async with shop(file) as running:
        await move(file, server, Here(running.databases, end(server)))
        await asyncio.sleep(0.05)
        await move(server, file, Here(running.databases, end(file)))
        await asyncio.sleep(0.05)
        await move(file, server, Here(running.databases, end(server)))
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])


async def test_all_replicas_go_on_with_the_copy(postgres: Postgres) -> None:
    source, target = await postgres.schema(), await postgres.schema()
    async with shop(source, replicas=3) as running:
        await move(source, target, Here(running.databases, end(target)))
        await asyncio.sleep(0.1)
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        for database in running.databases:
            await running.check(database)


async def test_a_file_is_no_target_for_several_processes(tmp_path: Path, postgres: Postgres) -> None:
    source, target = await postgres.schema(), Folder(tmp_path)
    async with shop(source, replicas=2) as running:
        with pytest.raises(copies.CannotMove, match="a file belongs to one process"):
            await move(source, target, Here(running.databases, end(target)))
        assert running.failed == []


async def test_a_process_that_takes_no_part_keeps_a_database_where_it_is(postgres: Postgres) -> None:
    source, target = await postgres.schema(), await postgres.schema()
    async with shop(source, replicas=2) as running:
        users = Here(running.databases[:1], end(target))
        with pytest.raises(copies.CannotMove, match="does not run on this machine"):
            await move(source, target, users)
        assert "hold" not in users.steps
        await asyncio.sleep(0.02)
        assert running.failed == []
        assert await notes(running.databases[0]) == 0


async def notes(database: Database) -> object:
    catalogue = (
        "SELECT count(*) FROM sqlite_master WHERE name LIKE 'plures_changes%'"
        if database.dialect is Dialect.SQLITE
        else "SELECT count(*) FROM pg_class WHERE relname LIKE 'plures_changes%' AND relnamespace = quote_ident(current_schema())::regnamespace"
    )
    async with database.read() as connection:
        return await connection.scalar(catalogue)


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(2000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come")


class Killed(BaseException):
    """The program that moves is gone: nothing of it runs any more."""


async def killed() -> None:
    raise Killed


async def test_a_process_that_uses_another_database_is_not_moved(place: Place, tmp_path: Path) -> None:
    """plures.toml was changed since it started."""
    other = Folder(tmp_path / "other")
    opened = await open_database(other, "shop", SHOP)
    await opened.close()
    async with shop(place) as running:
        target = Folder(tmp_path / "target")
        with pytest.raises(copies.CannotMove, match="does not use"):
            await move(other, target, Here(running.databases, end(target)))
        await asyncio.sleep(0.02)
        assert running.failed == []


@pytest.mark.parametrize("step", ["track", "prepare", "hold"])
async def test_a_move_that_is_killed_before_writes_are_held_is_run_again(
    place: Place, target: Place, step: str
) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        users.before = {step: killed, "give_up": killed}
        with pytest.raises(Killed):
            await move(place, target, users)
        await asyncio.sleep(0.05)
        # As a process does when it is told of another move.
        await users.handovers[0].close()
        await move(place, target, Here(running.databases, end(target)))
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_writes_go_on_when_the_program_is_killed_while_they_wait(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        users.before = {"seal": killed, "give_up": killed}
        with pytest.raises(Killed):
            await move(place, target, users)
        before = dict(running.answered)
        # The lease ends.
        await until(lambda: running.answered != before)
        with pytest.raises(HandoverRefused):
            await users.handovers[0].seal()
        await move(place, target, Here(running.databases, end(target)))
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])
        for handover in users.handovers:
            await handover.close()


async def test_a_sealed_source_is_left_also_without_the_program(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))
        users.before = {"switch": killed, "give_up": killed}
        with pytest.raises(Killed):
            await move(place, target, users)
        await until(lambda: users.handovers[0].is_over)
        await asyncio.sleep(0.05)
        running.close()
        await asyncio.sleep(0.05)
        assert running.failed == []
        await running.check(running.databases[0])
    reopened = await open_database(target, "shop", SHOP)
    await running.check(reopened)
    await reopened.close()


async def test_a_process_that_missed_the_hold_cannot_write_to_what_was_left(postgres: Postgres) -> None:
    """It has started again at the wrong moment, and knows nothing of a move."""
    source, target = await postgres.schema(), await postgres.schema()
    async with shop(source) as running:
        users = Here(running.databases, end(target))
        late: list[Database] = []

        async def start() -> None:
            late.append(await open_database(source, "shop", SHOP))

        users.before = {"hold": start}
        await move(source, target, users)
        with pytest.raises(StatementFailed, match="moved to"):
            async with late[0].write() as connection:
                await connection.execute("INSERT INTO visits VALUES (3)")
        # Told of the move, it goes on with the copy.
        told = Here(late, end(target))
        await told.each("switch")
        async with late[0].write() as connection:
            await connection.execute("INSERT INTO visits VALUES (3)")
            await connection.execute("DELETE FROM visits WHERE at = 3")
        running.close()
        await asyncio.sleep(0.05)
        await running.check(late[0])
        await late[0].close()


async def test_a_migration_meanwhile_keeps_a_database_where_it_is(place: Place, target: Place) -> None:
    async with shop(place) as running:
        users = Here(running.databases, end(target))

        async def change() -> None:
            async with running.databases[0].store.write() as write:
                await write.execute("CREATE TABLE news (id INTEGER PRIMARY KEY)", {})

        users.before = {"hold": change}
        with pytest.raises(copies.MoveDiffers, match="changed meanwhile"):
            await move(place, target, users)
        await asyncio.sleep(0.02)
        assert running.failed == []
        assert await notes(running.databases[0]) == 0
