"""The outbox of a publisher moves with its rows, and numbers go on where they were."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from plures.data import Database, Folder, Migration, Place, copies, open_database
from plures.events import Pace, Record, Relay, Stored, append, make_tables, operations, prepare, register
from plures.events.operations import Filter
from tests.postgres import Postgres

from .here import Here

TABLE = Migration(1, "orders", ("CREATE TABLE placed (id INTEGER PRIMARY KEY)",))
EVENT = """
INSERT INTO plures_events (id, type, key, body, request_id, published_at, sequence) VALUES (:id, 'placed', 'k', '{}', '', 1, :sequence)"""


async def publish(place: Place, *sequences: int | None) -> list[tuple[Any, ...]]:
    """As the application at its start and after it."""
    database = await open_database(place, "orders", (TABLE,))
    await prepare(database)
    async with database.write() as connection:
        for sequence in sequences:
            await connection.execute(EVENT, {"id": f"event {sequence}", "sequence": sequence})
        rows = await connection.execute("SELECT number, id, sequence FROM plures_events ORDER BY number")
        found = [tuple(row) for row in rows]
    await database.close()
    return found


async def moved(source: Place, target: Place) -> copies.Moved:
    owners = copies.Owners("shop", Path("none"), {"orders": (TABLE,)})
    ends = copies.End(source), copies.End(target)
    return await copies.move(owners, "orders", *ends, lambda *_: None, furnish={"plures_events": make_tables})


async def test_events_go_along(tmp_path: Path, postgres: Postgres) -> None:
    first, last = Folder(tmp_path / "first"), Folder(tmp_path / "last")
    server, second = await postgres.schema(), await postgres.schema()
    await publish(first, 1, 2)
    there = await moved(first, server)
    assert (there.tables["plures_events"], there.tables["plures_relay"]) == (2, 1)
    assert [row[0] for row in await publish(server, 3, None)] == [1, 2, 3, 4]
    await moved(server, second)
    await moved(second, last)
    # On SQLite each event has its sequence.
    assert [row[0] for row in await publish(last)] == [1, 2, 3, 4]
    assert [row[2] for row in await publish(last)] == [1, 2, 3, 5]


NAME, TYPE = "notifications.confirm", "placed"
PACE = Pace(retry_first_s=0.01, retry_most_s=0.05, position_s=0.01, look_s=0.03)
KEYS = 3
BAD = "bad"


class Shop:
    """One process: it publishes without end, and its relay delivers. One event is given up; every tenth fails at first."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.published: list[str] = []
        self.got: list[str] = []
        self.failed: list[str] = []
        self.is_mended = False
        self._open = True
        subscriptions = {NAME: (TYPE, self._deliver)}
        self.relay = Relay(database, subscriptions, capability="orders", owner="test", pace=PACE)

    async def sell(self) -> None:
        await self.publish(BAD, "of its own")
        number = 0
        while self._open:
            number += 1
            await self.publish(str(number), f"k{number % KEYS}")
            await asyncio.sleep(0.001)

    def close(self) -> None:
        self._open = False

    def of(self, key: int, ids: list[str]) -> list[str]:
        return [one for one in dict.fromkeys(ids) if one != BAD and int(one) % KEYS == key]

    async def publish(self, one: str, key: str) -> None:
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO placed (id) SELECT coalesce(max(id), 0) + 1 FROM placed")
            await append(connection, Record(one, TYPE, key, "{}", ""), self.database.dialect)
        self.published.append(one)
        self.relay.wake()

    async def _deliver(self, event: Stored) -> None:
        await asyncio.sleep(0.001)
        if event.id == BAD:
            if not self.is_mended:
                raise ValueError(event.id)
        elif event.id.endswith("7") and event.id not in self.failed:
            self.failed.append(event.id)
            raise ValueError(event.id)
        self.got.append(event.id)


@asynccontextmanager
async def open_shop(place: Place) -> AsyncIterator[Shop]:
    database = await open_database(place, "orders", (TABLE,))
    await prepare(database)
    await register(database, {NAME: TYPE})
    shop = Shop(database)
    tasks = [asyncio.create_task(shop.relay.run()), asyncio.create_task(shop.sell())]
    try:
        yield shop
    finally:
        shop.close()
        tasks[0].cancel()
        ended, sold = await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
    assert isinstance(ended, asyncio.CancelledError)
    assert sold is None, "no publisher failed"


async def move_under(shop: Shop, source: Place, target: Place) -> None:
    owners = copies.Owners("shop", Path("none"), {"orders": (TABLE,)})
    ends = copies.End(source), copies.End(target)
    users = Here([shop.database], ends[1], "orders", prepare)
    await copies.move_live(owners, "orders", ends, users, lambda *_: None, furnish={"plures_events": make_tables})


async def until(is_so: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not await is_so():  # noqa: ASYNC110 - it waits for many things
            await asyncio.sleep(0.01)


async def delivers_more(shop: Shop) -> None:
    before = len(shop.got)

    async def has_more() -> bool:
        return len(shop.got) > before + 20

    await until(has_more)


async def test_what_has_no_place_yet_comes_before_what_is_published_at_the_new_place(
    tmp_path: Path, postgres: Postgres
) -> None:
    """A move from a server comes between a commit and the look of a relay, which gives an event its place."""
    server, folder = await postgres.schema(), Folder(tmp_path)
    database = await open_database(server, "orders", (TABLE,))
    await prepare(database)
    shop = Shop(database)
    await shop.publish("1", "k")
    await move_under(shop, server, folder)
    await shop.publish("2", "k")
    async with database.read() as connection:
        rows = await connection.execute("SELECT id FROM plures_events ORDER BY sequence")
        ids = list(rows.scalars())
    await database.close()
    assert ids == ["1", "2"]


async def test_a_relay_goes_on_with_the_copy_and_nothing_is_lost_or_out_of_order(
    tmp_path: Path, postgres: Postgres
) -> None:
    """To a server, to another one, and back to a file, while it publishes and delivers."""
    places: list[Place] = [Folder(tmp_path / "first"), await postgres.schema(), await postgres.schema()]
    places.append(Folder(tmp_path / "last"))
    async with open_shop(places[0]) as shop:
        for source, target in pairwise(places):
            await delivers_more(shop)
            await move_under(shop, source, target)
        await delivers_more(shop)
        shop.close()
        # What was given up, or is tried again, has moved along.
        await until(lambda: operations.failed(shop.database, Filter(NAME)))
        shop.is_mended = True
        assert await operations.resubmit(shop.database, Filter(NAME)) == 1
        shop.relay.wake()
        await until(lambda: is_settled(shop))
        for key in range(KEYS):
            assert shop.of(key, shop.got) == shop.of(key, shop.published)
        again = len(shop.got) - len(set(shop.got))
        # Only what was in flight while a database was left: 16 at most, each time.
        assert again <= 16 * (len(places) - 1)
        assert shop.failed


async def is_settled(shop: Shop) -> bool:
    (count,) = await operations.counts(shop.database)
    return set(shop.got) == set(shop.published) and not count.backlog and not any(count.failures.values())
