"""What checkout remembers about an attempt to place an order, and where it keeps that."""

from dataclasses import dataclass
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
        detail: Why the bank declined the card, or the step at which the attempt failed.
        problem: What we could not take back and why; empty when nothing is left to do.
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

    @property
    def is_settled(self) -> bool:
        """Whether it ended in an order, or we have taken all of it back."""
        return self.result is not Result.RUNNING and not self.problem


class AttemptStore(Protocol):
    async def find(self, reference: str) -> Attempt | None: ...

    async def save(self, attempt: Attempt) -> None:
        """Keep an attempt in place of its earlier record."""
        ...

    async def forget(self, reference: str) -> None: ...

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        """Attempts with a problem, and those that started before that time and still run; the oldest first."""
        ...


def reference_of(customer_id: str, key: str) -> str:
    """The reference of an attempt. The same key of two customers makes two references."""
    digest = blake2b(f"{len(customer_id)} {customer_id} {key}".encode(), digest_size=16)
    return f"checkout-{digest.hexdigest()}"
