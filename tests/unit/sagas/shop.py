"""A service with a saga over two other capabilities, which remember keys as real ones do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from plures import ContractError, Database, Message, Migration, Saga, Sagas, command, contract, query, saga
from plures.sagas import Pace, Worker, open_sagas, read_sagas
from plures.testing import fake

MIGRATIONS = [Migration(1, "orders", ("CREATE TABLE orders (id TEXT PRIMARY KEY, item TEXT NOT NULL)",))]
QUICK = Pace(
    retry_first_s=0.001, retry_most_s=0.02, in_memory_s=0.01, look_s=0.02, lease_s=0.4, pause_s=0.01, replay_s=2.0
)


class SoldOut(ContractError, status="failed_precondition"):
    """Nothing is left of it."""

    item: str


class Declined(ContractError, status="failed_precondition"):
    """The bank declined the card."""

    reason: str


class Wish(Message):
    item: str
    pays: int = 1


class Order(Message):
    id: str
    payment: str


@contract("shop.stock.v1", owner="tests")
class Stock(Protocol):
    @command(idempotent=True, key="key", errors=[SoldOut])
    async def reserve(self, key: str, item: str) -> int: ...
    @command(idempotent=True, key="key")
    async def release(self, key: str) -> None: ...
    @command()
    async def count(self, item: str) -> int: ...
    @query()
    async def left(self, item: str) -> int: ...


@contract("shop.payments.v1", owner="tests")
class Payments(Protocol):
    @command(idempotent=True, key="key", errors=[Declined])
    async def take(self, key: str, amount: int) -> str: ...
    @command(idempotent=True, key="key")
    async def give_back(self, key: str) -> None: ...


@contract("shop.ordering.v1", owner="tests")
class Ordering(Protocol):
    @command(idempotent=True)
    async def order(self, id: str, wish: Wish) -> Order: ...  # noqa: A002


@dataclass
class World:
    """What the other capabilities have done, and what goes wrong next.

    Attributes:
        effects: One entry for each effect; a key that was used before has none.
        calls: Each call, also one that had no effect.
        trouble: Called before each call, with the operation and the key; what it raises fails the call.
        after: The same, when the call has had its effect.
        answers: What operations answer to a key, in place of always the same.
    """

    effects: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    trouble: Callable[[str, str], Any] = lambda *_: None
    after: Callable[[str, str], Any] = lambda *_: None
    known: set[tuple[str, str]] = field(default_factory=set)
    answers: dict[str, Callable[[str], Any]] = field(default_factory=dict)

    def act(self, operation: str, answer: Any = None) -> Any:
        async def call(key: str, *_: Any, **__: Any) -> Any:
            await asyncio.sleep(0)
            self.calls.append((operation, key))
            await _maybe(self.trouble(operation, key))
            if (operation, key) not in self.known:
                self.known.add((operation, key))
                self.effects.append((operation, key))
            await _maybe(self.after(operation, key))
            return self.answers[operation](key) if operation in self.answers else answer

        return call

    @property
    def stock(self) -> Stock:
        return fake(Stock, reserve=self.act("reserve", 3), release=self.act("release"), left=5)

    @property
    def payments(self) -> Payments:
        return fake(Payments, take=self.act("take", "paid"), give_back=self.act("give_back"))

    def held(self, take: str, back: str) -> set[str]:
        """The keys of what was taken and not given back."""
        took, gave = ({key for name, key in self.effects if name == which} for which in (take, back))
        return took - gave


async def _maybe(result: Any) -> None:
    if hasattr(result, "__await__"):
        await result


class OrderingService(Ordering):
    def __init__(self, database: Database, sagas: Sagas, stock: Stock, payments: Payments) -> None:
        self.database = database
        self.sagas = sagas
        self.stock = stock
        self.payments = payments

    async def order(self, id: str, wish: Wish) -> Order:  # noqa: A002
        return await self.sagas.run(self.ordering, id, wish)

    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        return Order(saga.id, payment)

    async def _record(self, id: str, item: str) -> None:  # noqa: A002
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO orders (id, item) VALUES (:id, :item)", {"id": id, "item": item})

    async def _remove(self, id: str) -> None:  # noqa: A002
        async with self.database.write() as connection:
            await connection.execute("DELETE FROM orders WHERE id = :id", {"id": id})


async def orders(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute("SELECT id FROM orders ORDER BY id")).scalars())


async def states(database: Database) -> dict[str, str]:
    async with database.read() as connection:
        return {row.id: row.state for row in await connection.execute("SELECT id, state FROM plures_sagas")}


async def is_now(database: Database, expected: dict[str, str]) -> bool:
    return await states(database) == expected


@asynccontextmanager
async def serving(
    database: Database,
    world: World,
    service: type[OrderingService] = OrderingService,
    *,
    pace: Pace = QUICK,
    **others: Any,
) -> AsyncIterator[OrderingService]:
    """The service with its worker at work; leaving it lets go of all sagas, as a stopping replica does."""
    definitions, violations = read_sagas(service)
    assert violations == []
    # A test that gives a clock moves it.
    others = {"server_clock": "clock" not in others} | others
    sagas, worker = await open_sagas(database, "ordering", definitions, pace=pace, **others)
    built = service(database, sagas, world.stock, world.payments)
    worker.serve(built)
    async with running(worker):
        yield built


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Any], *, of: float = 20.0) -> None:
    """Wait for something that happens soon; `of` seconds is the patience of the test."""
    async with asyncio.timeout(of):
        while not await true():  # noqa: ASYNC110 - the database tells no one
            await asyncio.sleep(0.005)
