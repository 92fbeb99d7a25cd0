"""A server that refuses, is not there, or ends while it is used: what is said of it, and never a password."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from plures.data import (
    AccessRefused,
    CommitUnknown,
    ConnectionLost,
    Database,
    DatabaseUnusable,
    Migration,
    Server,
    ServerUnreachable,
    StatementFailed,
    open_database,
)
from plures.data.postgresql.translate import FAILURES, translated
from tests.postgres import Postgres, running

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
PASSWORD = "s3cr/et@"


async def pieces(database: Database, key: str) -> int:
    async with database.read() as connection:
        return await connection.scalar("SELECT pieces FROM stock WHERE id = :key", {"key": key})


@pytest.mark.parametrize(
    ("changed", "kind", "why"),
    [
        ({"password": "wr0ng"}, AccessRefused, "password authentication failed"),
        ({"role": "stranger"}, AccessRefused, 'role "stranger" does not exist'),
        ({"database": "nothing"}, AccessRefused, 'database "nothing" does not exist'),
        ({}, AccessRefused, "there is no schema 'missing'"),
    ],
)
async def test_what_the_server_refuses_is_named_without_the_password(
    postgres: Postgres, changed: dict[str, str], kind: type[Exception], why: str
) -> None:
    await postgres.run("DROP ROLE IF EXISTS secretive")
    await postgres.role_with_password("secretive", PASSWORD)
    asked = {"role": "secretive", "password": PASSWORD, **changed}
    with pytest.raises(DatabaseUnusable) as caught:
        await open_database(Server(postgres.url(**asked), "missing"), "inventory")
    assert type(caught.value) is kind
    assert why in caught.value.why
    shown = str(caught.value) + repr(caught.value)
    assert not any(part in shown for part in (PASSWORD, "s3cr", "wr0ng"))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("postgresql://shop:s3cret@127.0.0.1:1/shop", ServerUnreachable),
        ("postgresql://shop:s3cret@name.invalid/shop", ServerUnreachable),
        ("postgresql://shop:s3cret@/shop?host=/nowhere", ServerUnreachable),
        ("postgresql://shop:s3cret/2@127.0.0.1/shop", DatabaseUnusable),
        ("postgresql://shop:s3cret@127.0.0.1:many/shop", DatabaseUnusable),
        ("mysql://shop:s3cret@127.0.0.1/shop", DatabaseUnusable),
    ],
)
async def test_a_server_that_is_not_there_is_named_without_the_password(url: str, kind: type[Exception]) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        await open_database(Server(url, "orders"), "orders")
    assert type(caught.value) is kind
    assert "s3cret" not in str(caught.value) + repr(caught.value)


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """One that a test may kill."""
    yield from running()


async def test_a_server_that_dies_and_comes_back(own_server: Postgres) -> None:
    database = await open_database(await own_server.schema(), "inventory", (STOCK,))

    async def work() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
            own_server.kill()
            await connection.execute("INSERT INTO stock VALUES ('cup', 1)")

    with pytest.raises(StatementFailed) as caught:
        await work()
    assert caught.value.code == "data.connection_lost"
    assert caught.value.may_be_repeated
    for kind in (database.read, database.write):
        with pytest.raises(DatabaseUnusable) as unreachable:
            async with kind() as connection:
                await connection.execute("SELECT 1")
        assert unreachable.value.code == "data.server_unreachable"
    own_server.start()
    async with database.read() as connection:
        assert (await connection.execute("SELECT * FROM stock")).all() == []
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
    # All connections that lie idle are gone, unnoticed as yet.
    own_server.kill()
    own_server.start()
    async with database.write() as connection:
        await connection.execute("UPDATE stock SET pieces = 2")
    assert await asyncio.gather(*(pieces(database, "tea") for _ in range(5))) == [2] * 5
    await database.close()


async def test_a_commit_whose_answer_is_lost_may_have_happened(own_server: Postgres) -> None:
    database = await open_database(await own_server.schema(), "inventory", (STOCK,))

    async def work() -> None:
        async with database.write() as connection:
            await connection.execute("INSERT INTO stock VALUES ('tea', 1)")
            own_server.kill()

    with pytest.raises(StatementFailed) as caught:
        await work()
    assert (caught.value.code, caught.value.may_be_repeated) == ("data.commit_unknown", False)
    await database.close()


def test_a_connection_that_broke_in_the_middle_is_lost_although_the_driver_takes_it_for_open() -> None:
    error = asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
    assert isinstance(error, FAILURES)
    assert isinstance(translated(error, "orders", "BEGIN", is_closed=False), ConnectionLost)
    assert isinstance(translated(error, "orders", "COMMIT", is_closed=False), CommitUnknown)
