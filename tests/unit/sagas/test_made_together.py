"""Steps that a saga makes before it awaits the first of them are noted together: nothing is lost, and all of it is taken back."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from plures import Saga, saga
from plures.data import Database
from plures.errors import Unavailable
from plures.sagas import operations

from .shop import QUICK, Declined, Order, OrderingService, SoldOut, Wish, World, is_now, orders, serving, until

FORWARD = operations.Filter()
SLOW = replace(QUICK, retry_first_s=60.0, retry_most_s=60.0)


class Together(OrderingService):
    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        reserved = saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        taken = saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        await reserved
        payment = await taken
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        return Order(saga.id, payment)


class Undoing(OrderingService):
    """Says between two steps what takes something back."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        reserved = saga.step(self.stock.reserve, saga.id, wish.item)
        taken = saga.step(self.payments.take, saga.id, wish.pays)
        await reserved
        saga.undo(self.stock.release, saga.id)
        return Order(saga.id, await taken)


class Late(OrderingService):
    """Says late what takes back a step that it has made."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        reserved = saga.step(self.stock.reserve, saga.id, wish.item)
        taken = saga.step(self.payments.take, saga.id, wish.pays)
        await reserved
        return Order(saga.id, await taken.undone_by(self.payments.give_back, saga.id))


class Final(OrderingService):
    """Passes its point of no return between two steps."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        reserved = saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        taken = saga.step(self.payments.take, saga.id, wish.pays)
        await reserved
        saga.point_of_no_return()
        return Order(saga.id, await taken)


class Sleeping(OrderingService):
    """Leaves the memory between two steps."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        reserved = saga.step(self.stock.reserve, saga.id, wish.item)
        taken = saga.step(self.payments.take, saga.id, wish.pays)
        await reserved
        await saga.sleep(60)
        return Order(saga.id, await taken)


class Apart(OrderingService):
    """Its second step may depend on the answer of the first."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        left = await saga.step(self.stock.reserve, saga.id, wish.item)
        return Order(saga.id, await saga.step(self.payments.take, saga.id, left))


class Gathered(OrderingService):
    """The same, with the first taken by another task than the one that made it."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        [left] = await asyncio.gather(saga.step(self.stock.reserve, saga.id, wish.item))
        return Order(saga.id, await saga.step(self.payments.take, saga.id, left))


class Branching(OrderingService):
    """The second step is made in time, by another task, which a saga that is taken back need not begin again."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        is_reserved = asyncio.Event()

        async def money() -> str:
            taken = saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
            await is_reserved.wait()
            return await taken

        payment = asyncio.create_task(money())
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        is_reserved.set()
        return Order(saga.id, await payment)


async def noted(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute("SELECT name FROM plures_saga_steps ORDER BY place")).scalars())


async def is_final(database: Database) -> bool:
    async with database.read() as connection:
        return bool(await connection.scalar("SELECT is_final FROM plures_sagas"))


@pytest.mark.parametrize(
    ("service_class", "then", "final"),
    [
        (Together, [], False),
        (Apart, ["stock.reserve"], False),
        (Gathered, ["stock.reserve"], False),
        (Undoing, ["stock.reserve"], False),
        (Late, ["stock.reserve"], False),
        (Final, ["stock.reserve"], True),
        (Branching, ["stock.reserve"], False),
    ],
)
async def test_what_is_noted_when_the_second_step_begins(
    database: Database, world: World, service_class: type[OrderingService], then: list[str], *, final: bool
) -> None:
    found: list[Any] = []

    async def look(operation: str, _: str) -> None:
        if operation == "take":
            found.append((await noted(database), await is_final(database)))

    world.trouble = look
    async with serving(database, world, service_class) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert found == [(then, final)]
    assert (await noted(database))[:2] == ["stock.reserve", "payments.take"]


