"""What an operator may do with a saga in each of its states, and what becomes of it then."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from plures import Saga, SagaCompensated, SagaParked, saga
from plures.data import Database
from plures.errors import Outcome, Unavailable
from plures.sagas import State, operations
from plures.sagas.keeping.operations import Filter

from .shop import QUICK, Declined, Order, OrderingService, SoldOut, Wish, World, orders, serving, states, until

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


async def _one(database: Database) -> Any:
    shown = await operations.show(database, "ordering", "a")
    assert shown is not None
    return shown[0]
