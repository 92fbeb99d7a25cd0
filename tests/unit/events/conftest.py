"""A database with the tables of events, on SQLite and on a real PostgreSQL server, and what tests deliver to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plures.data import Database, Folder, Place, open_database
from plures.events import Pace, Record, Relay, Stored, append, prepare, register

TYPE = "shop.orders.v1.OrderPlaced"
NAME = "notifications.confirm"
QUICK = Pace(
    retry_first_s=0.01,
    retry_most_s=0.05,
    unreachable_first_s=0.01,
    unreachable_most_s=0.05,
    position_s=0.01,
    look_s=0.03,
    lease_s=0.6,
)
POSITION = "SELECT position FROM plures_subscriptions"
FAILURES = "SELECT sequence, state, attempts FROM plures_failures ORDER BY sequence"


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Folder(tmp_path)
    return await request.getfixturevalue("postgres").schema()


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_prepared(place)
    yield opened
    await opened.close()


@pytest.fixture
async def server(postgres) -> AsyncIterator[Database]:
    """For what PostgreSQL alone has."""
    opened = await open_prepared(await postgres.schema())
    yield opened
    await opened.close()


async def open_prepared(place: Place) -> Database:
    database = await open_database(place, "orders")
    await prepare(database)
    return database


async def publish(database: Database, *ids: str, key: str = "", of_type: str = TYPE, body: str = "{}") -> None:
    async with database.write() as connection:
        for one in ids:
            await append(connection, Record(one, of_type, key, body, ""), database.dialect)


class Inbox:
    """What was delivered, in order; what is in `failing` raises, as often as it says."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.attempts: list[str] = []
        self.failing: dict[str, int | Exception] = {}
        self.changed = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def deliver(self, event: Stored) -> None:
        self.attempts.append(event.id)
        self.changed.set()
        await self.open.wait()
        failing = self.failing.get(event.id, 0)
        if isinstance(failing, Exception):
            raise failing
        if failing:
            self.failing[event.id] = failing - 1
            raise ValueError(f"{event.id} cannot be handled")
        self.got.append(event.id)
        self.changed.set()

    async def wait(self, *ids: str) -> None:
        await self.until(lambda: set(ids) <= set(self.got))

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()


async def until(is_so, patience_s: float = 20) -> None:
    """Until an awaitable question is answered with yes."""
    async with asyncio.timeout(patience_s):
        # What others write into a database sets no event here.
        while not await is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def relaying(
    database: Database, inboxes: dict[str, Inbox], *, pace: Pace = QUICK, types: dict[str, str] | None = None, **options
) -> AsyncIterator[Relay]:
    types = types or {}
    await register(database, {name: types.get(name, TYPE) for name in inboxes})
    relay = Relay(
        database,
        {name: (types.get(name, TYPE), inbox.deliver) for name, inbox in inboxes.items()},
        capability="orders",
        owner="test",
        pace=pace,
        **options,
    )
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            raise AssertionError("the relay ended") from task.exception()


async def rows(database: Database, statement: str) -> list[tuple]:
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(statement)]


async def is_at(database: Database, position: int) -> bool:
    return await rows(database, POSITION) == [(position,)]


async def has_failures(database: Database, expected: list[tuple]) -> bool:
    return await rows(database, FAILURES) == expected
