"""A server that stands still, has no connection left, or no room on its disk: typed errors, and work goes on when that is over."""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

import pytest

from plures.data import Database, DiskFull, Migration, Server, ServerUnreachable, TooManyConnections, open_database
from tests.postgres import Postgres, running

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
ROOM = 24 << 20
_numbers = count(1)


@pytest.fixture(scope="module")
def frail() -> Iterator[Postgres]:
    """A server that may not write long files, as on a disk that is nearly full, and that tests may stop."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        started = running()
        server = next(started)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    yield server
    next(started, None)


async def works(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute("DELETE FROM stock")
        await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
    async with database.read() as connection:
        assert await connection.scalar("SELECT pieces FROM stock") == 1


async def given_up(work: Awaitable[object]) -> object:
    """What comes of work whose caller waits no longer than its deadline."""
    try:
        async with asyncio.timeout(0.3):
            return await work
    except (TimeoutError, ServerUnreachable) as error:
        return type(error)


async def test_a_server_that_stands_still_holds_up_no_call_beyond_its_deadline(frail: Postgres) -> None:
    """What was waiting for it is given up with its connection: none stays lost when the server goes on."""
    database = await open_database(await frail.schema(most_connections=4, patience_s=1.0), "inventory", (STOCK,))

    async def look(begin: Callable[[], object]) -> None:
        async with begin() as connection:  # type: ignore[attr-defined]
            await connection.execute("SELECT count(*) FROM stock")

    kinds = (database.read, database.write) * 3
    await asyncio.gather(*map(look, kinds))
    frail.suspend()
    try:
        for _ in range(3):
            came = await asyncio.gather(*(given_up(look(kind)) for kind in kinds))
            assert set(came) <= {TimeoutError, ServerUnreachable}
    finally:
        frail.resume()
    for _ in range(3):
        await asyncio.gather(*map(look, kinds))
    await works(database)
    await database.close()


async def test_a_server_that_stands_still_holds_up_no_end(frail: Postgres) -> None:
    server = await frail.schema(patience_s=0.3)
    database = await open_database(server, "inventory", (STOCK,))
    await works(database)
    frail.suspend()
    try:
        with pytest.raises(ServerUnreachable, match="did not answer within"):
            await open_database(server, "inventory", (STOCK,))
        waiting = asyncio.create_task(works(database))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(30):
            await database.close(grace_s=0.1)
        with pytest.raises(asyncio.CancelledError):
            await waiting
    finally:
        frail.resume()


async def test_no_connection_is_left(frail: Postgres) -> None:
    role = f"narrow{next(_numbers)}"
    await frail.run(f"CREATE ROLE {role} LOGIN", f"CREATE SCHEMA {role} AUTHORIZATION {role}")
    server = Server(frail.url(role), role, 4)
    database = await open_database(server, "inventory", (STOCK,))
    await database.close()
    await frail.run(f"ALTER ROLE {role} CONNECTION LIMIT 1")
    with pytest.raises(TooManyConnections, match="too many connections"):
        await open_database(server, "inventory", (STOCK,))
    await frail.run(f"ALTER ROLE {role} CONNECTION LIMIT 2")
    database = await open_database(server, "inventory", (STOCK,))
    await frail.run(f"ALTER ROLE {role} CONNECTION LIMIT 1")
    async with database.read() as first:
        await first.execute("SELECT 1")
        async with database.write() as connection:
            await connection.execute("SELECT 1")
            with pytest.raises(TooManyConnections):
                async with database.read() as more:
                    await more.execute("SELECT 1")
    await works(database)
    await database.close()


async def test_its_disk_is_full(frail: Postgres) -> None:
    database = await open_database(await frail.schema(), "inventory", (STOCK,))
    await works(database)

    async def fill() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('cup', 2)")
            sql = "INSERT INTO stock SELECT i || repeat(md5(i::text), 60), 1 FROM generate_series(1, 20000) i"
            await connection.execute(sql)

    with pytest.raises(DiskFull) as caught:
        await fill()
    assert (caught.value.code, "could not extend file" in caught.value.why) == ("data.disk_full", True)
    async with database.read() as connection:
        # Nothing of the transaction remains.
        assert (await connection.execute("SELECT id FROM stock")).scalars() == ["tea"]
    await works(database)
    with pytest.raises(DiskFull):
        async with database.write() as connection:
            await connection.execute("DO $$ BEGIN RAISE disk_full; END $$")
    await database.close()
