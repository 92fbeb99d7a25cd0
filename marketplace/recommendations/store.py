"""Pairs in the capability's own database."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import column, select, table
from sqlalchemy.dialects.sqlite import insert

from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "pairs bought together",
        (
            """
            CREATE TABLE orders (order_id TEXT PRIMARY KEY) WITHOUT ROWID
            """,
            """
            CREATE TABLE pairs (
                product_id TEXT NOT NULL,
                other_id TEXT NOT NULL,
                times INTEGER NOT NULL,
                PRIMARY KEY (product_id, other_id)
            ) WITHOUT ROWID
            """,
        ),
    ),
)

_orders: Final = table("orders", column("order_id"))
_pairs: Final = table("pairs", column("product_id"), column("other_id"), column("times"))


@dataclass(frozen=True)
class DatabasePairs:
    database: Database

    async def together(self, product_id: str, limit: int) -> tuple[tuple[str, int], ...]:
        async with self.database.read() as connection:
            rows = await connection.execute(
                select(_pairs.c.other_id, _pairs.c.times)
                .where(_pairs.c.product_id == product_id)
                .order_by(_pairs.c.times.desc(), _pairs.c.other_id)
                .limit(limit)
            )
        return tuple((row.other_id, row.times) for row in rows)

    async def record(self, order_id: str, pairs: tuple[tuple[str, str], ...]) -> None:
        async with self.database.write() as connection:
            new = await connection.execute(insert(_orders).values(order_id=order_id).on_conflict_do_nothing())
            if new.rowcount and pairs:
                counted = insert(_pairs).on_conflict_do_update(
                    index_elements=["product_id", "other_id"], set_={"times": _pairs.c.times + 1}
                )
                await connection.execute(
                    counted, [{"product_id": product_id, "other_id": other, "times": 1} for product_id, other in pairs]
                )
