"""What type checkers know of the steps of a saga, whether an operation is `async def` or a plain `def`."""

from typing import Protocol, assert_type

from plures import Message, Saga, command, contract, saga


class Held(Message):
    key: str


@contract("typing.stock.v1", owner="tests")
class Stock(Protocol):
    @command(idempotent=True)
    async def hold(self, key: str, pieces: int = 1) -> Held: ...
    @command(idempotent=True)
    def ship(self, key: str) -> Held: ...
    @command(idempotent=True)
    async def release(self, key: str) -> None: ...
    @command(idempotent=True)
    def take_back(self, key: str) -> None: ...


class Ordering:
    def __init__(self, stock: Stock) -> None:
        self._stock = stock

    @saga()
    async def place(self, saga: Saga, pieces: int) -> str:
        held = await saga.step(self._stock.hold, saga.id, pieces=pieces).undone_by(self._stock.release, saga.id)
        assert_type(held, Held)
        shipped = await saga.step(self._stock.ship, saga.id).undone_by(self._stock.take_back, saga.id)
        assert_type(shipped, Held)
        saga.undo(self._stock.take_back, key=saga.id)
        saga.step(self._stock.ship, 3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  the mistake must be seen
        saga.undo(self._stock.take_back, 3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  the mistake must be seen
        return shipped.key
