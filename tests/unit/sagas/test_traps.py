"""What code of sagas gets wrong, or does in great numbers: an end, or a person's desk with a sentence; no worker runs hot."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from plures import Saga, SagaCompensated, SagaParked, saga
from plures.data import Database
from plures.errors import Outcome, Unavailable

from .shop import QUICK, Order, OrderingService, Wish, World, is_now, orders, serving, states, until


class Swallowing(OrderingService):
    """Catches all that there is, and goes on."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        with suppress(BaseException):
            await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        try:
            payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(
                self.payments.give_back, saga.id
            )
        except BaseException:  # noqa: BLE001 - that is the mistake
            payment = "none"
        return Order(saga.id, payment)


class Finally(OrderingService):
    """Takes a step whatever happened before."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        try:
            await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        finally:
            payment = await saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, payment)


@pytest.mark.parametrize("service_class", [Swallowing, Finally])
async def test_a_saga_that_must_stop_takes_no_other_step(
    database: Database, world: World, service_class: type[OrderingService]
) -> None:
    """Peers take the step of a `finally` while the worker stops, and never what came before it."""
    there = asyncio.Event()

    async def wait(operation: str, _: str) -> None:
        if operation == "reserve" and not there.is_set():
            there.set()
            await asyncio.sleep(60)

    world.trouble = wait
    async with serving(database, world, service_class) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await there.wait()
    assert world.effects == []
    assert await states(database) == {"a": "running"}
    async with serving(database, world, service_class) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.effects == [("reserve", "a"), ("take", "a")]


async def test_a_saga_that_waits_for_an_attempt_takes_no_other_step(database: Database, world: World) -> None:
    left = [4]

    def fail(operation: str, _: str) -> None:
        if operation == "reserve" and left[0]:
            left[0] -= 1
            assert ("take", "a") not in world.effects
            raise Unavailable("shop.stock.v1.Stock/Reserve", "it restarts", outcome=Outcome.MAY_HAVE_RUN)

    world.trouble = fail
    async with serving(database, world, Swallowing) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.effects == [("reserve", "a"), ("take", "a")]


class Wrong(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        return wish  # type: ignore[return-value]


class Exiting(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        sys.exit(f"no {wish.item}")


class ExitingBeside(OrderingService):
    @saga(attempts=2)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await asyncio.gather(
            saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id),
            saga.step(self._exit),
        )
        return Order(saga.id, "")

    async def _exit(self) -> None:
        sys.exit("no more")


class Endless(OrderingService):
    @saga(deadline_s=0.1)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        await asyncio.sleep(3600)
        return Order(saga.id, "")


class Later(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        try:
            await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
            return Order(saga.id, "")
        finally:
            raise ZeroDivisionError


class Blocking(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        return Order(saga.id, await saga.step(self._print))

    def _print(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("service_class", "said"),
    [
        (Blocking, "cannot be a step of a saga: it is a plain `def`"),
        (Wrong, "Internal"),
        (Exiting, "SystemExit: no tea"),
        (ExitingBeside, "SystemExit: no more"),
        (Endless, "the deadline of the saga has passed"),
        (Later, "ZeroDivisionError"),
    ],
)
async def test_mistakes_take_it_back(
    database: Database, world: World, service_class: type[OrderingService], said: str
) -> None:
    """A peer whose step ends the process runs it again after each start, without end."""
    async with serving(database, world, service_class) as service:
        with pytest.raises(SagaCompensated, match=said):
            await service.order("a", Wish("tea"))
        assert await states(database) == {"a": "compensated"}
    assert world.held("reserve", "release") == set()


class Cancelling(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item)
        raise asyncio.CancelledError


async def test_code_that_always_cancels_itself_is_parked(database: Database, world: World) -> None:
    async with serving(database, world, Cancelling) as service:
        with pytest.raises(SagaParked, match="its code cancels the task in which it runs"):
            await service.order("a", Wish("tea"))


class Parent(OrderingService):
    """Begins other sagas in its steps, and waits for them."""

    waits_for = "child-b"

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        if wish.pays == 0:
            await saga.step(self._record, saga.id, wish.item)
            return Order(saga.id, "child")
        await saga.step(self._begin, saga.key("c"))
        order = await saga.step(self._wait, f"{self.waits_for}")
        return Order(saga.id, order.payment)

    async def _begin(self, id_: str) -> None:
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO orders (id, item) VALUES (:id, 'parent')", {"id": f"{id_}:begun"})
            await self.sagas.start(self.ordering, id_, Wish("tea", 0))

    async def _wait(self, id_: str) -> Order:
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO orders (id, item) VALUES (:id, 'parent')", {"id": f"{id_}:waited"})
        return await self.sagas.run(self.ordering, id_, Wish("tea", 0))


async def test_steps_begin_other_sagas_and_wait_for_them(database: Database, world: World) -> None:
    async with serving(database, world, Parent) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "child")
        await until(lambda: is_now(database, dict.fromkeys(("a", "a:c", "child-b"), "completed")))
    assert await orders(database) == ["a:c", "a:c:begun", "child-b", "child-b:waited"]


class Self(Parent):
    waits_for = "a"

    @saga(attempts=2)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        order = await saga.step(self._wait, saga.id)
        return Order(saga.id, order.payment)

    async def _wait(self, id_: str) -> Order:
        return await self.sagas.result(self.ordering, id_)


async def test_a_saga_does_not_wait_for_itself(database: Database, world: World) -> None:
    async with serving(database, world, Self) as service:
        with pytest.raises(SagaCompensated, match="it would wait for itself"):
            await service.order("a", Wish("tea"))


async def test_the_caller_of_a_replica_that_stops_learns_that_the_saga_goes_on(
    database: Database, world: World
) -> None:
    there = asyncio.Event()

    async def wait(operation: str, _: str) -> None:
        there.set()
        await asyncio.sleep(60)

    world.trouble = wait
    async with serving(database, world) as service:
        asking = asyncio.create_task(service.order("a", Wish("tea")))
        await there.wait()
    with pytest.raises(Unavailable, match="this replica stops; the saga goes on without it"):
        await asking


async def test_a_worker_with_hundreds_in_hand_ends_them_all(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        answers = await asyncio.gather(*(service.order(f"o{n}", Wish("tea")) for n in range(150)))
    assert len(set(answers)) == 150
    assert set((await states(database)).values()) == {"completed"}


class Napping(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.sleep(3600)
        return Order(saga.id, "")


async def test_hundreds_that_become_due_at_once_go_on_without_a_pause(database: Database, world: World) -> None:
    """More than a worker takes at once: it takes the next as soon as it has room, not at its next look."""
    now = [1_000_000.0]
    slow = replace(QUICK, look_s=30.0)
    async with serving(database, world, Napping, clock=lambda: now[0]) as service:
        async with database.write():
            for n in range(300):
                await service.sagas.start(service.ordering, f"o{n}", Wish("tea"))
        await until(lambda: all_rest(database))
    now[0] += 3600
    async with serving(database, world, Napping, clock=lambda: now[0], pace=slow):
        await until(lambda: is_now(database, {f"o{n}": "completed" for n in range(300)}))


async def all_rest(database: Database) -> bool:
    async with database.read() as connection:
        # Those that have not run yet belong to no worker either.
        asleep = "SELECT count(*) FROM plures_sagas WHERE worker = '' AND due_at > started_at"
        return await connection.scalar(asleep) == 300
