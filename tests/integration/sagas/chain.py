"""A shop that publishes orders, a depot whose handler begins a saga for each, and a diary that gets what a step of the saga publishes."""

from typing import Protocol

from plures import (
    Application,
    Capability,
    Database,
    Event,
    Events,
    Migration,
    Saga,
    Sagas,
    command,
    contract,
    query,
    saga,
    subscribe,
)

# Without a key: what happens twice is there twice.
LINES = Migration(1, "lines", ("CREATE TABLE lines (id TEXT NOT NULL)", "CREATE TABLE begun (id TEXT NOT NULL)"))
_KEEP = "INSERT INTO lines (id) VALUES (:id)"


class Ordered(Event, key="id"):
    id: str


class Packed(Event, key="id"):
    id: str


class Lines:
    """What a capability has written down."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def all(self) -> tuple[str, ...]:
        async with self.database.read() as connection:
            return tuple((await connection.execute("SELECT id FROM lines ORDER BY id")).scalars())


@contract("chain.shop.v1", owner="tests", events=[Ordered])
class Shop(Protocol):
    @command(deadline_s=5)
    async def order(self, ids: tuple[str, ...]) -> None: ...
    @query(deadline_s=5)
    async def lines(self) -> tuple[str, ...]: ...


class ShopService(Shop):
    def __init__(self, database: Database, events: Events) -> None:
        self._lines = Lines(database)
        self._events = events

    async def order(self, ids: tuple[str, ...]) -> None:
        async with self._lines.database.write() as connection:
            for each in ids:
                await connection.execute(_KEEP, {"id": each})
                await self._events.publish(Ordered(each))

    async def lines(self) -> tuple[str, ...]:
        return await self._lines.all()


@contract("chain.depot.v1", owner="tests", events=[Packed])
class Depot(Protocol):
    @query(deadline_s=5)
    async def lines(self) -> tuple[str, ...]: ...


class DepotService(Depot):
    def __init__(self, database: Database, sagas: Sagas, events: Events) -> None:
        self._lines = Lines(database)
        self._sagas = sagas
        self._events = events

    async def lines(self) -> tuple[str, ...]:
        return await self._lines.all()

    @subscribe()
    async def take(self, event: Ordered) -> None:
        async with self._lines.database.write() as connection:
            await connection.execute("INSERT INTO begun (id) VALUES (:id)", {"id": event.id})
            await self._sagas.start(self.packing, event.id)

    @saga(attempts=1000)
    async def packing(self, saga: Saga) -> None:
        await saga.step(self._pack, saga.id)
        await saga.sleep(0.01)
        await saga.step(self._pack, saga.key("gift"))

    async def _pack(self, parcel: str) -> None:
        async with self._lines.database.write() as connection:
            await connection.execute(_KEEP, {"id": parcel})
            await self._events.publish(Packed(parcel))


@contract("chain.diary.v1", owner="tests")
class Diary(Protocol):
    @query(deadline_s=5)
    async def lines(self) -> tuple[str, ...]: ...


class DiaryService(Diary):
    def __init__(self, database: Database) -> None:
        self._lines = Lines(database)

    async def lines(self) -> tuple[str, ...]:
        return await self._lines.all()

    @subscribe()
    async def write_down(self, event: Packed) -> None:
        async with self._lines.database.write() as connection:
            await connection.execute(_KEEP, {"id": event.id})


app = Application(
    "chain",
    [
        Capability(Shop, ShopService, migrations=[LINES]),
        Capability(Depot, DepotService, migrations=[LINES]),
        Capability(Diary, DiaryService, migrations=[LINES]),
    ],
)
