"""Backup of a schema on a real server, and its restore: there, on another server, in a file; and a file's into a schema."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from plures.data import (
    DatabaseLost,
    DatabaseNewer,
    Dialect,
    Folder,
    Migration,
    MigrationChanged,
    Place,
    RestoreUnfinished,
    SchemaOfAnother,
    Server,
    Statement,
    copies,
    open_database,
    prepare_database,
    role_of,
)
from plures.errors import PluresError
from tests.postgres import Postgres

STOCK = Migration(
    1,
    "stock",
    (
        "CREATE TABLE shelf (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        Statement(
            sqlite="CREATE TABLE stock (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, shelf INTEGER REFERENCES shelf (id))",
            postgresql="CREATE TABLE stock (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT, "
            "shelf BIGINT REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED)",
        ),
        "INSERT INTO shelf VALUES (0, 'made by a migration')",
    ),
)
PLACES = Migration(2, "places", ("CREATE TABLE place (id TEXT PRIMARY KEY)",))
PASSWORDS = {"stock": "a stock's", "orders": "an orders'"}
_numbers = count(1)


def tell(_what: str, _done: int, _total: int | None) -> None: ...


class Shop:
    """An application with two capabilities on a database of its own."""

    def __init__(self, postgres: Postgres, folder: Path, name: str) -> None:
        self.postgres = postgres
        self.folder = folder
        self.name = name
        self.backup = folder / "backup"

    def server(self, capability: str) -> Server:
        url = self.postgres.url(role_of(self.name, capability), PASSWORDS[capability], database=self.name)
        return Server(url, capability, 4, application="shop")

    def owners(self, *migrations: Migration, on: Callable[[str], Place] | None = None) -> copies.Owners:
        places = {name: (on or self.server)(name) for name in PASSWORDS}
        servers = {name: place for name, place in places.items() if isinstance(place, Server)}
        return copies.Owners("shop", self.folder / "data", dict.fromkeys(PASSWORDS, migrations or (STOCK,)), servers)

    async def administer(self, *statements: str) -> list[Any]:
        connection = await asyncpg.connect(self.postgres.url(database=self.name))
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [tuple(row) for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    async def change(self, place: Place, *statements: str, migrations: tuple[Migration, ...] = (STOCK,)) -> None:
        capability = place.schema if isinstance(place, Server) else "stock"
        database = await open_database(place, capability, migrations)
        try:
            async with database.write() as connection:
                for statement in statements:
                    await connection.execute(statement)
        finally:
            await database.close()

    async def rows(self, place: Place, table: str = "stock", migrations: tuple[Migration, ...] = (STOCK,)) -> list[Any]:
        database = await open_database(place, "stock", migrations)
        try:
            async with database.read() as connection:
                return [tuple(row) for row in await connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
        finally:
            await database.close()

    async def back_up(self, owners: copies.Owners | None = None) -> copies.Manifest:
        return await asyncio.to_thread(copies.back_up, owners or self.owners(), self.backup, tell)

    async def restore(
        self, owners: copies.Owners | None = None, *chosen: str, replace_data: bool = True
    ) -> copies.Manifest:
        return await asyncio.to_thread(
            copies.restore, owners or self.owners(), self.backup, chosen, tell, replace=replace_data
        )


async def new_shop(postgres: Postgres, folder: Path) -> Shop:
    name = f"kept{next(_numbers)}"
    await postgres.run(f"CREATE DATABASE {name}")
    await prepare_database(postgres.url(database=name), name, "shop", PASSWORDS)
    return Shop(postgres, folder, name)


@pytest.fixture
async def shop(postgres: Postgres, tmp_path: Path) -> Shop:
    """With two shelves, two pieces and a third number given."""
    made = await new_shop(postgres, tmp_path)
    await made.change(made.server("stock"), "INSERT INTO shelf VALUES (7, 'upper')", *FILL)
    return made


FILL = (
    "INSERT INTO stock (name, shelf) VALUES ('tea', 7)",
    "INSERT INTO stock (name, shelf) VALUES ('cup', 0)",
    "INSERT INTO stock (name, shelf) VALUES ('gone', 0)",
    "DELETE FROM stock WHERE name = 'gone'",
)
KEPT = [(1, "tea", 7), (2, "cup", 0)]
MORE = ("DELETE FROM stock", "INSERT INTO stock (name) VALUES ('later')")


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


async def refusal(shop: Shop, kind: type[PluresError], owners: copies.Owners | None = None, **options: Any) -> str:
    """What a restore says; the rows stay."""
    with pytest.raises(kind) as caught:
        await shop.restore(owners, **options)
    assert await shop.administer("SELECT name FROM stock.stock") == [("later",)]
    return str(caught.value)


async def test_what_a_restore_refuses(shop: Shop) -> None:
    await shop.back_up()
    server = shop.server("stock")
    await shop.change(server, *MORE)
    assert "stock" in await refusal(shop, copies.DataExists, replace_data=False)
    database = await open_database(server, "stock", (STOCK,))
    async with database.read() as connection:
        await connection.execute("SELECT 1")
        assert "of an application use it" in await refusal(shop, copies.DatabaseInUse)
    await database.close()
    changed = replace(STOCK, statements=(*STOCK.statements, "SELECT 1"))
    await refusal(shop, MigrationChanged, shop.owners(changed))
    await refusal(shop, copies.BackupOfOther, replace(shop.owners(), application="erp"))
    strange = lambda name: replace(shop.server(name), application="erp")
    assert "of application 'shop'" in await refusal(shop, SchemaOfAnother, shop.owners(on=strange))


async def test_what_others_have_made_of_its_tables(shop: Shop) -> None:
    """It stays where the tables can stay; else it is not taken away."""
    await shop.back_up()
    await shop.administer(
        "CREATE SCHEMA reports",
        "CREATE VIEW reports.names AS SELECT name FROM stock.stock",
        "CREATE INDEX by_name ON stock.stock (name)",
        "SELECT 1",
    )
    await shop.change(shop.server("stock"), *MORE)
    await shop.restore()
    assert await shop.administer("SELECT name FROM reports.names ORDER BY 1") == [("cup",), ("tea",)]
    assert await shop.administer("SELECT to_regclass('stock.by_name') IS NOT NULL") == [(True,)]
    await shop.change(shop.server("stock"), *MORE, migrations=(STOCK, PLACES))
    assert "other objects depend on" in await refusal(shop, copies.CannotRestore, shop.owners(STOCK, PLACES))
    # A table that no migration has made comes back as long as its like is there.
    await shop.administer("DROP VIEW reports.names", "SELECT 1")
    await shop.restore(shop.owners(STOCK, PLACES))
    await shop.change(shop.server("stock"), "CREATE TABLE by_hand (id INT)", "INSERT INTO by_hand VALUES (5)")
    shop.backup = shop.folder / "by hand"
    await shop.back_up()
    await shop.change(shop.server("stock"), "DELETE FROM by_hand", *MORE)
    await shop.restore()
    assert await shop.rows(shop.server("stock"), "by_hand") == [(5,)]
    await shop.change(shop.server("stock"), "DROP TABLE by_hand", *MORE)
    assert "by_hand" in await refusal(shop, copies.CannotRestore)


async def test_tables_that_alembic_has_made(shop: Shop) -> None:
    """They come back into what the same revision has made, and into no other."""
    server = shop.server("stock")
    made = (
        "CREATE TABLE alembic_version (version_num TEXT)",
        "CREATE TABLE model (id INT)",
        "INSERT INTO model VALUES (1)",
    )
    await shop.change(server, *made, "INSERT INTO alembic_version VALUES ('a1')")
    await shop.back_up()
    await shop.change(server, "DELETE FROM model", *MORE)
    await shop.restore()
    assert await shop.rows(server, "model") == [(1,)]
    await shop.change(server, "UPDATE alembic_version SET version_num = 'b2'", *MORE)
    assert "alembic_version" in await refusal(shop, copies.CannotRestore)


async def test_newer_and_older_code(shop: Shop) -> None:
    server, both = shop.server("stock"), (STOCK, PLACES)
    await shop.back_up()
    await shop.change(server, *MORE, migrations=both)
    # What the newer code has migrated since, it migrates again.
    await shop.restore(shop.owners(*both))
    assert await shop.rows(server, migrations=both) == KEPT
    shop.backup = shop.folder / "newer"
    await shop.back_up(shop.owners(*both))
    await shop.change(server, *MORE, migrations=both)
    await refusal(shop, DatabaseNewer)


def other_rows(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DELETE FROM t2")
    sign(path)


def no_rows(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE other (id)")
    sign(path)


def sign(path: Path) -> None:
    """As if the manifest had always said so."""
    from plures.data.copies.manifest import sha256_of

    manifest = json.loads((path.parent / "manifest.json").read_text())
    manifest["databases"][0]["bytes"], manifest["databases"][0]["sha256"] = sha256_of(path)
    (path.parent / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:5000] + b"x" + path.read_bytes()[5001:]),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        lambda path: path.replace(path.with_name("stock.sqlite3")),
        other_rows,
        no_rows,
    ],
    ids=["cut", "changed", "empty", "missing", "renamed", "rows that are not counted", "another file"],
)
async def test_a_damaged_backup_changes_nothing(shop: Shop, spoil: Callable[[Path], object]) -> None:
    await shop.back_up()
    await shop.change(shop.server("stock"), *MORE)
    spoil(shop.backup / "stock.rows.sqlite3")
    await refusal(shop, copies.BackupDamaged)


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


KILLED = """
import os, signal, sys
from pathlib import Path
from plures.data import Migration, Server, Statement, copies
from tests.unit.data.copying.test_copies_on_server import STOCK
folder, *urls = sys.argv[1:]
servers = {name: Server(url, name, 4, application="shop") for name, url in zip(("stock", "orders"), urls)}
owners = copies.Owners("shop", Path(folder) / "data", dict.fromkeys(servers, (STOCK,)), servers)
def tell(what, done, total):
    if what == "stock: stock":
        os.kill(os.getpid(), signal.SIGKILL)
