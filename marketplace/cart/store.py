"""Carts in the capability's own database: a row for each cart, and one for each product in it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import column, delete, insert, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.cart.contract import Basket
from marketplace.cart.service import Edit
from marketplace.catalog.contract import Item
from plures import Database, Migration

MIGRATIONS: Final = (
    Migration(
        1,
        "items of carts",
        (
            """
            CREATE TABLE cart_items (
                customer_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                product_id TEXT NOT NULL,
                quantity INTEGER NOT NULL CHECK (quantity > 0),
                PRIMARY KEY (customer_id, product_id)
            )
            """,
        ),
    ),
    Migration(
        2,
        "names of carts",
        (
            "CREATE TABLE carts (customer_id TEXT PRIMARY KEY, cart_id TEXT NOT NULL)",
            """
            INSERT INTO carts (customer_id, cart_id)
            SELECT customer_id, lower(hex(randomblob(16))) FROM cart_items GROUP BY customer_id
            """,
        ),
    ),
)

_carts: Final = table("carts", column("customer_id"), column("cart_id"))
_items: Final = table("cart_items", column("customer_id"), column("position"), column("product_id"), column("quantity"))


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
                await connection.execute(insert(_carts).values(customer_id=customer_id, cart_id=basket.cart_id))
            if basket.items:
                await connection.execute(insert(_items), _rows(basket))
            return basket

    async def clear(self, customer_id: str) -> None:
        async with self.database.write() as connection:
            await _delete(connection, customer_id)


async def _read(connection: AsyncConnection, customer_id: str) -> Basket:
    cart_id = await connection.scalar(select(_carts.c.cart_id).where(_carts.c.customer_id == customer_id))
    found = await connection.execute(
        select(_items.c.product_id, _items.c.quantity)
        .where(_items.c.customer_id == customer_id)
        .order_by(_items.c.position)
    )
    return Basket(customer_id, tuple(Item(product_id, quantity) for product_id, quantity in found), cart_id or "")


async def _delete(connection: AsyncConnection, customer_id: str) -> None:
    for rows in (_items, _carts):
        await connection.execute(delete(rows).where(rows.c.customer_id == customer_id))


def _rows(basket: Basket) -> list[dict[str, str | int]]:
    return [
        {"customer_id": basket.customer_id, "position": at, "product_id": item.product_id, "quantity": item.quantity}
        for at, item in enumerate(basket.items)
    ]
