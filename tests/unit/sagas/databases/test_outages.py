"""The database of sagas is away, or takes nothing, while they begin, run and end: when it is back, all that was accepted goes on by itself."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest

from plures.data import Database, DiskFull, open_database
from plures.data.store import Store, Transaction
from plures.errors import PluresError
from tests.postgres import Postgres, running
from tests.unit.sagas.shop import MIGRATIONS, Order, Wish, World, is_now, orders, serving, states, until


@pytest.fixture
def frail() -> Iterator[Postgres]:
    """A server that the test may kill."""
    started = running()
    yield next(started)
    next(started, None)


async def test_the_server_dies_while_sagas_begin_and_run(frail: Postgres, world: World) -> None:
    """A peer that loses its database while it takes sagas over never takes them again."""
    database = await open_database(await frail.schema(), "ordering", MIGRATIONS)
    accepted: list[str] = []

    async with serving(database, world) as service:

        async def begin(name: str) -> None:
            for number in range(200):
                with suppress(PluresError, OSError):
                    await service.sagas.start(service.ordering, f"{name}.{number}", Wish("tea"))
                    accepted.append(f"{name}.{number}")
                await asyncio.sleep(0.01)

        beginning = [asyncio.create_task(begin(name)) for name in ("a", "b", "c")]
        for _ in range(2):
            await until(lambda: some_more(accepted))
            await asyncio.to_thread(frail.kill)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(frail.start)
        await asyncio.gather(*beginning)
        await until(lambda: all_completed(database, accepted), of=60)
        assert await orders(database) == sorted(await states(database))
    await database.close()
    assert {key for name, key in world.effects if name == "take"} == set(keys_of(world, "reserve"))
    assert len(world.effects) == len(set(world.effects))


class FullStore:
    """A store whose disk has no room at times."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_full = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        return self._written(self._store.write)

    def plain_write(self, *, lasts: bool) -> AbstractAsyncContextManager[Transaction]:
        return self._written(lambda: self._store.plain_write(lasts=lasts))

    def plain_statement(self) -> AbstractAsyncContextManager[Transaction]:
        return self._written(self._store.plain_statement)

    @asynccontextmanager
    async def _written(
        self, begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    ) -> AsyncGenerator[Transaction]:
        if self.is_full:
            raise DiskFull("ordering", "COMMIT", "the disk is full")
        async with begin() as transaction:
            yield transaction


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_a_full_disk_holds_sagas_up_until_there_is_room(database: Database, world: World) -> None:
    store = FullStore(database.store)
    full = Database("ordering", store)  # type: ignore[arg-type]
    tried = asyncio.Event()

    def fill(operation: str, _: str) -> None:
        if operation == "reserve":
            store.is_full = True
            if len(world.calls) >= 3:
                tried.set()

    world.after = fill
    async with serving(full, world) as service:
        await service.sagas.start(service.ordering, "a", Wish("tea"))
        await tried.wait()
        with pytest.raises(DiskFull):
            await service.order("b", Wish("tea"))
        world.after = lambda *_: None
        store.is_full = False
        assert await service.order("a", Wish("tea")) == Order("a", "paid")
        await until(lambda: is_now(database, {"a": "completed"}))
    assert world.effects == [("reserve", "a"), ("take", "a")]


async def some_more(accepted: list[str]) -> bool:
    before = len(accepted)
    await asyncio.sleep(0.1)
    return len(accepted) > before


async def all_completed(database: Database, accepted: list[str]) -> bool:
    try:
        found = await states(database)
    except (PluresError, OSError):
        return False
    return set(accepted) <= set(found) and set(found.values()) == {"completed"}


def keys_of(world: World, operation: str) -> list[str]:
    return [key for name, key in world.effects if name == operation]
