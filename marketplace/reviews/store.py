"""Reviews in the capability's own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, column, func, select, table
from sqlalchemy.dialects.sqlite import insert

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

_buyers: Final = table("buyers", column("customer_id"), column("product_id"))
_reviews: Final = table(
    "reviews",
    column("number"),
    column("id"),
    column("product_id"),
    column("customer_id"),
    column("author"),
    column("rating"),
    column("title"),
    column("text"),
    column("written_at"),
)


@dataclass(frozen=True)
class DatabaseReviews:
    database: Database

    async def stars(self, product_ids: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
        async with self.database.read() as connection:
            rows = await connection.execute(
                select(_reviews.c.product_id, _reviews.c.rating, func.count())
                .where(_reviews.c.product_id.in_(product_ids))
                .group_by(_reviews.c.product_id, _reviews.c.rating)
            )
        stars: dict[str, list[int]] = {}
        for product_id, rating, count in rows:
            stars.setdefault(product_id, [0] * 5)[rating - 1] = count
        return {product_id: tuple(counts) for product_id, counts in stars.items()}

    async def newest(self, product_id: str, offset: int, limit: int) -> tuple[Review, ...]:
        async with self.database.read() as connection:
            rows = await connection.execute(
                select(_reviews)
                .where(_reviews.c.product_id == product_id)
                .order_by(_reviews.c.number.desc())
                .offset(offset)
                .limit(limit)
            )
        return tuple(_review(row) for row in rows)

    async def standing(self, customer_id: str, product_id: str) -> Standing:
        async with self.database.read() as connection:
            found = [
                await connection.scalar(
                    select(func.count())
                    .select_from(rows)
                    .where(rows.c.customer_id == customer_id, rows.c.product_id == product_id)
                )
                for rows in (_buyers, _reviews)
            ]
        return Standing(bought=bool(found[0]), reviewed=bool(found[1]))

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
                insert(_reviews).values(row).on_conflict_do_nothing(index_elements=["product_id", "customer_id"])
            )
        return result.rowcount == 1

    async def allow(self, customer_id: str, product_ids: tuple[str, ...]) -> None:
        rows = [{"customer_id": customer_id, "product_id": product_id} for product_id in product_ids]
        if not rows:
            return
        async with self.database.write() as connection:
            await connection.execute(insert(_buyers).on_conflict_do_nothing(), rows)


def _review(row: Row[Any]) -> Review:
    return Review(
        id=row.id,
        product_id=row.product_id,
        author=row.author,
        rating=row.rating,
        title=row.title,
        text=row.text,
        written_at=datetime.fromtimestamp(row.written_at, UTC),
    )
