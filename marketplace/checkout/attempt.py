"""What checkout remembers about an attempt to place an order, and where."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Protocol

from marketplace.orders.contract import Order
from marketplace.pricing.contract import Money


class Result(Enum):
    """How an attempt ended. Running ones have not, or were interrupted."""

    RUNNING = "running"
    PLACED = "placed"
    DECLINED = "declined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to place an order: written down before anything is touched, and once more when it has ended.

    Attributes:
        reference: Names the attempt in every other capability: the idempotency key of all its commands.
        order: What was placed.
        detail: Why the card was declined, or the step at which it failed.
        problem: What could not be taken back and why; empty when nothing is left to do.
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
        """Whether it ended in an order, or has been taken back completely."""
        return self.result is not Result.RUNNING and not self.problem


class AttemptStore(Protocol):
    """Where attempts are kept."""

    async def find(self, reference: str) -> Attempt | None: ...

    async def save(self, attempt: Attempt) -> None:
        """Keep an attempt in place of what was kept of it before."""
        ...

    async def forget(self, reference: str) -> None: ...

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        """Those with a problem, and those still running though started before that time; the oldest first."""
        ...


def reference_of(customer_id: str, key: str) -> str:
    """The reference of an attempt. One customer's keys cannot meet another's."""
    digest = blake2b(f"{len(customer_id)} {customer_id} {key}".encode(), digest_size=16)
    return f"checkout-{digest.hexdigest()}"
