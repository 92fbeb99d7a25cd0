"""Backup and restore: what a copy holds, and who may read it."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plures.data import (
    Dialect,
    copies,
    open_database,
)

from .in_files import PLACES, STOCK, fill, modes, owners, pieces, run, tell


async def test_a_backup_is_restored_elsewhere(tmp_path: Path, backup: Path) -> None:
    manifest = copies.restore(owners(tmp_path / "new"), backup, (), tell, replace=False)
    assert [(kept.capability, dict(kept.tables)) for kept in manifest.databases] == [
        ("inventory", {"plures_commands": 0, "stock": 1}),
        ("orders", {"plures_commands": 0, "stock": 1}),
    ]
    assert manifest.databases[0].migrations[0].checksum == STOCK.checksum(Dialect.SQLITE)
    assert await pieces(tmp_path / "new") == await pieces(tmp_path / "new", "orders") == 3


async def test_a_backup_is_for_this_user_alone(tmp_path: Path, backup: Path) -> None:
    assert modes(tmp_path)["backup"] == 0o700
    assert modes(backup) == {
        "manifest.json": 0o600,
        "inventory.sqlite3": 0o600,
        "orders.sqlite3": 0o600,
    }
    copies.restore(owners(tmp_path / "new"), backup, (), tell, replace=False)
    assert modes(tmp_path / "new") == {
        f"{name}.{end}": 0o600 for name in ("inventory", "orders") for end in ("sqlite3", "lock")
    }


async def test_one_capability_alone(tmp_path: Path, backup: Path) -> None:
    await fill(tmp_path / "first", pieces=9)
    await fill(tmp_path / "first", "orders", pieces=9)
    copies.restore(owners(tmp_path / "first"), backup, ("orders",), tell, replace=True)
    assert (await pieces(tmp_path / "first"), await pieces(tmp_path / "first", "orders")) == (9, 3)


async def test_what_is_written_while_it_is_copied_is_in_it_as_a_whole_or_not(tmp_path: Path) -> None:
    """The application has the database open, with more rows in its log than in the file."""
    database = await open_database(tmp_path / "first", "inventory", (STOCK,))
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES (:id, 1)", [{"id": f"{n}" * 40} for n in range(30_000)])
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('half-way', 1)")
        copied = run(BACKUP, tmp_path)
    await database.close()
    assert json.loads(copied.stdout) == {"inventory": {"plures_commands": 0, "stock": 30_000}}, copied.stderr
    with _opened(tmp_path / "backup" / "inventory.sqlite3") as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("SELECT count(*) FROM stock").fetchone() == (30_000,)


BACKUP = """
import json, sys
from pathlib import Path
from plures.data import Migration, copies
folder = Path(sys.argv[1])
found = copies.Owners("shop", folder / "first", {"inventory": ()})
manifest = copies.back_up(found, folder / "backup", lambda *_: None)
print(json.dumps({kept.capability: dict(kept.tables) for kept in manifest.databases}))
"""


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()


async def test_a_log_that_a_killed_application_left_is_in_the_backup(tmp_path: Path) -> None:
    script = """
import asyncio, os, signal, sys
from pathlib import Path
from plures.data import Migration, open_database
async def main():
    stock = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
    database = await open_database(Path(sys.argv[1]), "inventory", (stock,))
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('tea', 5)")
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    killed = run(script, tmp_path / "first")
    assert killed.returncode == -signal.SIGKILL
    copies.back_up(owners(tmp_path / "first"), tmp_path / "backup", tell)
    copies.restore(owners(tmp_path / "new"), tmp_path / "backup", (), tell, replace=False)
    assert await pieces(tmp_path / "new") == 5


async def test_a_newer_code_migrates_what_it_restored(tmp_path: Path, backup: Path) -> None:
    copies.restore(owners(tmp_path / "new", STOCK, PLACES), backup, (), tell, replace=False)
    assert await pieces(tmp_path / "new", migrations=(STOCK, PLACES)) == 3