copies.restore(owners, Path(folder) / "backup", (), tell, replace=True)
"""


async def test_killed_half_way_it_has_changed_nothing(shop: Shop) -> None:
    await shop.back_up()
    await shop.change(shop.server("stock"), *MORE)
    await killed(shop, KILLED)
    assert await shop.rows(shop.server("stock")) == [(4, "later", None)]
    await shop.restore()
    assert await shop.rows(shop.server("stock")) == KEPT


async def killed(shop: Shop, script: str) -> None:
    command = [sys.executable, "-c", script, shop.folder, *(shop.server(name).url for name in PASSWORDS)]
    root = Path(__file__).parents[4]
    ended = await asyncio.to_thread(
        subprocess.run, command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False
    )
    assert ended.returncode == -signal.SIGKILL


async def test_killed_between_two_of_them_no_application_takes_half(shop: Shop) -> None:
    await shop.change(shop.server("orders"), "INSERT INTO shelf VALUES (8, 'lower')")
    await shop.back_up()
    commits = KILLED.replace('if what == "stock: stock":', "if False:").replace(
        "copies.restore",
        """from plures.data.postgresql.transaction import PostgresTransaction
commit, times = PostgresTransaction.commit, []
async def dying(self):
    await commit(self)
    times.append(1)
    # Two of marks, one of a restore.
    if len(times) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
PostgresTransaction.commit = dying
copies.restore""",
        1,
    )
    await killed(shop, commits)
    with pytest.raises(RestoreUnfinished):
        await open_database(shop.server("stock"), "stock", (STOCK,))
    await shop.restore(replace_data=True)
    assert await shop.rows(shop.server("stock")) == KEPT
    await (await open_database(shop.server("orders"), "orders", (STOCK,))).close()
