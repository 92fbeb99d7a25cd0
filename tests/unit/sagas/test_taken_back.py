"""What is taken back, what is not, and what a person has to see to."""

import asyncio
from typing import Any

import pytest

from plures import Saga, SagaCompensated, SagaParked, saga
from plures.contract import Criticality
from plures.data import Database
from plures.errors import Outcome, Unavailable
from plures.runtime import current
from plures.sagas import SagaNotBegun

from .shop import Declined, Order, OrderingService, SoldOut, Wish, World, orders, serving, states


def decline(operation: str, _: str) -> None:
    if operation == "take":
        raise Declined(reason="expired")


async def test_a_declared_error_takes_it_back_and_is_raised(database: Database, world: World) -> None:
    world.trouble = decline
    async with serving(database, world) as service:
        for _ in range(2):
            with pytest.raises(Declined) as raised:
                await service.order("a", Wish("tea"))
            assert raised.value.reason == "expired"
    # What raised a declared error has done nothing that could be taken back.
    assert world.effects == [("reserve", "a"), ("release", "a")]
    assert await states(database) == {"a": "compensated"}


async def test_a_step_that_may_have_run_is_taken_back_too(database: Database, world: World) -> None:
    def lose_the_answer(operation: str, _: str) -> None:
        if operation == "take":
            raise Unavailable("shop.payments.v1.Payments/Take", "the connection broke", outcome=Outcome.MAY_HAVE_RUN)

    world.after = lose_the_answer
    async with serving(database, world) as service:
        with pytest.raises(SagaCompensated, match=r"at the step payments.take: .*the connection broke"):
            await service.order("a", Wish("tea"))
    assert world.held("take", "give_back") == set()
    assert [name for name, _ in world.effects] == ["reserve", "take", "give_back", "release"]


async def test_what_cannot_be_taken_back_waits_for_a_person(
    database: Database, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(operation: str, _: str) -> None:
        if operation == "release":
            raise SoldOut(item="release is broken")
        if operation == "take":
            raise Declined(reason="expired")

    world.trouble = broken
    async with serving(database, world) as service:
        with pytest.raises(SagaParked, match="cannot be taken back"):
            await service.order("a", Wish("tea"))
    assert await states(database) == {"a": "parked"}
    parked = [record.getMessage() for record in caplog.records if record.name == "plures.sagas"]
    assert len([line for line in parked if "is parked" in line]) == 1


async def test_what_takes_back_is_critical_and_the_steps_are_what_the_saga_says(
    database: Database, world: World
) -> None:
    seen: list[tuple[str, Criticality]] = []

    def note(operation: str, key: str) -> None:
        call = current.get()
        assert call is not None
        seen.append((operation, call.criticality))
        decline(operation, key)

    world.trouble = note
    async with serving(database, world) as service:
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
    assert seen == [
        ("reserve", Criticality.NORMAL), ("take", Criticality.NORMAL), ("release", Criticality.CRITICAL),
    ]  # fmt: skip


class Claiming(OrderingService):
    """Begins its saga in the transaction of something that the saga may have to take back."""

    async def order(self, id: str, wish: Wish) -> Order:  # noqa: A002
        if await self.sagas.state(self.ordering, id) is None:
            async with self.database.write() as connection:
                await connection.execute("INSERT INTO orders (id, item) VALUES (:id, 'claim')", {"id": id})
                await self.sagas.start(self.ordering, id, wish)
        return await self.sagas.result(self.ordering, id)

    @saga(errors=[Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        saga.undo(self._remove, saga.id)
        return Order(saga.id, await saga.step(self.payments.take, saga.id, wish.pays))


async def test_what_preceded_it_is_taken_back_too(database: Database, world: World) -> None:
    world.trouble = decline
    async with serving(database, world, Claiming) as service:
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
    assert await orders(database) == []


async def test_one_that_was_taken_back_may_be_forgotten(database: Database, world: World) -> None:
    world.trouble = decline
    async with serving(database, world, Claiming) as service:
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
        world.trouble = lambda *_: None
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
        assert await service.sagas.forget(service.ordering, "a")
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
        assert not await service.sagas.forget(service.ordering, "a"), "it has been completed"
        with pytest.raises(SagaNotBegun, match="'b' has no result"):
            await service.sagas.result(service.ordering, "b")


class SideBySide(OrderingService):
    @saga(errors=[Declined])
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        steps: list[Any] = [
            saga.step(self.stock.reserve, saga.key(str(n)), wish.item).undone_by(self.stock.release, saga.key(str(n)))
            for n in range(4)
        ]
        taking = saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        *_, payment = await asyncio.gather(*steps, taking)
        return Order(saga.id, payment)


async def test_steps_side_by_side(database: Database, world: World) -> None:
    def decline(operation: str, key: str) -> None:
        if operation == "take" and key == "b":
            raise Declined(reason="expired")

    world.trouble = decline
    async with serving(database, world, SideBySide) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
        with pytest.raises(Declined):
            await service.order("b", Wish("tea"))
    assert world.held("reserve", "release") == {f"a:{n}" for n in range(4)}


class Final(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        saga.point_of_no_return()
        await saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, "kept")


async def test_past_the_point_of_no_return_nothing_is_taken_back(database: Database, world: World) -> None:
    world.trouble = decline
    async with serving(database, world, Final) as service:
        with pytest.raises(SagaParked, match=r"payments.take.*expired"):
            await service.order("a", Wish("tea"))
    assert world.held("reserve", "release") == {"a"}


async def test_an_error_after_a_crash_does_not_tell_that_nothing_was_done(database: Database, world: World) -> None:
    """The process died when money was taken and not noted; the next one is told that the card is declined."""
    there = asyncio.Event()

    async def stop(operation: str, _: str) -> None:
        if operation == "take":
            there.set()
            await asyncio.sleep(60)

    world.after = stop
    async with serving(database, world) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await there.wait()
    world.after = lambda *_: None
    world.trouble = decline
    async with serving(database, world) as service:
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
    assert world.held("take", "give_back") == set()
