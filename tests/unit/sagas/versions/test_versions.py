"""Code that changed while sagas are open: they go on with the version that began them, or a sentence says what to do."""

import asyncio

import pytest

from plures import Saga, SagaParked, saga
from plures.data import Database
from plures.sagas import (
    SagaVersionGone,
    check_none_left,
    open_sagas,
    read_sagas,
)
from tests.unit.sagas.shop import Declined, Order, OrderingService, SoldOut, Wish, World, is_now, serving, until


class Changed(OrderingService):
    @saga(errors=[SoldOut, Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        return Order(saga.id, payment)


class Newer(OrderingService):
    @saga(version=2)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        return Order(saga.id, wish.item)


class Both(Newer):
    @saga(name="ordering", version=1, errors=[SoldOut, Declined])
    async def ordering_1(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        await saga.step(self._record, saga.id, wish.item).undone_by(self._remove, saga.id)
        return Order(saga.id, payment)


async def _interrupted(database: Database, world: World) -> None:
    """A saga that has taken its first step, and is in no process."""
    there = asyncio.Event()

    async def wait(operation: str, _: str) -> None:
        if operation == "take":
            there.set()
            await asyncio.sleep(60)

    world.trouble = wait
    async with serving(database, world) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await there.wait()
    world.trouble = lambda *_: None


async def test_code_that_takes_other_steps_is_noticed(database: Database, world: World) -> None:
    await _interrupted(database, world)
    async with serving(database, world, Changed) as service:
        with pytest.raises(
            SagaParked, match=r"its step 1 was stock.reserve, and the code of version 1 calls payments.take"
        ):
            await service.order("a", Wish("tea"))
    assert world.effects == [("reserve", "a")]


async def test_a_start_without_the_version_that_began_it_is_refused(database: Database, world: World) -> None:
    await _interrupted(database, world)
    with pytest.raises(SagaVersionGone, match="ordering version 1"):
        await open_sagas(database, "ordering", read_sagas(Newer)[0])
    async with serving(database, world, Both) as service:
        await until(lambda: is_now(database, {"a": "completed"}))
        assert await service.order("b", Wish("tea")) == Order("b", "tea")
    assert world.effects == [("reserve", "a"), ("take", "a")]


async def test_a_start_of_code_that_has_no_sagas_any_more_is_refused_too(database: Database, world: World) -> None:
    await check_none_left(database, "ordering")
    await _interrupted(database, world)
    with pytest.raises(SagaVersionGone, match="ordering version 1"):
        await check_none_left(database, "ordering")
    async with serving(database, world):
        await until(lambda: is_now(database, {"a": "completed"}))
    await check_none_left(database, "ordering")
