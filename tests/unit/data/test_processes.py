"""A second, real process: it cannot open the file, and its death loses nothing that it had committed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plures.data import DatabaseLocked, Migration, open_database

STOCK = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))

HOLDER = """
import asyncio, sys
from pathlib import Path
from plures.data import Migration, open_database

async def main():
    stock = Migration(1, "stock table", ("CREATE TABLE stock (id TEXT PRIMARY KEY, pieces INTEGER NOT NULL)",))
    database = await open_database(Path(sys.argv[1]), "inventory", (stock,))
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('committed', 1)")
    async with database.write() as connection:
        await connection.execute("INSERT INTO stock VALUES ('half-way', 1)")
        print("holding", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    await database.close()

asyncio.run(main())
"""


@asynccontextmanager
async def holder(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has the database open, with one write committed and one half-way; a line lets it finish."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", HOLDER, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"holding\n"
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def keys_after(folder: Path) -> list[str]:
    database = await open_database(folder, "inventory", (STOCK,))
    async with database.read() as connection:
        found = (await connection.execute("SELECT id FROM stock ORDER BY id")).scalars()
    await database.close()
    return list(found)


async def test_a_second_process_is_told_who_has_the_database(tmp_path: Path) -> None:
    async with holder(tmp_path) as first:
        with pytest.raises(DatabaseLocked) as caught:
            await open_database(tmp_path, "inventory", (STOCK,))
        assert caught.value.code == "data.locked"
        assert f"process {first.pid} has it open" in caught.value.why
        await first.communicate(b"\n")
        assert first.returncode == 0
    assert await keys_after(tmp_path) == ["committed", "half-way"]


async def test_a_killed_process_leaves_what_it_committed_and_no_lock(tmp_path: Path) -> None:
    async with holder(tmp_path) as first:
        first.kill()
        await first.wait()
    assert await keys_after(tmp_path) == ["committed"]
