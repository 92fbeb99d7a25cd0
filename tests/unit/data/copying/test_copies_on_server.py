"""Backup of a schema on a real server, and its restore: there, on another server, in a file; and a file's into a schema."""

import asyncio

import pytest

from plures.data import (
    DatabaseLost,
    Dialect,
    Folder,
    Migration,
    copies,
    open_database,
)
from plures.errors import PluresError
from tests.postgres import Postgres

from .on_server import KEPT, MORE, PLACES, STOCK, Shop, new_shop, tell


async def test_what_is_kept_comes_back(shop: Shop) -> None:
    manifest = await shop.back_up()
    (stock,) = manifest.databases
    assert (stock.dialect, dict(stock.tables)) == (Dialect.POSTGRESQL, {"plures_commands": 0, "shelf": 2, "stock": 2})
    assert stock.migrations[0].checksum == STOCK.checksum(Dialect.POSTGRESQL)
    assert [path.stat().st_mode & 0o777 for path in shop.backup.iterdir()] == [0o600, 0o600]
    await shop.change(shop.server("stock"), *MORE)
    await shop.restore()
    assert await shop.rows(shop.server("stock")) == KEPT
    # Numbers go on after those that were given, and the reference holds again.
    await shop.change(shop.server("stock"), "INSERT INTO stock (name) VALUES ('next')")
    assert (await shop.rows(shop.server("stock")))[-1] == (4, "next", None)
    with pytest.raises(PluresError, match="violates foreign key"):
        await shop.change(shop.server("stock"), "INSERT INTO stock (name, shelf) VALUES ('lost', 99)")


EVERYTHING = Migration(
    2,
    "everything",
    (
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        """CREATE TABLE "Odd ""names" (id INT PRIMARY KEY, "a" TEXT, "A" TEXT, b BYTEA, f DOUBLE PRECISION, r REAL, n NUMERIC, t TIMESTAMPTZ,
        d DATE, i INTERVAL, j JSONB, u UUID, l TEXT[], m mood, o BOOLEAN, s VARCHAR(9), twice INT GENERATED ALWAYS AS (id * 2) STORED)""",
        "CREATE TABLE nothing ()",
        """CREATE VIEW happy AS SELECT id FROM "Odd ""names" WHERE m = 'good'""",
    ),
)
VALUES = (
    r"""(1, E'tab\t line\n back\\ \\N', '', '\x00ff', 'NaN', '-0', 1e-40, '2026-02-03 04:05:06.789+05', '4713-01-01 BC', '1 mon 2 days 03:00',
    '{"b": [1, 2.50]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', ARRAY['x', NULL, 'y,z'], 'bad', true, 'é漢😀')""",
    "(2, NULL, NULL, NULL, 'Infinity', '-Infinity', 'NaN', 'infinity', 'infinity', NULL, 'null', NULL, '{}', NULL, NULL, NULL)",
    "(3, '', 'x', '', 1.1, 1.1, 123456789012345678901234567890.123456789, now(), '0001-01-01', '-1 sec', '[]', NULL, NULL, 'good', false, '')",
)


async def test_every_kind_of_value_comes_back(shop: Shop) -> None:
    migrations = (STOCK, EVERYTHING)
    await shop.change(
        shop.server("stock"), *(f'INSERT INTO "Odd ""names" VALUES {row}' for row in VALUES), migrations=migrations
    )  # fmt: skip
    look = 'SELECT o::text FROM stock."Odd ""names" o ORDER BY id'
    before = await shop.administer(look)
    await shop.back_up(shop.owners(*migrations))
    await shop.administer('DELETE FROM stock."Odd ""names"', look)
    await shop.restore(shop.owners(*migrations))
    assert await shop.administer(look) == before
    assert await shop.administer("SELECT * FROM stock.happy") == [(3,)]


async def test_one_moment_while_the_application_writes(shop: Shop) -> None:
    """Each write changes two tables; no backup has one without the other."""
    database = await open_database(shop.server("stock"), "stock", (STOCK,))
    stopped = asyncio.Event()

    async def write() -> int:
        written = 0
        while not stopped.is_set():
            written += 1
            async with database.write() as connection:
                await connection.execute(
                    "INSERT INTO shelf VALUES (:n, :name)", {"n": 100 + written, "name": f"n{written}"}
                )
                await connection.execute("INSERT INTO stock (name, shelf) VALUES ('x', :n)", {"n": 100 + written})
        return written

    writing = asyncio.create_task(write())
    for number in range(3):
        await asyncio.sleep(0.05)
        kept = (await asyncio.to_thread(copies.back_up, shop.owners(), shop.folder / str(number), tell)).databases[0]
        assert kept.tables["shelf"] == kept.tables["stock"]
    stopped.set()
    assert await writing > 0
    await database.close()


async def test_another_database_and_a_schema_that_was_lost(shop: Shop, postgres: Postgres) -> None:
    await shop.back_up()
    other = await new_shop(postgres, shop.folder)
    await shop.restore(other.owners(), replace_data=False)
    assert await shop.rows(other.server("stock")) == KEPT
    await other.administer(
        "DROP TABLE stock.plures_migrations, stock.plures_commands, stock.stock, stock.shelf", "SELECT 1"
    )
    with pytest.raises(DatabaseLost):
        await shop.rows(other.server("stock"))
    await shop.restore(other.owners(), replace_data=False)
    assert await shop.rows(other.server("stock")) == KEPT


async def test_from_a_server_into_a_file_and_from_a_file_to_a_server(shop: Shop) -> None:
    await shop.back_up()
    data = Folder(shop.folder / "data")
    await shop.restore(shop.owners(on=lambda _: data))
    assert await shop.rows(data) == KEPT
    await shop.change(data, "INSERT INTO stock (name) VALUES ('next')")
    assert sorted(path.name for path in data.path.iterdir()) == ["stock.lock", "stock.sqlite3"]
    shop.backup = shop.folder / "of a file"
    assert (await shop.back_up(shop.owners(on=lambda _: data))).databases[0].dialect is Dialect.SQLITE
    await shop.restore()
    assert await shop.rows(shop.server("stock")) == [*KEPT, (4, "next", None)]
    await shop.change(shop.server("stock"), "INSERT INTO stock (name) VALUES ('again')")
    assert (await shop.rows(shop.server("stock")))[-1][0] == 5


async def test_rights_of_others_stay(shop: Shop) -> None:
    reader = f"reader_{shop.name}"
    await shop.administer(
        f"CREATE ROLE {reader}",
        f"GRANT USAGE ON SCHEMA stock TO {reader}",
        f"GRANT SELECT ON stock.stock, stock.shelf TO {reader} WITH GRANT OPTION",
        "SELECT 1",
    )
    look = "SELECT relname, relacl::text, pg_get_userbyid(relowner), nspacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'stock' AND relkind = 'r' ORDER BY 1"
    before = await shop.administer(look)
    await shop.back_up()
    await shop.restore()
    assert await shop.administer(look) == before
    # Also where the tables are made anew.
    await shop.change(shop.server("stock"), migrations=(STOCK, PLACES))
    await shop.restore(shop.owners(STOCK, PLACES))
    assert await shop.administer(look) == before
