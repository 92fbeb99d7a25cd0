"""Pairs in the capability's own database."""

from dataclasses import dataclass
from typing import Final

from plures import Database, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "pairs bought together",
        (
            Statement(
                sqlite="""
            CREATE TABLE orders (order_id TEXT PRIMARY KEY) WITHOUT ROWID
            """,
                postgresql="""
            CREATE TABLE orders (order_id TEXT PRIMARY KEY)
            """,
            ),
            Statement(
                sqlite="""
            CREATE TABLE pairs (
                product_id TEXT NOT NULL,
                other_id TEXT NOT NULL,
                times INTEGER NOT NULL,
                PRIMARY KEY (product_id, other_id)
            ) WITHOUT ROWID
            """,
                postgresql="""
            CREATE TABLE pairs (
                product_id TEXT NOT NULL,
                other_id TEXT NOT NULL,
                times BIGINT NOT NULL,
                PRIMARY KEY (product_id, other_id)
            )
            """,
            ),
        ),
    ),
    # An order counts once because its event takes effect once.
    Migration(2, "no table of recorded orders", ("DROP TABLE orders",), contract_step=True),
)


@dataclass(frozen=True)
class DatabasePairs:
    database: Database

    async def together(self, product_id: str, limit: int) -> tuple[tuple[str, int], ...]:
        async with self.database.read() as connection:
            rows = await connection.execute(
                """
                SELECT other_id, times FROM pairs WHERE product_id = :product_id
                ORDER BY times DESC, other_id LIMIT :limit
                """,
                {"product_id": product_id, "limit": limit},
            )
        return tuple((row.other_id, row.times) for row in rows)

    async def record(self, pairs: tuple[tuple[str, str], ...]) -> None:
        async with self.database.write() as connection:
            await connection.execute(
                """
                INSERT INTO pairs (product_id, other_id, times) VALUES (:product_id, :other_id, 1)
                ON CONFLICT (product_id, other_id) DO UPDATE SET times = pairs.times + 1
                """,
                [{"product_id": product_id, "other_id": other} for product_id, other in pairs],
            )
