"""Sagas whose tasks take steps side by side: each step answers as it did, whatever came first then and comes first now."""

import asyncio
from typing import Any

import pytest

from plures import Saga, SagaCompensated, SagaParked, saga
from plures.data import Database

from .shop import Order, OrderingService, Wish, World, is_now, orders, serving, until


class Branches(OrderingService):
    """Two tasks with two steps each; the first step of the first takes longest."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        async def branch(name: str) -> list[int]:
            first = await saga.step(self.stock.reserve, saga.key(f"{name}1"), wish.item).undone_by(
                self.stock.release, saga.key(f"{name}1")
            )
            return [
                first,
                await saga.step(self.stock.reserve, saga.key(f"{name}2"), wish.item).undone_by(
                    self.stock.release, saga.key(f"{name}2")
                ),
            ]

        slow, quick = await asyncio.gather(branch("slow"), branch("quick"))
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        return Order(saga.id, f"{payment} {slow} {quick}")


async def test_the_steps_of_each_task_are_its_own(database: Database, world: World) -> None:
    """Peers count the steps of all tasks together, and give one task the answer of another."""
    quick_is_done, at_the_end = asyncio.Event(), asyncio.Event()

    async def hold(operation: str, key: str) -> None:
        if key == "a:slow1":
            await quick_is_done.wait()
        if key == "a:quick2":
            quick_is_done.set()
        if operation == "take" and not at_the_end.is_set():
            at_the_end.set()
            await asyncio.sleep(60)

    world.trouble = hold
    world.answers["reserve"] = lambda key: {"slow1": 11, "slow2": 12, "quick1": 21, "quick2": 22}[key.partition(":")[2]]
    async with serving(database, world, Branches) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await at_the_end.wait()
    calls = list(world.calls)
    async with serving(database, world, Branches) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid [11, 12] [21, 22]")
    assert world.calls[len(calls) :] == [("take", "a")]


class FirstOf(OrderingService):
    """What it does depends on which of its steps ends first."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        async def reserved(name: str) -> str:
            await saga.step(self.stock.reserve, saga.key(name), wish.item)
            return name

        tasks = [asyncio.create_task(reserved(name)) for name in ("slow", "quick")]
        first = [await each for each in asyncio.as_completed(tasks)]
        await saga.step(self._record, first[0], first[1])
        payment = await saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, f"{payment} {first}")


async def test_they_end_in_the_order_in_which_they_ended(database: Database, world: World) -> None:
    stopped = asyncio.Event()

    async def hold(operation: str, key: str) -> None:
        if key == "a:slow":
            await asyncio.sleep(0.05)
        if operation == "take" and not stopped.is_set():
            stopped.set()
            await asyncio.sleep(60)

    world.trouble = hold
    async with serving(database, world, FirstOf) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await stopped.wait()
    async with serving(database, world, FirstOf) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid ['quick', 'slow']")
    assert await orders(database) == ["quick"]


class Grouped(OrderingService):
    """One task fails, the others are cancelled; all that they did is taken back."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        async def branch(name: str, steps: int) -> None:
            for n in range(steps):
                key = saga.key(f"{name}{n}")
                await saga.step(self.stock.reserve, key, wish.item).undone_by(self.stock.release, key)
            if name == "failing":
                raise ValueError(name)

        async with asyncio.TaskGroup() as group:
            for name, steps in (("failing", 2), ("quick", 2), ("slow", 1)):
                group.create_task(branch(name, steps))
        return Order(saga.id, "")


@pytest.mark.parametrize("dies", [False, True])
async def test_what_other_tasks_did_is_taken_back_too(database: Database, world: World, *, dies: bool) -> None:
    stopped = asyncio.Event()

    async def hold(operation: str, key: str) -> None:
        if (operation, key) == ("reserve", "a:slow0"):
            await asyncio.sleep(60)
        if (operation, key) == ("reserve", "a:failing0"):
            await asyncio.sleep(0.05)
        if dies and operation == "release" and not stopped.is_set():
            stopped.set()
            await asyncio.sleep(60)

    world.trouble = hold
    async with serving(database, world, Grouped) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await (stopped.wait() if dies else until(lambda: is_now(database, {"a": "compensated"})))
    async with serving(database, world, Grouped) as service:
        with pytest.raises(SagaCompensated, match="ValueError"):
            await service.order("a", Wish("tea"))
    assert world.held("reserve", "release") == set()
    assert {key for name, key in world.effects if name == "reserve"} >= {
        "a:failing0",
        "a:failing1",
        "a:quick0",
        "a:quick1",
    }


class Forgetful(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, "")


class Hasty(OrderingService):
    """Does not wait for a task, which takes another step after the end."""

    late: list[Any]

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        async def branch() -> None:
            try:
                await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
            finally:
                try:
                    await saga.step(self.payments.take, saga.id, wish.pays)
                except Exception as error:  # noqa: BLE001 - the test looks at it
                    self.late.append(str(error))

        task = asyncio.create_task(branch())
        self.late = [task]
        await asyncio.sleep(0.05)
        return Order(saga.id, "")


@pytest.mark.parametrize("service_class", [Forgetful, Hasty])
async def test_a_step_that_it_does_not_wait_for_is_no_end(
    database: Database, world: World, service_class: type[OrderingService]
) -> None:
    async def slow(operation: str, _: str) -> None:
        if service_class is Hasty and operation == "reserve":
            await asyncio.sleep(60)

    world.trouble = slow
    async with serving(database, world, service_class) as service:
        with pytest.raises(SagaCompensated, match="the saga does not wait for it"):
            await service.order("a", Wish("tea"))
        if isinstance(service, Hasty):
            await asyncio.wait(service.late[:1])
            assert "the saga has ended" in service.late[1]
    assert world.held("reserve", "release") == set()
    assert ("take", "a") not in world.effects


class Fewer(OrderingService):
    @saga(name="ordering")
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await asyncio.sleep(0)
        return Order(saga.id, wish.item)


async def test_code_that_takes_fewer_steps_is_noticed(database: Database, world: World) -> None:
    stopped = asyncio.Event()

    async def hold(operation: str, _: str) -> None:
        if operation == "take":
            stopped.set()
            await asyncio.sleep(60)

    world.trouble = hold
    async with serving(database, world) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await stopped.wait()
    async with serving(database, world, Fewer) as service:
        with pytest.raises(
            SagaParked, match=r"its step 1 was stock.reserve, and the code of version 1 calls nothing there"
        ):
            await service.order("a", Wish("tea"))


class Twice(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        step = saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, f"{await step} {await step}")


async def test_a_step_that_is_awaited_twice_is_taken_once(database: Database, world: World) -> None:
    async with serving(database, world, Twice) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid paid")
    assert world.calls == [("take", "a")]
