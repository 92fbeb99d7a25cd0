"""What a saga comes to: its end, back where it began, or a person's desk."""

import asyncio
from typing import Any

import pytest

from plures import Saga, SagaCompensated, SagaParked, saga
from plures.data import Database
from plures.errors import Outcome, Unavailable
from plures.sagas import (
    RunInWrite,
    SagaIdReused,
    SagaNotBegun,
    SagaVersionGone,
    check_none_left,
    open_sagas,
    read_sagas,
)

from .shop import Declined, Order, OrderingService, SoldOut, Wish, World, orders, serving, states, until


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
        await until(lambda: _is(database, {"b": "completed"}))


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
        await until(lambda: _is(database, {"a": "compensated"}))
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
        await until(lambda: _is(database, {"a": "completed"}))
        assert await service.order("b", Wish("tea")) == Order("b", "tea")
    assert world.effects == [("reserve", "a"), ("take", "a")]


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


async def test_a_start_of_code_that_has_no_sagas_any_more_is_refused_too(database: Database, world: World) -> None:
    await check_none_left(database, "ordering")
    await _interrupted(database, world)
    with pytest.raises(SagaVersionGone, match="ordering version 1"):
        await check_none_left(database, "ordering")
    async with serving(database, world):
        await until(lambda: _is(database, {"a": "completed"}))
    await check_none_left(database, "ordering")


class Unfit(OrderingService):
    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.count, wish.item)
        return Order(saga.id, "")


async def test_a_step_that_could_not_be_repeated_is_refused(database: Database, world: World) -> None:
    async with serving(database, world, Unfit) as service:
        with pytest.raises(SagaCompensated, match=r"stock.count cannot be a step of a saga: it is not idempotent"):
            await service.order("a", Wish("tea"))


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


async def _is(database: Database, expected: dict[str, str]) -> bool:
    return await states(database) == expected


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