@pytest.mark.parametrize("service_class", [Together, Sleeping])
async def test_what_has_ended_is_noted_when_the_saga_leaves_the_memory(
    database: Database, world: World, service_class: type[OrderingService]
) -> None:
    def away(operation: str, _: str) -> None:
        if operation == "take":
            raise Unavailable("payments", "it restarts")

    world.trouble = away
    async with serving(database, world, service_class, pace=SLOW) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await until(lambda: is_resting(database))
        assert (await noted(database))[0] == "stock.reserve"
    world.trouble = lambda *_: None
    async with serving(database, world, service_class) as service:
        await operations.resume(database, FORWARD)
        if service_class is Together:
            assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.calls.count(("reserve", "a")) == 1


async def is_resting(database: Database) -> bool:
    async with database.read() as connection:
        return bool(await connection.scalar("SELECT count(*) FROM plures_sagas WHERE worker = ''"))


async def die_after_the_second(database: Database, world: World) -> None:
    """The process dies when both steps have had their effect, and neither is noted."""
    has_taken = asyncio.Event()

    async def hang(operation: str, _: str) -> None:
        if operation == "take":
            has_taken.set()
            await asyncio.sleep(60)

    world.after = hang
    async with serving(database, world, Together) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await has_taken.wait()
    world.after = lambda *_: None
    assert await noted(database) == []
    world.calls.clear()


async def test_the_next_process_calls_them_again(database: Database, world: World) -> None:
    await die_after_the_second(database, world)
    async with serving(database, world, Together) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.calls == world.effects == [("reserve", "a"), ("take", "a")]
    assert await orders(database) == ["a"]


async def test_one_that_is_taken_back_takes_both_back(database: Database, world: World) -> None:
    await die_after_the_second(database, world)
    assert await operations.compensate(database, FORWARD) == (1, 0)
    async with serving(database, world, Together):
        await until(lambda: is_now(database, {"a": "compensated"}))
    assert world.calls == [("give_back", "a"), ("release", "a")]


async def test_where_the_first_fails_now_the_second_is_taken_back_too(database: Database, world: World) -> None:
    await die_after_the_second(database, world)

    def sold_out(operation: str, _: str) -> None:
        if operation == "reserve":
            raise SoldOut(item="tea")

    world.trouble = sold_out
    async with serving(database, world, Together) as service:
        with pytest.raises(SoldOut):
            await service.order("a", Wish("tea"))
    assert world.held("take", "give_back") == world.held("reserve", "release") == set()


async def test_a_first_run_does_not_take_back_what_it_has_not_begun(database: Database, world: World) -> None:
    def sold_out(*_: str) -> None:
        raise SoldOut(item="tea")

    world.trouble = sold_out
    async with serving(database, world, Together) as service:
        with pytest.raises(SoldOut):
            await service.order("a", Wish("tea"))
    assert world.calls == [("reserve", "a")]


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_a_worker_that_stood_still_takes_none_of_them(database: Database, world: World) -> None:
    """Another one had the saga meanwhile, and gave it back. No note refuses the late one before its second step, so it must ask."""
    stands_still = True

    async def stand_still(*_: str) -> None:
        nonlocal stands_still
        if stands_still:
            stands_still = False
            time.sleep(0.6)  # noqa: ASYNC251 - so that its lease passes
            await change_hands(database)
            await until(lambda: is_alive(database))

    world.after = stand_still
    async with serving(database, world, Together) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await until(lambda: is_now(database, {"a": "completed"}))
    assert world.calls == [("reserve", "a"), ("reserve", "a"), ("take", "a")]


async def change_hands(database: Database) -> None:
    async with database.plain_write() as connection:
        await connection.execute("UPDATE plures_sagas SET changed_at = changed_at + 1")


async def is_alive(database: Database) -> bool:
    alive = "SELECT count(*) FROM plures_saga_workers WHERE expires_at > extract(epoch FROM clock_timestamp()) * 1000"
    async with database.read() as connection:
        return bool(await connection.scalar(alive))
