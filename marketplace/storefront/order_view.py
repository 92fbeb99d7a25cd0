"""An order as its page shows it."""

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
class Step:
    """One stage on the way to the customer; ``change`` is None until it is reached."""

    name: str
    change: Change | None
    is_current: bool


@dataclass(frozen=True)
class OrderView:
    """``is_new`` right after it was placed."""

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
    def steps(self) -> tuple[Step, ...]:
        """The way to the customer; empty when the order never gets there."""
        if self.order.state not in _ROAD:
            return ()
        reached = {change.state: change for change in self.order.history}
        return tuple(Step(STATE_NAMES[state], reached.get(state), state is self.order.state) for state in _ROAD)

    @property
    def ended(self) -> Change | None:
        """Why there is no way to the customer; None while there is one."""
        return None if self.order.state in _ROAD else self.order.history[-1]
