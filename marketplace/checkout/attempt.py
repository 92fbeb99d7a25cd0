"""What checkout remembers about an attempt to place an order, and where it keeps that.

**One cart, one order.** An attempt holds its cart from before it touches anything until all of it is taken back, and for
ever once it placed an order. `AttemptStore.claim` lets no other attempt begin meanwhile, whatever its key and whichever
process makes it. So a cart is never paid twice, not even for a moment.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Protocol

from marketplace.orders.contract import Order
from marketplace.pricing.contract import Money


class Result(Enum):
    """How an attempt ended. A running one has not ended, or something interrupted it."""

    RUNNING = "running"
    PLACED = "placed"
    DECLINED = "declined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to place an order. We write it down before we touch anything, and again when it has ended.

    Attributes:
        reference: The name of the attempt in all other capabilities: the idempotency key of its commands.
        order: The order that it placed.
        detail: Why the bank declined the card, or the step at which the attempt failed, or the attempt that had ordered
            the cart before.
        problem: What we could not take back and why; empty when nothing is left to do.
        cart_id: The cart that it orders.
        followed_up: Whether the cart was emptied of what was ordered.
    """

    reference: str
    customer_id: str
    key: str
    total: Money
    started_at: datetime
    result: Result = Result.RUNNING
    order: Order | None = None
    detail: str = ""
    problem: str = ""
    cart_id: str = ""
    followed_up: bool = False

    @property
    def holds_cart(self) -> bool:
        """Whether no other attempt may order its cart."""
        return bool(self.cart_id) and (self.result is Result.PLACED or not self.is_settled)

    def ordered_before_by(self, holder: "Attempt") -> "Attempt":
        """This attempt, which did nothing and got the order of another one. It holds no cart."""
        detail = f"ordered before by {holder.reference}"
        return replace(self, result=Result.PLACED, order=holder.order, detail=detail, cart_id="", followed_up=True)

    @property
    def was_ordered_before(self) -> bool:
        """Whether another attempt made its order."""
        return self.result is Result.PLACED and bool(self.detail)

    @property
    def is_settled(self) -> bool:
        """Whether it ended in an order, or we have taken all of it back."""
        return self.result is not Result.RUNNING and not self.problem


class AttemptStore(Protocol):
    async def find(self, reference: str) -> Attempt | None: ...

    async def claim(self, attempt: Attempt) -> Attempt | None:
        """Keep a new attempt, unless another one holds its cart or has its reference; as one step.

        Returns:
            The attempt that is in the way; then the new one is not kept. None if the new one holds the cart now.
        """
        ...

    async def holder(self, customer_id: str, cart_id: str) -> Attempt | None:
        """The attempt that holds this cart of a customer."""
        ...

    async def save(self, attempt: Attempt) -> None:
        """Keep an attempt in place of its earlier record."""
        ...

    async def place(self, attempt: Attempt) -> None:
        """Keep an attempt that has placed its order, and publish `OrderPlaced`; as one step."""
        ...

    async def forget(self, reference: str) -> None: ...

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        """Attempts with a problem, and those that started before that time and still run; the oldest first."""
        ...

    async def not_followed_up(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        """Placed attempts from before that time whose cart was not emptied; the oldest first."""
        ...


def reference_of(customer_id: str, key: str) -> str:
    """The reference of an attempt. The same key of two customers makes two references."""
    digest = blake2b(f"{len(customer_id)} {customer_id} {key}".encode(), digest_size=16)
    return f"checkout-{digest.hexdigest()}"
