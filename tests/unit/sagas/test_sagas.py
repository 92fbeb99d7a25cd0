"""What a saga comes to: it begins with a transaction, ends with an answer, sleeps, and goes on in another process."""

import asyncio

import pytest

from plures import Saga, SagaCompensated, saga
from plures.data import Database
from plures.errors import Outcome, Unavailable
from plures.sagas import (
    RunInWrite,
    SagaIdReused,
)

from .shop import Order, OrderingService, Wish, World, is_now, orders, serving, states, until


async def test_it_answers_when_it_has_ended(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.effects == [("reserve", "a"), ("take", "a")]
    assert await orders(database) == ["a"]
    assert await states(database) == {"a": "completed"}


async def test_the_same_id_again_does_nothing_and_answers_the_same(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        first = await service.order("a", Wish("tea"))
        assert await service.order("a", Wish("tea")) == first
    async with serving(database, world) as restarted:
        assert await restarted.order("a", Wish("tea")) == first
    assert len(world.calls) == 2


async def test_those_who_ask_at_once_get_one_answer(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        answers = await asyncio.gather(*(service.order("a", Wish("tea")) for _ in range(5)))
    assert set(answers) == {Order("a", "paid")}
    assert world.effects == [("reserve", "a"), ("take", "a")]


async def test_the_same_id_with_other_values_is_refused(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        await service.order("a", Wish("tea"))
        with pytest.raises(SagaIdReused, match="'a' cannot begin"):
            await service.order("a", Wish("coffee"))


async def test_who_begins_one_learns_whether_it_begins_also_after_its_end(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        assert await service.sagas.start(service.ordering, "a", Wish("tea")) is True
        assert await service.sagas.start(service.ordering, "a", Wish("tea")) is False
        await service.sagas.result(service.ordering, "a")
        assert await service.sagas.start(service.ordering, "a", Wish("tea")) is False
        async with database.write():
            assert await service.sagas.start(service.ordering, "b", Wish("tea")) is True
        async with database.write():
            assert await service.sagas.start(service.ordering, "b", Wish("tea")) is False
        await service.sagas.result(service.ordering, "b")


async def test_a_failure_that_passes_costs_nothing(database: Database, world: World) -> None:
    left = [3]

    def shaky(operation: str, _: str) -> None:
        if operation == "take" and left[0]:
            left[0] -= 1
            raise Unavailable("shop.payments.v1.Payments/Take", "it restarts", outcome=Outcome.MAY_HAVE_RUN)

    world.trouble = shaky
    async with serving(database, world) as service:
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.effects == [("reserve", "a"), ("take", "a")]


async def test_it_goes_on_in_another_process_where_it_was(database: Database, world: World) -> None:
    stopped = asyncio.Event()

    async def stop(operation: str, _: str) -> None:
        if operation == "take" and not stopped.is_set():
            stopped.set()
            await asyncio.sleep(60)

    world.after = stop
    async with serving(database, world) as service:
        asking = asyncio.create_task(service.order("a", Wish("tea")))
        await stopped.wait()
        asking.cancel()
    assert await states(database) == {"a": "running"}
    async with serving(database, world) as restarted:
        assert await restarted.order("a", Wish("tea")) == Order("a", "paid")
    assert world.effects == [("reserve", "a"), ("take", "a")]
    # The answer that was noted is not asked for again.
    assert world.calls.count(("reserve", "a")) == 1


async def test_it_begins_with_the_transaction_or_not_at_all(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        with pytest.raises(ZeroDivisionError):
            async with database.write():
                await service.sagas.start(service.ordering, "a", Wish("tea"))
                raise ZeroDivisionError
        async with database.write():
            await service.sagas.start(service.ordering, "b", Wish("tea"))
            assert world.calls == []
        await until(lambda: is_now(database, {"b": "completed"}))


async def test_waiting_for_it_inside_of_a_transaction_is_refused(database: Database, world: World) -> None:
    async with serving(database, world) as service:
        with pytest.raises(RunInWrite):
            async with database.write():
                await service.order("a", Wish("tea"))
    assert await states(database) == {}


class Patient(OrderingService):
    @saga(deadline_s=0.3)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        await saga.sleep(wish.pays)
        await saga.step(self._record, saga.id, wish.item)
        return Order(saga.id, "late")


async def test_its_deadline_takes_it_back(database: Database, world: World) -> None:
    async with serving(database, world, Patient) as service:
        with pytest.raises(SagaCompensated, match="the deadline of the saga has passed"):
            await service.order("a", Wish("tea", pays=3600))
    assert world.held("reserve", "release") == set()


async def test_its_deadline_passes_while_it_is_in_no_process(database: Database, world: World) -> None:
    now = [1_000_000.0]
    async with serving(database, world, Patient, clock=lambda: now[0]) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea", pays=3600))
        await until(lambda: _has_left(database))
    now[0] += 5
    async with serving(database, world, Patient, clock=lambda: now[0]):
        await until(lambda: is_now(database, {"a": "compensated"}))
    assert world.held("reserve", "release") == set()


class Sleeper(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.sleep(3 * 24 * 3600)
        await saga.step(self._record, saga.id, wish.item)
        return Order(saga.id, "rested")


async def test_it_sleeps_for_days_and_over_a_restart(database: Database, world: World) -> None:
    now = [1_000_000.0]
    async with serving(database, world, Sleeper, clock=lambda: now[0]) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await until(lambda: _has_left(database))
        assert await orders(database) == []
    async with serving(database, world, Sleeper, clock=lambda: now[0]) as service:
        now[0] += 3 * 24 * 3600
        assert await service.order("a", Wish("tea")) == Order("a", "rested")


class Cancelling(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item)
        if not self.sagas.cancelled:  # type: ignore[attr-defined]
            self.sagas.cancelled = True  # type: ignore[attr-defined]
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        payment = await saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, payment)


async def test_code_that_cancels_its_own_task_stops_nothing(database: Database, world: World) -> None:
    async with serving(database, world, Cancelling) as service:
        service.sagas.cancelled = False  # type: ignore[attr-defined]
        assert await service.order("a", Wish("tea")) == Order("a", "paid")


class Unfit(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.count, wish.item)
        return Order(saga.id, "")


async def test_a_step_that_could_not_be_repeated_is_refused(database: Database, world: World) -> None:
    async with serving(database, world, Unfit) as service:
        with pytest.raises(SagaCompensated, match=r"stock.count cannot be a step of a saga: it is not idempotent"):
            await service.order("a", Wish("tea"))


async def _has_left(database: Database) -> bool:
    async with database.read() as connection:
        return await connection.scalar("SELECT worker FROM plures_sagas WHERE id = 'a'") == ""


class _Counting(OrderingService):
    recorded = 0

    async def _record(self, id: str, item: str) -> None:  # noqa: A002
        self.recorded += 1
        await super()._record(id, item)


async def test_those_that_write_at_once_are_not_in_each_others_way(database: Database, world: World) -> None:
    many = [f"s{number}" for number in range(40)]
    async with serving(database, world, _Counting) as service:
        await asyncio.gather(*(service.order(each, Wish("tea")) for each in many))
        assert service.recorded == len(many)
    assert await orders(database) == sorted(many)
