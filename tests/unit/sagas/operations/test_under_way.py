"""What an operator may do with sagas that wait, sleep or are in the hands of a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from plures import Saga, SagaCompensated, saga
from plures.data import Database
from plures.sagas import operations
from tests.unit.sagas.shop import (
    QUICK,
    Declined,
    Order,
    OrderingService,
    Wish,
    World,
    orders,
    serving,
    states,
    until,
)

from .acting import FORWARD, attempts_of, away, failing, is_now


async def test_one_that_waits_for_another_attempt_makes_it_now(database: Database, world: World) -> None:
    world.trouble = away("take")
    async with waiting(database, world) as service:
        world.trouble = lambda *_: None
        assert await operations.resume(database, FORWARD) == 1
        assert await service.order("a", Wish("tea")) == Order("a", "paid")


async def test_one_that_waits_for_another_attempt_is_taken_back(database: Database, world: World) -> None:
    world.trouble = away("take")
    async with waiting(database, world) as service:
        assert await operations.compensate(database, FORWARD) == (1, 0)
        with pytest.raises(SagaCompensated, match=r"at the step payments.take: .*away; an operator had it taken back"):
            await service.order("a", Wish("tea"))
    assert world.held("reserve", "release") == set()
    assert ("give_back", "a") in world.calls, "what may have run is taken back too"


async def test_one_whose_undo_waits_for_another_attempt_makes_it_now(database: Database, world: World) -> None:
    def trouble(operation: str, key: str) -> None:
        failing("take", Declined(reason="expired"))(operation, key)
        away("release")(operation, key)

    world.trouble = trouble
    async with waiting(database, world):
        assert await states(database) == {"a": "compensating"}
        assert await operations.compensate(database, FORWARD) == (0, 0), "it is being taken back already"
        world.trouble = lambda *_: None
        assert await operations.resume(database, FORWARD) == 1
        await is_now(database, a="compensated")
    assert world.held("reserve", "release") == set()


@pytest.mark.parametrize("when", ["trouble", "after"])
@pytest.mark.parametrize("operation", ["reserve", "take"])
async def test_one_in_the_hands_of_a_worker_is_taken_back_by_it(
    database: Database, world: World, operation: str, when: str
) -> None:
    there, go_on = asyncio.Event(), asyncio.Event()

    async def wait(called: str, _: str) -> None:
        if called == operation:
            there.set()
            await go_on.wait()

    setattr(world, when, wait)
    async with serving(database, world) as service:
        asking = asyncio.create_task(service.order("a", Wish("tea")))
        await there.wait()
        assert await operations.resume(database, FORWARD) == 0, "it is under way"
        assert await operations.compensate(database, FORWARD) == (1, 0)
        go_on.set()
        with pytest.raises(SagaCompensated, match="an operator had it taken back"):
            await asking
    assert world.held("reserve", "release") == set()
    assert world.held("take", "give_back") == set()
    assert await orders(database) == []
    assert await states(database) == {"a": "compensated"}


class Slow(OrderingService):
    there = asyncio.Event()
    go_on = asyncio.Event()

    async def _record(self, id: str, item: str) -> None:  # noqa: A002
        Slow.there.set()
        await Slow.go_on.wait()
        await super()._record(id, item)


async def test_one_in_a_step_of_its_own_service_writes_nothing_more(database: Database, world: World) -> None:
    Slow.there, Slow.go_on = asyncio.Event(), asyncio.Event()
    async with serving(database, world, Slow) as service:
        asking = asyncio.create_task(service.order("a", Wish("tea")))
        await Slow.there.wait()
        assert await operations.compensate(database, FORWARD) == (1, 0)
        Slow.go_on.set()
        with pytest.raises(SagaCompensated):
            await asking
    assert await orders(database) == []
    assert world.held("take", "give_back") == set()


class Sleeper(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        await saga.sleep(3600)
        return Order(saga.id, "rested")


async def test_a_sleep_is_not_cut_short_but_may_be_taken_back(database: Database, world: World) -> None:
    async with serving(database, world, Sleeper) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await until(lambda: _in_no_hand(database))
        assert await operations.resume(database, FORWARD) == 0
        assert await operations.compensate(database, FORWARD) == (1, 0)
        await is_now(database, a="compensated")
    assert world.held("reserve", "release") == set()


@asynccontextmanager
async def waiting(database: Database, world: World) -> AsyncIterator[OrderingService]:
    """A saga that has left the memory until its next attempt, which is some hours away."""

    pace = replace(QUICK, retry_first_s=3600, retry_most_s=3600)
    async with serving(database, world, pace=pace) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await until(lambda: _in_no_hand(database))
        assert await attempts_of(database) == 1
        yield service


async def _in_no_hand(database: Database) -> bool:
    async with database.read() as connection:
        return await connection.scalar("SELECT worker FROM plures_sagas WHERE id = 'a'") == ""
