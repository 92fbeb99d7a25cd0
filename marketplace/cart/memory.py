"""Carts in memory: for tests, and to measure everything but storage."""

from marketplace.cart.service import Edit, Items


class MemoryCarts:
    def __init__(self) -> None:
        self._carts: dict[str, Items] = {}

    async def get(self, customer_id: str) -> Items:
        return self._carts.get(customer_id, ())

    async def change(self, customer_id: str, edit: Edit) -> Items:
        items = edit(self._carts.get(customer_id, ()))
        self._carts[customer_id] = items
        return items

    async def clear(self, customer_id: str) -> None:
        self._carts.pop(customer_id, None)
