"""Orders: creates one for each key, and moves it along the allowed states."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from marketplace.orders.contract import (
    Change,
    Order,
    OrderDiffers,
    OrderDraft,
    OrderKeyClosed,
    Orders,
    OrdersPrivate,
    OrderState,
    OrderStateConflict,
    OrderUnknown,
    ShippingUnknown,
)
from marketplace.orders.states import may_follow
from marketplace.profile.contract import Shopper
from plures import request_context


class OrderStore(Protocol):
    """Every operation is atomic."""

    async def create(self, key: str, order: Order) -> Order | None:
        """Keep an order, unless the key has one already. Answers with the one that it keeps, or None if the key is closed."""
        ...

    async def close(self, key: str, at: datetime) -> Order | None:
        """The order under this key. Without one, close the key and answer None."""
        ...

    async def append(self, order_id: str, expected: OrderState, change: Change) -> Order | None:
        """Move an order on and answer with it, or with None if it is no longer in the expected state."""
        ...

    async def get(self, order_id: str) -> Order | None: ...

    async def list_for(self, customer_id: str, offset: int, limit: int) -> tuple[Order, ...]:
        """The newest first."""
        ...


class OrdersService(Orders):
    def __init__(self, store: OrderStore, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id

    async def create(self, key: str, draft: OrderDraft) -> Order:
        method = draft.shipping.method
        # A later version of the contract may have more of them. What is kept must be read again by this one.
        if method.name not in type(method).__members__:
            raise ShippingUnknown(method=method.name)
        created = Change(OrderState.CREATED, self._now())
        order = await self._store.create(key, Order(self._new_id(), draft, OrderState.CREATED, (created,)))
        if order is None:
            raise OrderKeyClosed(key=key)
        if order.draft != draft:
            raise OrderDiffers(key=key)
        return order

    async def mark(self, order_id: str, state: OrderState, note: str = "") -> Order:
        order = await self._store.get(order_id)
        if order is None:
            raise OrderUnknown(order_id=order_id)
        return await self._move(order, state, note)

    async def fail(self, key: str, note: str = "") -> None:
        order = await self._store.close(key, self._now())
        # A cancelled order is given up already.
        if order is not None and order.state is not OrderState.CANCELLED:
            await self._move(order, OrderState.FAILED, note)

    async def get(self, customer_id: str, order_id: str) -> Order:
        order = await self._store.get(order_id)
        # Tools ask on no one's behalf; then the request says whose orders it means.
        who = request_context(Shopper, None) or Shopper(customer_id)
        if order is None or not who.may_see_orders_of(order.draft.customer_id):
            raise OrderUnknown(order_id=order_id)
        return order

    async def list_for(self, customer_id: str, offset: int = 0, limit: int = 20) -> tuple[Order, ...]:
        who = request_context(Shopper, None)
        if who is not None and not who.may_see_orders_of(customer_id):
            raise OrdersPrivate
        return await self._store.list_for(customer_id, offset, limit)

    async def _move(self, order: Order, wanted: OrderState, note: str) -> Order:
        if order.state is wanted:
            return order
        if not may_follow(wanted, order.state):
            raise OrderStateConflict(order_id=order.id, state=order.state, wanted=wanted)
        moved = await self._store.append(order.id, order.state, Change(wanted, self._now(), note))
        # None: another call moved it since we looked, so we decide again.
        return moved if moved is not None else await self.mark(order.id, wanted, note)
