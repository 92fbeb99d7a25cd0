"""Many sagas at once: none keeps others out, and no two wait for each other without end."""

import asyncio
import logging
from dataclasses import replace

import pytest

from plures import Saga, saga
from plures.data import Database
from plures.sagas import SagaCompensated, operations
from plures.sagas.hands import MOST_BEGUN, MOST_DUE

from .shop import QUICK, Order, OrderingService, Wish, World, is_now, serving, states, until

MANY = 400


class Crowd(OrderingService):
    """Two kinds: one rests before its step, and may have to wait in it."""

    at_work = 0
    most_at_work = 0
    hangs = 0
    hold: asyncio.Event

    @saga()
    async def resting(self, saga: Saga, seconds: float) -> None:
        await saga.sleep(seconds)
        await saga.step(self._work)

    @saga()
    async def timing(self, saga: Saga) -> None:
        await saga.sleep(0.3)
        await saga.step(self._look)

    @saga()
    async def hanging(self, saga: Saga) -> None:
        await saga.sleep(0.1)
        await saga.step(self._hang)

    async def _work(self) -> None:
        self.at_work += 1
        self.most_at_work = max(self.at_work, self.most_at_work)
        await asyncio.sleep(0.01)
        self.at_work -= 1

    async def _look(self) -> int:
        return 1

    async def _hang(self) -> None:
        self.hangs += 1
        try:
            await self.hold.wait()
        finally:
            self.hangs -= 1


async def ended(database: Database, prefix: str) -> int:
    found = await states(database)
    return sum(state == "completed" for name, state in found.items() if name.startswith(prefix))


async def has_ended(database: Database, prefix: str, count: int) -> bool:
    return await ended(database, prefix) == count


async def test_many_that_begin_at_once_all_end(database: Database, world: World) -> None:
    """With one commit, and each for itself: so many are at work, and the others have their turn."""
    async with serving(database, world, Crowd) as service:
        async with database.write():
            for number in range(MANY):
                await service.sagas.start(service.resting, f"a{number}", 0.0)
        await asyncio.gather(*(service.sagas.run(service.resting, f"b{number}", 0.0) for number in range(MANY)))
        await until(lambda: has_ended(database, "a", MANY))
        assert service.most_at_work <= MOST_BEGUN + MOST_DUE


async def test_those_that_had_no_room_are_taken_when_there_is_some(database: Database, world: World) -> None:
    """And not at the next look, which is an hour away."""
    async with serving(database, world, Crowd, pace=replace(QUICK, look_s=3600.0)) as service:
        async with database.write():
            for number in range(MANY):
                await service.sagas.start(service.resting, f"a{number}", 0.0)
        await until(lambda: has_ended(database, "a", MANY))


async def test_timers_of_others_have_room_among_many_that_are_due(database: Database, world: World) -> None:
    async with serving(database, world, Crowd) as service:
        async with database.write():
            for number in range(MANY):
                await service.sagas.start(service.resting, f"a{number}", 0.2)
            await service.sagas.start(service.timing, "timer")
        await until(lambda: has_ended(database, "timer", 1))
        assert await ended(database, "a") < MANY
        await until(lambda: has_ended(database, "a", MANY))
        assert service.most_at_work <= MOST_BEGUN + MOST_DUE


async def test_those_that_hang_keep_no_others_out(
    database: Database, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "plures.sagas")
    async with serving(database, world, Crowd, pace=replace(QUICK, long_s=0.5)) as service:
        service.hold = asyncio.Event()
        async with database.write():
            for number in range(2 * MOST_DUE):
                await service.sagas.start(service.hanging, f"h{number}")
        await until(lambda: all_hang(database))
        await service.sagas.start(service.resting, "other", 0.1)
        await until(lambda: has_ended(database, "other", 1))
        await until(lambda: told_of(caplog, "sagas of ordering have been at work here for more than"))
        assert "at its step hang" in caplog.text
        service.hold.set()
        await until(lambda: has_ended(database, "h", 2 * MOST_DUE))


async def test_one_that_hangs_is_taken_back(database: Database, world: World) -> None:
    """Its step does not return, so it takes no other step at which it would learn of it."""
    async with serving(database, world, Crowd) as service:
        service.hold = asyncio.Event()
        await service.sagas.start(service.hanging, "h")
        await until(lambda: is_hanging(service))
        assert await operations.compensate(database, operations.Filter(id="h")) == (1, 0)
        await until(lambda: is_now(database, {"h": "compensated"}))
        assert service.hangs == 0


async def is_hanging(service: Crowd) -> bool:
    return service.hangs == 1


async def all_hang(database: Database) -> bool:
    """Also those that had no room at first."""
    async with database.read() as connection:
        sql = "SELECT count(*) FROM plures_sagas WHERE saga = 'hanging' AND worker <> '' AND due_at > 0"
        return int(await connection.scalar(sql)) == 2 * MOST_DUE


async def told_of(caplog: pytest.LogCaptureFixture, text: str) -> bool:
    return text in caplog.text


class Entangled(OrderingService):
    """Each waits for the other, in a step; one runs itself."""

    @saga()
    async def first(self, saga: Saga) -> str:
        await saga.step(self._await_second, saga.id)
        return "first"

    @saga()
    async def second(self, saga: Saga) -> str:
        await saga.step(self._await_first, saga.id)
        return "second"

    @saga()
    async def alone(self, saga: Saga) -> None:
        await saga.step(self._run_alone, saga.id)

    async def _await_second(self, id: str) -> str:  # noqa: A002
        return await self.sagas.run(self.second, id)

    async def _await_first(self, id: str) -> str:  # noqa: A002
        return await self.sagas.run(self.first, id)

    async def _run_alone(self, id: str) -> None:  # noqa: A002
        await self.sagas.run(self.alone, id)


async def test_two_that_wait_for_each_other_are_taken_back(database: Database, world: World) -> None:
    async with serving(database, world, Entangled) as service, asyncio.timeout(20):
        with pytest.raises(SagaCompensated, match="was taken back"):
            await service.sagas.run(service.first, "a")
        with pytest.raises(SagaCompensated, match="neither would end"):
            await service.sagas.result(service.second, "a")
        with pytest.raises(SagaCompensated, match="it would wait for itself"):
            await service.sagas.run(service.alone, "a")


class Nested(OrderingService):
    """Many that each wait for one more."""

    @saga()
    async def outer(self, saga: Saga) -> Order:
        await saga.sleep(0.05)
        return await saga.step(self.order, f"inner {saga.id}", Wish("tea"))


async def test_many_that_wait_for_others_of_theirs_leave_them_room(database: Database, world: World) -> None:
    async with serving(database, world, Nested) as service:
        async with database.write():
            for number in range(MOST_BEGUN + MOST_DUE):
                await service.sagas.start(service.outer, f"o{number}")
        await until(lambda: has_ended(database, "o", MOST_BEGUN + MOST_DUE), of=60)
