"""An order and how far it is, as pages show it."""

from dataclasses import dataclass
from typing import Final

from marketplace.orders.contract import Change, Order, OrderState

_ROAD: Final = (OrderState.CREATED, OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED)

STATE_NAMES: Final = {
    OrderState.CREATED: "Received",
    OrderState.PAID: "Paid",
    OrderState.SHIPPED: "Shipped",
    OrderState.DELIVERED: "Delivered",
    OrderState.FAILED: "Failed",
    OrderState.CANCELLED: "Cancelled",
}
_TONES: Final = {OrderState.FAILED: "bad", OrderState.CANCELLED: "warn", OrderState.DELIVERED: "good"}


@dataclass(frozen=True)
class Stage:
    """One stage on the way to the customer; ``change`` is None until the order reaches it."""

    name: str
    change: Change | None
    is_current: bool


@dataclass(frozen=True)
class OrderView:
    """An order; ``is_new`` right after the customer placed it."""

    order: Order
    is_new: bool

    @property
    def state(self) -> str:
        return STATE_NAMES[self.order.state]

    @property
    def tone(self) -> str:
        """The colour of the state's badge."""
        return _TONES.get(self.order.state, "")

    @property
    def placed(self) -> Change:
        return self.order.history[0]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The way to the customer; empty when the order will not get there."""
        if self.order.state not in _ROAD:
            return ()
        reached = {change.state: change for change in self.order.history}
        return tuple(Stage(STATE_NAMES[state], reached.get(state), state is self.order.state) for state in _ROAD)

    @property
    def ended(self) -> Change | None:
        """The change that ended the order early; None when there is none."""
        return None if self.order.state in _ROAD else self.order.history[-1]
