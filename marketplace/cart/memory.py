"""Carts in memory: for tests, and to measure everything but storage."""

from marketplace.cart.contract import Basket
from marketplace.cart.service import Edit


class MemoryCarts:
    def __init__(self) -> None:
        self._carts: dict[str, Basket] = {}

    async def get(self, customer_id: str) -> Basket:
        return self._carts.get(customer_id, Basket(customer_id))

    async def change(self, customer_id: str, edit: Edit) -> Basket:
        basket = edit(self._carts.get(customer_id, Basket(customer_id)))
        self._carts[customer_id] = basket
        return basket

    async def clear(self, customer_id: str) -> None:
        self._carts.pop(customer_id, None)
