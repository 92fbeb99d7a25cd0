"""Several workers, several clocks, several versions of the code: each saga is brought on by one that may, and what a late one says does not count."""

import asyncio
from dataclasses import replace
from time import time
from typing import Any

import pytest

from plures import Saga, command, contract, saga
from plures.contract import read_contract
from plures.data import Database, Place, open_database
from plures.host.guard import guarded
from plures.runtime import Reply
from plures.sagas import Instance, Journal
from plures.sagas.errors import Lost
from plures.sagas.keeping import State, recorded

from .shop import MIGRATIONS, Order, OrderingService, Wish, World, is_now, serving, until


async def test_what_a_late_worker_notes_is_refused(database: Database) -> None:
    """Also where the saga has come back to it meanwhile: it has changed since."""
    late, other = (Journal(database, lease_s=60, clock=lambda: 1_000_000.0) for _ in range(2))
    await late.prepare()
    at = late.now()
    begun = Instance("ordering", "a", 1, "{}", "request", at, at, worker=late.worker)
    async with database.plain_write() as connection:
        assert await late.begin(connection, begun)
    taken = replace(begun, worker=other.worker, changed_at=begun.changed_at + 1)
    await late.change(begun, taken)
    step = recorded("1", "stock.reserve", Reply(200, b"3"))
    with pytest.raises(Lost):
        await late.change(begun, replace(begun, changed_at=begun.changed_at + 2), [step])
    back = replace(taken, worker=late.worker, changed_at=begun.changed_at + 2, is_final=True)
    await other.change(taken, back)
    with pytest.raises(Lost):
        await late.change(begun, replace(begun, changed_at=begun.changed_at + 3, state=State.PARKED), [step])
    found = await late.find("ordering", "a")
    assert found == back
    assert await late.steps(begun) == []


@contract("shop.keyed.v1", owner="tests")
class Keyed:
    @command(idempotent=True, key="key")
    async def place(self, key: str) -> str: ...
    @command(idempotent=True, key="key")
    async def begin(self, key: str) -> str: ...


class KeyedService(OrderingService):
    """A remembered command holds its last commit back until it answers."""

    async def place(self, key: str) -> str:
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO orders (id, item) VALUES (:id, 'claim')", {"id": f"claim {key}"})
        return (await self.sagas.run(self.ordering, key, Wish("tea"))).payment

    async def begin(self, key: str) -> str:
        await self.sagas.start(self.ordering, key, Wish("tea"))
        return "begun"


async def test_a_remembered_command_waits_for_a_saga(database: Database, world: World) -> None:
    async with serving(database, world, KeyedService) as service, asyncio.timeout(20):
        remembering: Any = guarded(service, read_contract(Keyed)[0], database)
        for _ in range(2):
            assert await remembering.place("a") == "paid"
            assert await remembering.begin("b") == "begun"
        await until(lambda: is_now(database, {"a": "completed", "b": "completed"}))
    assert sorted(world.effects) == [("reserve", "a"), ("reserve", "b"), ("take", "a"), ("take", "b")]


class Contended(OrderingService):
    @saga(attempts=20)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self._count)
        return Order(saga.id, wish.item)

    async def _count(self) -> None:
        async with self.database.write() as connection:
            count = int(await connection.scalar("SELECT item FROM orders WHERE id = 'count'"))
            await asyncio.sleep(0)
            await connection.execute("UPDATE orders SET item = :item WHERE id = 'count'", {"item": str(count + 1)})


async def test_steps_that_meet_on_one_row_all_count(database: Database, world: World) -> None:
    async with database.write() as connection:
        await connection.execute("INSERT INTO orders (id, item) VALUES ('count', '0')")
    async with serving(database, world, Contended) as service:
        await asyncio.gather(*(service.order(f"o{n}", Wish("tea")) for n in range(50)))
    async with database.read() as connection:
        assert await connection.scalar("SELECT item FROM orders WHERE id = 'count'") == "50"


class Second(OrderingService):
    @saga(version=2)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        return Order(saga.id, f"second {wish.item}")


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_each_version_leaves_the_sagas_of_the_other_alone(place: Place, database: Database, world: World) -> None:
    both = {"a": "completed", "b": "completed"}
    other = await open_database(place, "ordering", MIGRATIONS)
    hold = asyncio.Event()

    async def wait(operation: str, _: str) -> None:
        if operation == "take":
            await hold.wait()

    world.trouble = wait
    try:
        async with serving(database, world) as old:
            async with serving(other, world, Second) as new:
                await new.sagas.start(new.ordering, "b", Wish("tea"))
                await old.sagas.start(old.ordering, "a", Wish("tea"))
                hold.set()
                await until(lambda: is_now(database, both))
                assert await new.order("b", Wish("tea")) == Order("b", "second tea")
            assert await old.order("a", Wish("tea")) == Order("a", "paid")
    finally:
        await other.close()


class Timed(OrderingService):
    @saga(deadline_s=600)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.sleep(2)
        payment = await saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, payment)


@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0])
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_a_replica_whose_clock_is_wrong_keeps_the_timers_of_others(
    place: Place, database: Database, world: World, ahead_s: float
) -> None:
    """Where there is a server, its clock counts: a saga that one replica began and another goes on with keeps its deadline."""
    other = await open_database(place, "ordering", MIGRATIONS)
    try:
        async with serving(database, world, Timed) as service:
            await service.sagas.start(service.ordering, "a", Wish("tea"))
            await until(lambda: is_resting(database))
        async with serving(other, world, Timed, clock=lambda: time() + ahead_s, server_clock=True) as service:
            assert await service.sagas.result(service.ordering, "a") == Order("a", "paid")
    finally:
        await other.close()


async def is_resting(database: Database) -> bool:
    async with database.read() as connection:
        return await connection.scalar("SELECT worker FROM plures_sagas") == ""
