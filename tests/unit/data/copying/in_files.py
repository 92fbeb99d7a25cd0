"""A capability with a database in a file, and its copies."""

import stat
import subprocess
import sys
from pathlib import Path

from plures.data import (
    Migration,
    copies,
    open_database,
)

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
PLACES = Migration(2, "places", ("CREATE TABLE place (id TEXT PRIMARY KEY)",))


def owners(folder: Path, *migrations: Migration, application: str = "shop") -> copies.Owners:
    return copies.Owners(application, folder, {"inventory": migrations or (STOCK,), "orders": (STOCK,)})


def tell(_what: str, _done: int, _total: int | None) -> None: ...


async def fill(
    folder: Path, capability: str = "inventory", *, pieces: int = 3, migrations: tuple[Migration, ...] = (STOCK,)
) -> None:
    database = await open_database(folder, capability, migrations)
    async with database.write() as connection:
        await connection.execute("DELETE FROM stock")
        await connection.execute("INSERT INTO stock VALUES ('tea', :pieces)", {"pieces": pieces})
    await database.close()


async def pieces(folder: Path, capability: str = "inventory", migrations: tuple[Migration, ...] = (STOCK,)) -> object:
    database = await open_database(folder, capability, migrations)
    try:
        async with database.read() as connection:
            return await connection.scalar("SELECT pieces FROM stock")
    finally:
        await database.close()


def modes(folder: Path) -> dict[str, int]:
    """What is in a folder, and who may read it."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A program of its own: the locks of a file are a process's own, and only a program can be killed."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
