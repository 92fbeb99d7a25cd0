"""`python -m bench.move_rows [ROWS]`: how fast `plures data move` is, and how much memory it takes."""

import asyncio
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from plures.data import Migration, copies, open_database

_AT_ONCE = 20_000
_ORDERS = Migration(
    1,
    "orders",
    (
        "CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, pieces INTEGER NOT NULL, price REAL, note TEXT)",
    ),
)


async def fill(folder: Path, rows: int) -> None:
    database = await open_database(folder, "orders", (_ORDERS,))
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


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with TemporaryDirectory() as folder:
        first, second = Path(folder, "first"), Path(folder, "second")
        asyncio.run(fill(first, rows))
        owners = copies.Owners("bench", first, {"orders": (_ORDERS,)})
        start = time.perf_counter()
        asyncio.run(copies.move(owners, "orders", second, lambda *_: None))
        took_s = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(f"{rows} rows in {took_s:.1f} s: {rows / took_s:.0f} rows/s; at most {most:.0f} MB of memory")


if __name__ == "__main__":
    main()
