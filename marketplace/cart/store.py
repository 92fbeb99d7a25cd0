"""Carts in the capability's own database, with a row for each product in a cart."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import column, delete, insert, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from marketplace.cart.service import Edit, Items
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
)

_items: Final = table("cart_items", column("customer_id"), column("position"), column("product_id"), column("quantity"))


@dataclass(frozen=True)
class DatabaseCarts:
    database: Database

    async def get(self, customer_id: str) -> Items:
        async with self.database.read() as connection:
            return await _read(connection, customer_id)

    async def change(self, customer_id: str, edit: Edit) -> Items:
        async with self.database.write() as connection:
            items = edit(await _read(connection, customer_id))
            await _delete(connection, customer_id)
            if items:
                await connection.execute(insert(_items), _rows(customer_id, items))
            return items

    async def clear(self, customer_id: str) -> None:
        async with self.database.write() as connection:
            await _delete(connection, customer_id)


async def _read(connection: AsyncConnection, customer_id: str) -> Items:
    found = await connection.execute(
        select(_items.c.product_id, _items.c.quantity)
        .where(_items.c.customer_id == customer_id)
        .order_by(_items.c.position)
    )
    return tuple(Item(product_id, quantity) for product_id, quantity in found)


async def _delete(connection: AsyncConnection, customer_id: str) -> None:
    await connection.execute(delete(_items).where(_items.c.customer_id == customer_id))


def _rows(customer_id: str, items: Items) -> list[dict[str, str | int]]:
    return [
        {"customer_id": customer_id, "position": position, "product_id": item.product_id, "quantity": item.quantity}
        for position, item in enumerate(items)
    ]
