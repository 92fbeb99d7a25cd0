"""The database of an application moves while sagas run: from a file to a server and back, and each saga goes on where it was."""

import asyncio
from collections import Counter
from pathlib import Path

from plures import Saga, saga
from plures.data import Database, Folder, Place, Server, copies, open_database
from plures.sagas import make_tables, prepare
from tests.postgres import Postgres
from tests.unit.data.moving.here import Here
from tests.unit.sagas.shop import MIGRATIONS, Order, OrderingService, Wish, World, orders, serving, states, until


class Resting(OrderingService):
    """Some rest out of memory, and some wait for others, while the rows move."""

    @saga()
    async def ordering(self, saga: Saga, wish: Wish) -> Order:
        await saga.step(self.stock.reserve, saga.id, wish.item).undone_by(self.stock.release, saga.id)
        await saga.sleep(0.05)
        await saga.step(self._record, saga.id, wish.item)
        payment = await saga.step(self.payments.take, saga.id, wish.pays)
        return Order(saga.id, payment)


async def test_sagas_go_on_through_live_moves(tmp_path: Path, postgres: Postgres, world: World) -> None:
    first, server, last = Folder(tmp_path / "first"), await postgres.schema(), Folder(tmp_path / "last")
    database = await open_database(first, "ordering", MIGRATIONS)
    accepted: list[str] = []
    is_over = False

    async def slow(*_: str) -> None:
        await asyncio.sleep(0.005)

    world.trouble = slow
    async with serving(database, world, Resting) as service:

        async def begin() -> None:
            while not is_over:
                one = f"o{len(accepted)}"
                await service.sagas.start(service.ordering, one, Wish("tea"))
                accepted.append(one)
                await asyncio.sleep(0.005)

        beginning = asyncio.create_task(begin())
        for source, target in ((first, server), (server, last)):
            await until(lambda: some_more(accepted))
            await move_under(database, source, target)
        await until(lambda: some_more(accepted))
        is_over = True
        await beginning
        await until(lambda: all_completed(database, accepted))
        assert await orders(database) == sorted(accepted)
        assert database.dialect == "sqlite"
    await database.close()
    assert set(Counter(world.effects).values()) == {1}


async def move_under(database: Database, source: Place, target: Folder | Server) -> None:
    owners = copies.Owners("shop", Path("none"), {"ordering": MIGRATIONS})
    ends = copies.End(source), copies.End(target)
    users = Here([database], ends[1], "ordering", prepare)
    await copies.move_live(owners, "ordering", ends, users, lambda *_: None, furnish={"plures_sagas": make_tables})


async def some_more(accepted: list[str]) -> bool:
    before = len(accepted)
    await asyncio.sleep(0.1)
    return len(accepted) > before + 5


async def all_completed(database: Database, accepted: list[str]) -> bool:
    found = await states(database)
    return set(found) == set(accepted) and set(found.values()) == {"completed"}
