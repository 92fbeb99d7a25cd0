"""Orders in memory: for tests, and to measure everything but storage."""

from datetime import datetime

from marketplace.orders.contract import Change, Order, OrderState


class MemoryOrders:
    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._ids_by_key: dict[str, str] = {}
        self._ids_by_customer: dict[str, list[str]] = {}
        self._closed: set[str] = set()

    async def create(self, key: str, order: Order) -> Order | None:
        if key in self._closed:
            return None
        if key in self._ids_by_key:
            return self._orders[self._ids_by_key[key]]
        self._orders[order.id] = order
        self._ids_by_key[key] = order.id
        self._ids_by_customer.setdefault(order.draft.customer_id, []).append(order.id)
        return order

    async def close(self, key: str, at: datetime) -> Order | None:
        # Only the database keeps the time.
        del at
        if key in self._ids_by_key:
            return self._orders[self._ids_by_key[key]]
        self._closed.add(key)
        return None

    async def append(self, order_id: str, expected: OrderState, change: Change) -> Order | None:
        order = self._orders[order_id]
        if order.state is not expected:
            return None
        moved = Order(order.id, order.draft, change.state, (*order.history, change))
        self._orders[order_id] = moved
        return moved

    async def get(self, order_id: str) -> Order | None:
        return self._orders.get(order_id)

    async def list_for(self, customer_id: str, offset: int, limit: int) -> tuple[Order, ...]:
        newest_first = self._ids_by_customer.get(customer_id, [])[::-1]
        return tuple(self._orders[order_id] for order_id in newest_first[offset : offset + limit])
