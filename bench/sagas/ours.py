"""A saga of Plures in a production host, with the capability that its steps call in the same process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Protocol

from bench.sagas.subject import INSERT, ITEM, OWNER, TABLE, Caller, Kind, in_the_loop
from plures import Application, Capability, Database, Migration, Saga, Sagas, command, contract, saga
from plures.application import assemble
from plures.data import Server
from plures.deploy.process_setup import freeze_gc
from plures.host import Host, Placement
from plures.runtime import CallContext, current
from plures.topology import DatabaseServer, PlacedDatabase

_NO_LIMIT_S = 3_600.0


@contract("bench.stock.v1", owner="bench")
class Stock(Protocol):
    @command(idempotent=True)
    async def reserve(self, key: str, item: str) -> str: ...
    @command(idempotent=True)
    async def release(self, key: str) -> None: ...
    @command(idempotent=True)
    async def pay(self, key: str, item: str) -> str: ...
    @command(idempotent=True)
    async def give_back(self, key: str) -> None: ...


class StockService(Stock):
    """Idempotent by nature, as it changes nothing: what is measured is the saga."""

    async def reserve(self, key: str, item: str) -> str:
        return f"{key}-{item}"

    async def release(self, key: str) -> None: ...

    async def pay(self, key: str, item: str) -> str:
        return f"{key}-{item}"

    async def give_back(self, key: str) -> None: ...


@contract("bench.orders.v1", owner="bench")
class Orders(Protocol):
    @command(idempotent=True, deadline_s=60)
    async def call(self, key: str) -> str: ...
    @command(idempotent=True, deadline_s=60)
    async def write(self, key: str) -> str: ...


class OrdersService(Orders):
    def __init__(self, database: Database, sagas: Sagas, stock: Stock) -> None:
        self._database = database
        self._sagas = sagas
        self._stock = stock

    async def call(self, key: str) -> str:
        return await self._sagas.run(self.calling, key, ITEM)

    async def write(self, key: str) -> str:
        return await self._sagas.run(self.writing, key, ITEM)

    @saga()
    async def calling(self, saga: Saga, item: str) -> str:
        await saga.step(self._stock.reserve, saga.id, item).undone_by(self._stock.release, saga.id)
        paid = await saga.step(self._stock.pay, saga.id, item).undone_by(self._stock.give_back, saga.id)
        await saga.step(self._add, saga.id, 3, item).undone_by(self._remove, saga.id, 3)
        return paid

    @saga()
    async def writing(self, saga: Saga, item: str) -> str:
        for number in 1, 2, 3:
            await saga.step(self._add, saga.id, number, item).undone_by(self._remove, saga.id, number)
        return saga.id

    async def _add(self, key: str, step: int, item: str) -> str:
        async with self._database.write() as connection:
            await connection.execute(INSERT, {"id": key, "step": step, "item": item})
        return item

    async def _remove(self, key: str, step: int) -> None:
        async with self._database.write() as connection:
            await connection.execute("DELETE FROM lines WHERE id = :id AND step = :step", {"id": key, "step": step})


_APP = Application(
    "bench",
    [Capability(Stock, StockService), Capability(Orders, OrdersService, migrations=[Migration(1, "lines", (TABLE,))])],
)


@asynccontextmanager
async def plures(kind: Kind, place: Path | Server) -> AsyncGenerator[Caller]:
    assembly = assemble(_APP)
    data, databases = (place, {}) if isinstance(place, Path) else (Path("/nonexistent"), {OWNER: _placed(place)})
    host = Host(assembly, Placement(frozenset(assembly.capabilities), edge=False, data=data, databases=databases))
    await host.start()
    freeze_gc()
    # Except in scripts, a call is always part of a request that an edge or another service answers.
    current.set(CallContext(monotonic() + _NO_LIMIT_S, 0))
    orders: Orders = host.client(Orders)
    yield in_the_loop(orders.call if kind is Kind.CALLS else orders.write)
    await host.drain()
    await host.stop()


def _placed(server: Server) -> PlacedDatabase:
    return PlacedDatabase(
        DatabaseServer("bench", server.url.replace("postgres@", f"{OWNER}@")), server.most_connections
    )
