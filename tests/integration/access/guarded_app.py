"""An application of which each process may call a part of another one."""

from typing import Protocol

from plures import Application, Capability, command, contract, query


@contract("guarded.stock.v1", owner="tests")
class Stock(Protocol):
    @command()
    async def take(self, pieces: int) -> int: ...


@contract("guarded.safe.v1", owner="tests")
class Safe(Protocol):
    @query()
    async def look(self) -> str: ...


@contract("guarded.cashier.v1", owner="tests")
class Cashier(Protocol):
    @command()
    async def pay(self) -> int: ...


class StockService(Stock):
    async def take(self, pieces: int) -> int:
        return pieces


class SafeService(Safe):
    async def look(self) -> str:
        return "gold"


class CashierService(Cashier):
    def __init__(self, stock: Stock) -> None:
        self._stock = stock

    async def pay(self) -> int:
        return await self._stock.take(3)


app = Application(
    "guarded", [Capability(Stock, StockService), Capability(Safe, SafeService), Capability(Cashier, CashierService)]
)
