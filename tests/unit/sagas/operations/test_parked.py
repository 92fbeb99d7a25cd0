"""What an operator may do with sagas that are parked or have ended, and what is seen of them."""

import asyncio
from typing import Any

import pytest

from plures import Saga, SagaCompensated, SagaParked, saga
from plures.data import Database
from plures.sagas import State, operations
from plures.sagas.keeping.operations import Filter
from tests.unit.sagas.shop import (
    Declined,
    Order,
    OrderingService,
    SoldOut,
    Wish,
    World,
    serving,
    states,
    until,
)

from .acting import FORWARD, Final, failing, is_now


@pytest.mark.parametrize("error", [Declined(reason="expired"), ZeroDivisionError("a mistake there")])
async def test_one_that_is_parked_forward_tries_again_what_failed(
    database: Database, world: World, error: Exception
) -> None:
    world.trouble = failing("take", error)
    async with serving(database, world, Final) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea"))
        assert await operations.resume(database, Filter(states=[State.PARKED])) == 1
        # It still fails, so it is parked again, and its desk is where it was.
        await is_now(database, a="parked")
        world.trouble = lambda *_: None
        await until(lambda: _resumed(database))
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
    assert world.effects == [("reserve", "a"), ("take", "a")]
    assert world.calls.count(("reserve", "a")) == 1


async def _resumed(database: Database) -> bool:
    return await operations.resume(database, Filter("ordering", "a")) == 1


async def test_one_that_is_parked_while_it_is_taken_back_is_taken_back(database: Database, world: World) -> None:
    def broken(operation: str, _: str) -> None:
        if operation == "release":
            raise SoldOut(item="release is broken")
        if operation == "take":
            raise Declined(reason="expired")

    world.trouble = broken
    async with serving(database, world) as service:
        for _ in range(2):
            with pytest.raises(SagaParked):
                await service.order("a", Wish("tea"))
            parked = await _one(database)
            assert parked.error.count("cannot be taken back") == 1
            assert await operations.resume(database, FORWARD) == 1
            await is_now(database, a="parked")
        world.trouble = lambda *_: None
        assert await operations.compensate(database, FORWARD) == (1, 0)
        await is_now(database, a="compensated")
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
    assert "cannot be taken back" not in (await _one(database)).error
    assert world.held("reserve", "release") == set()


async def test_past_the_point_of_no_return_an_operator_may_still_have_it_taken_back(
    database: Database, world: World
) -> None:
    world.trouble = failing("take", Declined(reason="expired"))
    async with serving(database, world, Final) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea"))
        assert await operations.compensate(database, FORWARD) == (1, 1)
        with pytest.raises(SagaCompensated, match=r"payments.take: Declined: .*; an operator had it taken back"):
            await service.order("a", Wish("tea"))
    assert world.held("reserve", "release") == set()


async def test_one_that_has_ended_stays_as_it_is(database: Database, world: World) -> None:
    everything = Filter(states=tuple(State))
    async with serving(database, world) as service:
        await service.order("a", Wish("tea"))
        world.trouble = failing("take", Declined(reason="expired"))
        with pytest.raises(Declined):
            await service.order("b", Wish("tea"))
        before = await operations.listed(database, everything)
        assert await operations.resume(database, everything) == 0
        assert await operations.compensate(database, everything) == (0, 0)
    assert await operations.listed(database, everything) == before


async def test_one_that_cannot_be_taken_back_is_closed_by_a_person(database: Database, world: World) -> None:
    def broken(operation: str, _: str) -> None:
        if operation in {"take", "release"}:
            raise Declined(reason=f"{operation} is broken")

    world.trouble = broken
    async with serving(database, world) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea"))
        calls = len(world.calls)
        assert await operations.close(database, Filter(states=(State.RUNNING, State.COMPENSATING))) == 0
        assert await operations.close(database, Filter("ordering", "a")) == 1
        (closed,) = await operations.listed(database, Filter(states=(State.COMPENSATED,)))
        assert closed.error.endswith("an operator closed it, with what was left done by hand")
        with pytest.raises(Declined):
            await service.order("a", Wish("tea"))
        assert await operations.close(database, Filter(states=tuple(State))) == 0
    assert len(world.calls) == calls


async def test_the_clock_of_who_resumes_may_be_behind(database: Database, world: World) -> None:
    world.trouble = failing("take", Declined(reason="expired"))
    async with serving(database, world, Final) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea"))
        async with database.write() as connection:
            await connection.execute("UPDATE plures_sagas SET changed_at = changed_at + 3600000")
        world.trouble = lambda *_: None
        assert await operations.resume(database, FORWARD) == 1
        await is_now(database, a="completed")


class Handling(OrderingService):
    @saga(attempts=1)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        saga.point_of_no_return()
        try:
            await saga.step(self.payments.take, saga.id, wish.pays)
        except Declined:
            await saga.step(self.stock.reserve, saga.id, wish.item)
            raise
        return Order(saga.id, "paid")


