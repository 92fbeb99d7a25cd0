"""What goes wrong in a saga, and where it stands, for tests of what an operator does then."""

from collections.abc import Callable

from plures import Saga, saga
from plures.data import Database
from plures.errors import Outcome, Unavailable
from plures.sagas import State
from plures.sagas.keeping.operations import Filter
from tests.unit.sagas.shop import Order, OrderingService, Wish, states, until

FORWARD = Filter(states=(State.RUNNING, State.COMPENSATING, State.PARKED))


def failing(operation: str, error: Exception) -> Callable[[str, str], None]:
    def trouble(called: str, _: str) -> None:
        if called == operation:
            raise error

    return trouble


def away(operation: str) -> Callable[[str, str], None]:
    return failing(operation, Unavailable(operation, "it is away", outcome=Outcome.NOT_SENT))


async def is_now(database: Database, **expected: str) -> None:
    async def holds() -> bool:
        return await states(database) == expected

    await until(holds)


async def attempts_of(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar("SELECT attempts FROM plures_sagas WHERE id = 'a'"))


class Final(OrderingService):
    @saga(attempts=2)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        saga.point_of_no_return()
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        await saga.step(self._record, saga.id, wish.item)
        return Order(saga.id, payment)
