"""A shop whose buyers go on while its database is moved, and what its moves need."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plures.data import (
    Database,
    Dialect,
    Migration,
    Place,
    copies,
    open_database,
)
from plures.errors import PluresError

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
