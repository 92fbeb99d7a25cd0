"""The life of an order: which state may follow which."""

from collections.abc import Mapping
from typing import Final

from marketplace.orders.contract import OrderState

FOLLOWING: Final[Mapping[OrderState, frozenset[OrderState]]] = {
    OrderState.CREATED: frozenset({OrderState.PAID, OrderState.FAILED, OrderState.CANCELLED}),
    # A paid order fails when a later step fails and checkout takes its payment back.
    OrderState.PAID: frozenset({OrderState.SHIPPED, OrderState.FAILED, OrderState.CANCELLED}),
    OrderState.SHIPPED: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.FAILED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}


def may_follow(wanted: OrderState, current: OrderState) -> bool:
    """Whether an order can go from the current state directly to the wanted one."""
    return wanted in FOLLOWING.get(current, frozenset())