async def test_a_failure_that_the_saga_has_acted_on_is_not_tried_again(database: Database, world: World) -> None:
    """Its later steps would not fit another answer."""
    world.trouble = failing("take", Declined(reason="expired"))
    async with serving(database, world, Handling) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea"))
        world.trouble = lambda *_: None
        assert await operations.resume(database, FORWARD) == 1
        with pytest.raises(SagaParked, match="expired"):
            await service.order("a", Wish("tea"))
    assert world.calls == [("take", "a"), ("reserve", "a")]


class FinalSideBySide(OrderingService):
    @saga(attempts=1)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        saga.point_of_no_return()
        steps: list[Any] = [saga.step(self.payments.take, saga.key(str(n)), wish.pays) for n in range(3)]
        steps += [saga.step(self.stock.reserve, saga.key(str(n)), wish.item) for n in range(3)]
        await asyncio.gather(*steps)
        return Order(saga.id, "paid")


async def test_steps_side_by_side_are_tried_again_where_they_failed(database: Database, world: World) -> None:
    world.trouble = failing("take", Declined(reason="expired"))
    async with serving(database, world, FinalSideBySide) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea"))
        world.trouble = lambda *_: None

        async def completed() -> bool:
            await operations.resume(database, FORWARD)
            return await states(database) == {"a": "completed"}

        await until(completed)
    assert len(world.effects) == len(set(world.effects)) == 6


async def test_only_those_that_are_meant_are_changed(database: Database, world: World) -> None:
    world.trouble = failing("take", Declined(reason="expired"))
    async with serving(database, world, Final) as service:
        for name in "abc":
            with pytest.raises(SagaParked):
                await service.order(name, Wish("tea"))
        for nothing in (
            Filter("other"), Filter(version=2), Filter(step="stock.reserve"), Filter(id="d"), Filter(states=[State.RUNNING]),
        ):  # fmt: skip
            assert await operations.resume(database, nothing) == 0
            assert await operations.compensate(database, nothing) == (0, 0)
        assert await operations.compensate(database, Filter("ordering", "a")) == (1, 1)
        await is_now(database, a="compensated", b="parked", c="parked")
        assert await operations.compensate(database, Filter(version=1, step="payments.take")) == (2, 2)
        await is_now(database, a="compensated", b="compensated", c="compensated")


async def test_more_than_a_handful_at_once(database: Database, world: World) -> None:
    async with serving(database, world, Final) as service:
        await service.order("a", Wish("tea"))
    async with database.write() as connection:
        names = [{"id": f"p{n}"} for n in range(1201)]
        columns = "version, body, request_id, started_at, changed_at, was, step, attempts, due_at, deadline_at, status, answer, error, failed_at, worker"
        copied = f"INSERT INTO plures_sagas (saga, id, is_final, state, {columns}) SELECT saga, :id, 0, 'parked', {columns} FROM plures_sagas WHERE id = 'a'"
        await connection.execute(copied, names)
    assert await operations.resume(database, Filter("ordering", states=[State.PARKED])) == 1201
    assert await operations.resume(database, FORWARD) == 0
    (count,) = await operations.counts(database)
    assert count.states == {State.RUNNING: 1201, State.COMPENSATING: 0, State.PARKED: 0}


async def test_what_is_seen_of_them(database: Database, world: World) -> None:
    world.trouble = failing("take", Declined(reason="expired"))
    async with serving(database, world, Final) as service:
        with pytest.raises(SagaParked):
            await service.order("a", Wish("tea", pays=7))
        world.trouble = lambda *_: None
        await service.order("b", Wish("coffee"))
    (count,) = await operations.counts(database)
    assert (count.saga, count.version, count.states[State.PARKED], count.states[State.RUNNING]) == ("ordering", 1, 1, 0)
    assert await operations.names(database) == ["ordering"]
    (parked,) = await operations.listed(database, Filter())
    assert (parked.id, parked.body, parked.step, parked.is_final) == ("a", "", "payments.take", True)
    assert [one.id for one in await operations.listed(database, Filter(states=tuple(State)))] == ["b", "a"]
    assert [one.id for one in await operations.listed(database, Filter(states=tuple(State)), most=1)] == ["b"]
    shown = await operations.show(database, "ordering", "b")
    assert shown is not None
    assert "coffee" in shown[0].body
    assert [(step.record.number, step.record.name, step.record.status) for step in shown[1]] == [
        ("1", "stock.reserve", 200), ("2", "payments.take", 200), ("3", "record", 200),
    ]  # fmt: skip
    assert await operations.show(database, "ordering", "c") is None


async def _one(database: Database) -> Any:
    shown = await operations.show(database, "ordering", "a")
    assert shown is not None
    return shown[0]
