"""Reviews in the capability's own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from marketplace.reviews.contract import Review
from marketplace.reviews.service import Standing
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "buyers and their reviews",
        (
            """
            CREATE TABLE buyers (
                customer_id TEXT NOT NULL,
                product_id TEXT NOT NULL,
                PRIMARY KEY (customer_id, product_id)
            ) WITHOUT ROWID
            """,
            """
            CREATE TABLE reviews (
                number INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                product_id TEXT NOT NULL,
                customer_id TEXT NOT NULL,
                author TEXT NOT NULL,
                rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
                title TEXT NOT NULL,
                text TEXT NOT NULL,
                written_at REAL NOT NULL,
                UNIQUE (product_id, customer_id)
            )
            """,
        ),
    ),
)


@dataclass(frozen=True)
class DatabaseReviews:
    database: Database

    async def stars(self, product_ids: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
        async with self.database.read() as connection:
            rows = await connection.execute(
                """
                SELECT product_id, rating, count(*) FROM reviews WHERE product_id IN :product_ids
                GROUP BY product_id, rating
                """,
                {"product_ids": product_ids},
            )
        stars: dict[str, list[int]] = {}
        for product_id, rating, count in rows:
            stars.setdefault(product_id, [0] * 5)[rating - 1] = count
        return {product_id: tuple(counts) for product_id, counts in stars.items()}

    async def newest(self, product_id: str, offset: int, limit: int) -> tuple[Review, ...]:
        async with self.database.read() as connection:
            rows = await connection.execute(
                "SELECT * FROM reviews WHERE product_id = :product_id ORDER BY number DESC LIMIT :limit OFFSET :offset",
                {"product_id": product_id, "limit": limit, "offset": offset},
            )
        return tuple(_review(row) for row in rows)

    async def standing(self, customer_id: str, product_id: str) -> Standing:
        async with self.database.read() as connection:
            bought, reviewed = (
                await connection.execute(
                    """
                    SELECT
                        EXISTS (SELECT 1 FROM buyers WHERE customer_id = :customer_id AND product_id = :product_id),
                        EXISTS (SELECT 1 FROM reviews WHERE customer_id = :customer_id AND product_id = :product_id)
                    """,
                    {"customer_id": customer_id, "product_id": product_id},
                )
            ).one()
        return Standing(bought=bool(bought), reviewed=bool(reviewed))

    async def add(self, customer_id: str, review: Review) -> bool:
        row = {
            "id": review.id,
            "product_id": review.product_id,
            "customer_id": customer_id,
            "author": review.author,
            "rating": review.rating,
            "title": review.title,
            "text": review.text,
            "written_at": review.written_at.timestamp(),
        }
        async with self.database.write() as connection:
            result = await connection.execute(
                """
                INSERT INTO reviews (id, product_id, customer_id, author, rating, title, text, written_at)
                VALUES (:id, :product_id, :customer_id, :author, :rating, :title, :text, :written_at)
                ON CONFLICT (product_id, customer_id) DO NOTHING
                """,
                row,
            )
        return result.rowcount == 1

    async def allow(self, customer_id: str, product_ids: tuple[str, ...]) -> None:
        rows = [{"customer_id": customer_id, "product_id": product_id} for product_id in product_ids]
        async with self.database.write() as connection:
            await connection.execute(
                """
                INSERT INTO buyers (customer_id, product_id) VALUES (:customer_id, :product_id)
                ON CONFLICT DO NOTHING
                """,
                rows,
            )


def _review(row: Any) -> Review:
    return Review(
        id=row.id,
        product_id=row.product_id,
        author=row.author,
        rating=row.rating,
        title=row.title,
        text=row.text,
        written_at=datetime.fromtimestamp(row.written_at, UTC),
    )
