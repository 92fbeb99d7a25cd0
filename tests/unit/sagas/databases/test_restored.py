"""A backup that is taken while sagas are open, and its restore, there or on another kind of store: what may have gone on since is parked."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import time

import pytest

from plures import Saga, saga
from plures.cli.data.owners import fittings
from plures.data import Database, Folder, Place, Server, copies, open_database
from plures.sagas import operations
from plures.sagas.keeping import State
from tests.postgres import Postgres
from tests.unit.sagas.shop import (
    MIGRATIONS,
    Order,
    OrderingService,
    Wish,
    World,
    is_now,
    orders,
    serving,
    states,
    until,
)

KINDS = ("sqlite", "postgresql")


class Waiting(OrderingService):
    """Stops at its second step until the test lets it go on; some sleep before."""

    @saga(deadline_s=60)
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        if wish.item == "dream":
            await saga.sleep(50)
        payment = await saga.step(self.payments.take, saga.id, wish.pays).undone_by(self.payments.give_back, saga.id)
        await saga.step(self._record, saga.id, wish.item)
        return Order(saga.id, payment)


@pytest.fixture
async def make(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Place]:
    postgres: Postgres = request.getfixturevalue("postgres")
    schemas = [await postgres.schema() for _ in range(2)]
    numbers = count()
    return lambda kind: schemas.pop() if kind == "postgresql" else Folder(tmp_path / f"data {next(numbers)}")


def owners_of(place: Place, folder: Path) -> copies.Owners:
    data = place.path if isinstance(place, Folder) else folder / "none"
    servers = {"ordering": place} if isinstance(place, Server) else {}
    return copies.Owners("shop", data, {"ordering": MIGRATIONS}, servers)


def tell(_what: str, _done: int, _total: int | None) -> None: ...


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
async def test_what_is_not_known_is_parked_and_resumed_by_a_person(
    tmp_path: Path, make: Callable[[str], Place], world: World, source: str, target: str
) -> None:
    first, last = make(source), make(target)
    if isinstance(first, Folder):
        first.path.mkdir()
    hold = asyncio.Event()

    async def wait(operation: str, key: str) -> None:
        if operation == "take" and key == "busy":
            await hold.wait()

    world.trouble = wait
    database = await open_database(first, "ordering", MIGRATIONS)
    async with serving(database, world, Waiting) as service:
        await service.order("done", Wish("tea"))
        await service.sagas.start(service.ordering, "busy", Wish("tea"))
        await service.sagas.start(service.ordering, "asleep", Wish("dream"))
        await until(lambda: is_asleep(database, "asleep"))
        await until(lambda: was_called(world, "take", "busy"))
        backup = tmp_path / "kept"
        await asyncio.to_thread(copies.back_up, owners_of(first, tmp_path), backup, tell)
        # What it does now is lost with the database, but not to those that it calls.
        hold.set()
        await until(lambda: is_now(database, {"done": "completed", "busy": "completed", "asleep": "running"}))
    await database.close()
    parked: dict[str, int] = {}
    care = fittings(parked)
    await asyncio.to_thread(
        lambda: copies.restore(owners_of(last, tmp_path), backup, (), tell, replace=False, fittings=care)
    )
    assert parked == {"ordering": 1}
    database = await open_database(last, "ordering", MIGRATIONS)
    async with serving(database, world, Waiting):
        assert await states(database) == {"done": "completed", "busy": "parked", "asleep": "running"}
        (found,) = await operations.listed(database, operations.Filter(id="busy"))
        assert "was restored from a backup" in found.error
        assert await orders(database) == ["done"]
        assert await operations.resume(database, operations.Filter(states=[State.PARKED])) == 1
        await until(lambda: is_now(database, {"done": "completed", "busy": "completed", "asleep": "running"}))
        assert await orders(database) == ["busy", "done"]
    assert len(world.effects) == len(set(world.effects)), "nothing that keys remember has happened twice"
    await database.close()


async def is_asleep(database: Database, one: str) -> bool:
    (found,) = await operations.listed(database, operations.Filter(id=one))
    return found.step == "sleep" and not found.worker


async def was_called(world: World, operation: str, key: str) -> bool:
    return (operation, key) in world.calls


@pytest.mark.parametrize("days", [13, 15])
async def test_what_stood_still_for_longer_than_keys_are_remembered_is_parked(
    database: Database, world: World, days: int
) -> None:
    """As after a long stop, or where files were put back without `plures data restore`."""
    async with serving(database, world, Waiting) as service:
        await service.sagas.start(service.ordering, "a", Wish("dream"))
        await until(lambda: is_asleep(database, "a"))
    calls = len(world.calls)
    async with serving(database, world, Waiting, clock=lambda: time() + days * 24 * 3600 + 60):
        expected = "parked" if days > 14 else "compensated"
        await until(lambda: is_now(database, {"a": expected}))
        if expected == "parked":
            (found,) = await operations.listed(database, operations.Filter())
            assert found.error.startswith("it stood still for 15 days")
            assert len(world.calls) == calls
