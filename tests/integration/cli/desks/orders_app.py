"""Orders whose sagas end, wait, sleep or are parked, as their kind says. `plures sagas` is tried on it."""

import asyncio
from typing import Protocol

from plures import (
    Application,
    Capability,
    ContractError,
    Database,
    Message,
    Migration,
    Saga,
    Sagas,
    command,
    contract,
    query,
    saga,
)

TABLE = Migration(1, "orders", ("CREATE TABLE orders (id TEXT PRIMARY KEY)",))


class Declined(ContractError, status="unavailable"):
    """The bank takes no cards now."""


class Wish(Message):
    kind: str
    card: str = ""


@contract("orders.payments.v1", owner="tests")
class Payments(Protocol):
    @command(idempotent=True, key="key", errors=[Declined])
    async def take(self, key: str) -> str: ...
    @command(idempotent=True, key="key", errors=[Declined])
    async def give_back(self, key: str) -> None: ...
    @command()
    async def mend(self) -> None: ...


class PaymentsService(Payments):
    def __init__(self, database: Database) -> None:
        self._is_mended = False

    async def take(self, key: str) -> str:
        return self._answer("paid")

    async def give_back(self, key: str) -> None:
        self._answer("")

    async def mend(self) -> None:
        self._is_mended = True

    def _answer(self, answer: str) -> str:
        if not self._is_mended:
            raise Declined
        return answer


@contract("orders.ordering.v1", owner="tests")
class Ordering(Protocol):
    @command(idempotent=True)
    async def order(self, id: str, kind: str) -> None: ...  # noqa: A002
    @query()
    async def orders(self) -> tuple[str, ...]: ...
    @command()
    async def ring(self) -> None: ...


class OrderingService(Ordering):
    def __init__(self, database: Database, sagas: Sagas, payments: Payments) -> None:
        self._database = database
        self._sagas = sagas
        self._payments = payments
        self._rung = asyncio.Event()

    async def order(self, id: str, kind: str) -> None:  # noqa: A002
        await self._sagas.start(self.placing, id, Wish(kind, "4111"))

    async def orders(self) -> tuple[str, ...]:
        async with self._database.read() as connection:
            return tuple((await connection.execute("SELECT id FROM orders ORDER BY id")).scalars())

    @saga()
    async def placing(self, saga: Saga, wish: Wish) -> str:
        recording = saga.step(self._record, saga.id)
        # To take a stuck one back is declined as well.
        undo = self._payments.give_back if wish.kind == "stuck" else self._remove
        await recording.undone_by(undo, saga.id)
        if wish.kind == "sleeps":
            await saga.sleep(3600)
        if wish.kind == "final":
            saga.point_of_no_return()
        if wish.kind == "waits":
            return await saga.step(self._wait)
        return "" if wish.kind == "easy" else await saga.step(self._payments.take, saga.id)

    async def ring(self) -> None:
        self._rung.set()

    async def _wait(self) -> str:
        await self._rung.wait()
        return "rung"

    async def _record(self, id: str) -> None:  # noqa: A002
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO orders (id) VALUES (:id)", {"id": id})

    async def _remove(self, id: str) -> None:  # noqa: A002
        async with self._database.write() as connection:
            await connection.execute("DELETE FROM orders WHERE id = :id", {"id": id})


class NewerService(OrderingService):
    @saga(version=2)
    async def placing(self, saga: Saga, wish: Wish) -> str:
        return f"{saga.id}: {wish.kind}"


class WithoutSagasService(Ordering):
    def __init__(self, database: Database) -> None: ...

    async def order(self, id: str, kind: str) -> None: ...  # noqa: A002

    async def orders(self) -> tuple[str, ...]:
        return ()

    async def ring(self) -> None: ...


payments = Capability(Payments, PaymentsService, migrations=[])
ordering = Capability(Ordering, OrderingService, migrations=[TABLE])
app = Application("orders", [payments, ordering])
newer = Application("orders", [payments, Capability(Ordering, NewerService, migrations=[TABLE])])
without_sagas = Application("orders", [payments, Capability(Ordering, WithoutSagasService, migrations=[TABLE])])
