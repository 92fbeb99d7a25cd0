"""Carts in the capability's own database: a row for each cart, and one for each product in it."""

from dataclasses import dataclass
from typing import Final

from marketplace.cart.contract import Basket
from marketplace.cart.service import Edit
from marketplace.catalog.contract import Item
from plures import Connection, Database, Migration, Statement

MIGRATIONS: Final = (
    Migration(
        1,
        "items of carts",
        (
            Statement(
                sqlite="""
            CREATE TABLE cart_items (
                customer_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                product_id TEXT NOT NULL,
                quantity INTEGER NOT NULL CHECK (quantity > 0),
                PRIMARY KEY (customer_id, product_id)
            )
            """,
                postgresql="""
            CREATE TABLE cart_items (
                customer_id TEXT NOT NULL,
                position BIGINT NOT NULL,
                product_id TEXT NOT NULL,
                quantity BIGINT NOT NULL CHECK (quantity > 0),
                PRIMARY KEY (customer_id, product_id)
            )
            """,
            ),
        ),
    ),
    Migration(
        2,
        "names of carts",
        (
            "CREATE TABLE carts (customer_id TEXT PRIMARY KEY, cart_id TEXT NOT NULL)",
            Statement(
                sqlite="""
            INSERT INTO carts (customer_id, cart_id)
            SELECT customer_id, lower(hex(randomblob(16))) FROM cart_items GROUP BY customer_id
            """,
                postgresql="""
            INSERT INTO carts (customer_id, cart_id)
            SELECT customer_id, replace(CAST(gen_random_uuid() AS TEXT), '-', '') FROM cart_items GROUP BY customer_id
            """,
            ),
        ),
    ),
)


@dataclass(frozen=True)
class DatabaseCarts:
    database: Database

    async def get(self, customer_id: str) -> Basket:
        async with self.database.read() as connection:
            return await _read(connection, customer_id)

    async def change(self, customer_id: str, edit: Edit) -> Basket:
        async with self.database.write() as connection:
            basket = edit(await _read(connection, customer_id))
            await _delete(connection, customer_id)
            if basket.cart_id:
                await connection.execute(
                    "INSERT INTO carts (customer_id, cart_id) VALUES (:customer_id, :cart_id)",
                    {"customer_id": customer_id, "cart_id": basket.cart_id},
                )
            await connection.execute(
                """
                INSERT INTO cart_items (customer_id, position, product_id, quantity)
                VALUES (:customer_id, :position, :product_id, :quantity)
                """,
                _rows(basket),
            )
            return basket

    async def clear(self, customer_id: str) -> None:
        async with self.database.write() as connection:
            await _delete(connection, customer_id)


async def _read(connection: Connection, customer_id: str) -> Basket:
    whose = {"customer_id": customer_id}
    cart_id: str | None = await connection.scalar("SELECT cart_id FROM carts WHERE customer_id = :customer_id", whose)
    found = await connection.execute(
        "SELECT product_id, quantity FROM cart_items WHERE customer_id = :customer_id ORDER BY position", whose
    )
    return Basket(customer_id, tuple(Item(product_id, quantity) for product_id, quantity in found), cart_id or "")


async def _delete(connection: Connection, customer_id: str) -> None:
    whose = {"customer_id": customer_id}
    await connection.execute("DELETE FROM cart_items WHERE customer_id = :customer_id", whose)
    await connection.execute("DELETE FROM carts WHERE customer_id = :customer_id", whose)


def _rows(basket: Basket) -> list[dict[str, str | int]]:
    return [
        {"customer_id": basket.customer_id, "position": at, "product_id": item.product_id, "quantity": item.quantity}
        for at, item in enumerate(basket.items)
    ]
