"""One capability that publishes, one that keeps what it gets, and one without a database, which may have replicas."""

import asyncio
import os
from pathlib import Path
from typing import Protocol

from plures import (
    Application,
    Capability,
    Database,
    Event,
    Events,
    Message,
    Migration,
    command,
    contract,
    query,
    subscribe,
)

TAKEN = Migration(
    1, "taken", ("CREATE TABLE taken (place INTEGER PRIMARY KEY, number INTEGER NOT NULL, street TEXT NOT NULL)",)
)
SENT = Migration(1, "sent", ("CREATE TABLE sent (number INTEGER PRIMARY KEY)",))


class ParcelSent(Event, key="street"):
    """A parcel is on its way."""

    street: str
    number: int
    padding: str = ""
    fails: bool = False
    slow_s: float = 0.0


class Taken(Message):
    number: int
    street: str


@contract("parcels.shop.v1", owner="tests", events=[ParcelSent])
class Shop(Protocol):
    @command(deadline_s=10)
    async def send(self, parcels: tuple[ParcelSent, ...]) -> None: ...


@contract("parcels.depot.v1", owner="tests")
class Depot(Protocol):
    @query()
    async def taken(self) -> tuple[Taken, ...]: ...
    @query()
    async def runs(self, number: int) -> int: ...


@contract("parcels.porter.v1", owner="tests")
class Porter(Protocol):
    @query()
    async def pid(self) -> int: ...


class ShopService(Shop):
    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events

    async def send(self, parcels: tuple[ParcelSent, ...]) -> None:
        async with self._database.write() as connection:
            for parcel in parcels:
                await connection.execute("INSERT INTO sent VALUES (:number)", {"number": parcel.number})
                await self._events.publish(parcel)


class DepotService(Depot):
    def __init__(self, database: Database) -> None:
        self._database = database
        self._runs: dict[int, int] = {}

    async def taken(self) -> tuple[Taken, ...]:
        async with self._database.read() as connection:
            rows = await connection.execute("SELECT number, street FROM taken ORDER BY place")
            return tuple(Taken(*row) for row in rows)

    async def runs(self, number: int) -> int:
        return self._runs.get(number, 0)

    @subscribe(deadline_s=20)
    async def take(self, event: ParcelSent) -> None:
        self._runs[event.number] = self._runs.get(event.number, 0) + 1
        if event.fails:
            raise RuntimeError("the parcel is torn")
        await asyncio.sleep(event.slow_s)
        async with self._database.write() as connection:
            await connection.execute(
                "INSERT INTO taken SELECT coalesce(max(place), 0) + 1, :number, :street FROM taken",
                {"number": event.number, "street": event.street},
            )


def note(book: Path, line: str) -> None:
    with book.open("a") as file:
        file.write(line)


class PorterService(Porter):
    async def pid(self) -> int:
        return os.getpid()

    @subscribe()
    async def carry(self, event: ParcelSent) -> None:
        book = os.environ.get("PORTERS_BOOK")
        if book:
            await asyncio.sleep(0.01)
            note(Path(book), f"{os.getpid()} {event.number}\n")


app = Application(
    "parcels",
    [
        Capability(Shop, ShopService, migrations=[SENT]),
        Capability(Depot, DepotService, migrations=[TAKEN]),
        Capability(Porter, PorterService),
    ],
)
