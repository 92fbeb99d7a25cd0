"""A till that asks a store, which owns a file that one process at a time may open; and two replicas between which the store moves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from plures import Application, Capability, Database, Lifecycle, Migration, command, contract, query
from plures.application import assemble
from plures.deploy.serving import ListenAddress, ListenAddresses, hosting
from plures.host import Host, Mode, Placement

ANYWHERE = ListenAddresses(ListenAddress("127.0.0.1", 0, 0), "127.0.0.1", 0)
TABLE = Migration(1, "kept", ("CREATE TABLE kept (text TEXT)",))


@contract("moving.store.v1", owner="tests")
class Store(Protocol):
    @command(deadline_s=20)
    async def put(self, text: str) -> int: ...

    @query(deadline_s=20)
    async def count(self, *, slowly: bool = False, by_the_till: bool = False) -> int:
        """Slowly: when the test says so. By the till: the till is asked, which asks the store."""


@contract("moving.till.v1", owner="tests")
class Till(Protocol):
    @command(deadline_s=20)
    async def sell(self, text: str) -> int: ...

    @query(deadline_s=20)
    async def count(self, *, slowly: bool = False, by_the_till: bool = False) -> int: ...


class Seen:
    """What the services have done, and what lets a slow one end."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.may_end = asyncio.Event()
        self._begun = asyncio.Semaphore(0)

    def slow_one_begins(self) -> None:
        self._begun.release()

    async def slow_ones(self, many: int) -> None:
        """Return when so many more have begun."""
        for _ in range(many):
            await self._begun.acquire()


class StoreService(Store):
    def __init__(self, seen: Seen, database: Database, till: Till, lifecycle: Lifecycle) -> None:
        self._seen, self._database, self._till = seen, database, till
        for register in (lifecycle.on_start, lifecycle.on_ready, lifecycle.on_drain, lifecycle.on_stop):
            register(self._noting(register.__name__[3:]))
        lifecycle.background(self._work)

    async def put(self, text: str) -> int:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO kept VALUES (:text)", {"text": text})
            found: int = await connection.scalar("SELECT count(*) FROM kept")
        return found

    async def count(self, *, slowly: bool = False, by_the_till: bool = False) -> int:
        if slowly:
            self._seen.slow_one_begins()
            await self._seen.may_end.wait()
        if by_the_till:
            return await self._till.count()
        async with self._database.read() as connection:
            found: int = await connection.scalar("SELECT count(*) FROM kept")
        return found

    def _noting(self, what: str):  # type: ignore[no-untyped-def]
        async def note() -> None:
            self._seen.done.append(what)

        return note

    async def _work(self) -> None:
        self._seen.done.append("work")
        try:
            await asyncio.sleep(3600)
        finally:
            self._seen.done.append("end of work")


class TillService(Till):
    def __init__(self, store: Store) -> None:
        self._store = store

    async def sell(self, text: str) -> int:
        return await self._store.put(text)

    async def count(self, *, slowly: bool = False, by_the_till: bool = False) -> int:
        return await self._store.count(slowly=slowly, by_the_till=by_the_till)


class Two:
    """Two replicas, the first of which has all at the beginning.

    Attributes:
        seen: What the store has done in each.
    """

    def __init__(self, folder: Path, mode: Mode) -> None:
        self.folder, self.mode = folder, mode
        self.seen = Seen(), Seen()
        self.hosts: list[Host] = []
        self.urls: list[str] = []

    def placement(self, *here: str, elsewhere: dict[str, int] | None = None) -> Placement:
        """What hosts some capabilities, and finds others in one of the replicas."""
        endpoints = {name: (self.urls[number],) for name, number in (elsewhere or {}).items()}
        return Placement(frozenset(here), False, self.folder, self.mode, endpoints)


@asynccontextmanager
async def two(folder: Path, mode: Mode = Mode.PRODUCTION) -> AsyncGenerator[Two]:
    made = Two(folder, mode)

    def app(seen: Seen) -> Application:
        def store(database: Database, till: Till, lifecycle: Lifecycle) -> StoreService:
            return StoreService(seen, database, till, lifecycle)

        return Application("moving", [Capability(Store, store, migrations=[TABLE]), Capability(Till, TillService)])

    first, second = (assemble(app(seen)) for seen in made.seen)
    async with (
        hosting(first, made.placement("store", "till"), ANYWHERE) as one,
        hosting(second, made.placement(), ANYWHERE) as other,
    ):
        made.hosts = [one.host, other.host]  # type: ignore[list-item]
        made.urls = [one.control_url, other.control_url]
        other.host.update_endpoints({"store": (made.urls[0],), "till": (made.urls[0],)})
        yield made
