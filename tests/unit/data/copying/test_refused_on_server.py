"""What a restore into a server refuses, and what it leaves as it was."""

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
from pathlib import Path
from typing import Any

import pytest

from plures.data import (
    DatabaseNewer,
    MigrationChanged,
    RestoreUnfinished,
    SchemaOfAnother,
    copies,
    open_database,
)
from plures.errors import PluresError

from .on_server import KEPT, MORE, PASSWORDS, PLACES, STOCK, Shop


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


KILLED = """
import os, signal, sys
from pathlib import Path
from plures.data import Migration, Server, Statement, copies
from tests.unit.data.copying.on_server import STOCK
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
