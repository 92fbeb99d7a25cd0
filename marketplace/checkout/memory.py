"""Attempts in memory: for tests, and to measure everything but storage."""

from datetime import datetime
from itertools import islice

from marketplace.checkout.attempt import Attempt, Result
from marketplace.checkout.contract import OrderPlaced


class MemoryAttempts:
    """Attempts in memory.

    Attributes:
        published: What a database would have told subscribers.
    """

    def __init__(self) -> None:
        self.published: list[OrderPlaced] = []
        self._settled: dict[str, Attempt] = {}
        self._unsettled: dict[str, Attempt] = {}
        self._holders: dict[tuple[str, str], Attempt] = {}
        self._not_followed_up: dict[str, Attempt] = {}

    async def find(self, reference: str) -> Attempt | None:
        return self._settled.get(reference) or self._unsettled.get(reference)

    async def claim(self, attempt: Attempt) -> Attempt | None:
        known = await self.holder(attempt.customer_id, attempt.cart_id) or await self.find(attempt.reference)
        if known is None:
            await self.save(attempt)
        return known

    async def holder(self, customer_id: str, cart_id: str) -> Attempt | None:
        return self._holders.get((customer_id, cart_id))

    async def save(self, attempt: Attempt) -> None:
        await self.forget(attempt.reference)
        kept = self._settled if attempt.is_settled else self._unsettled
        kept[attempt.reference] = attempt
        if attempt.holds_cart:
            self._holders[attempt.customer_id, attempt.cart_id] = attempt
        if attempt.result is Result.PLACED and not attempt.followed_up:
            self._not_followed_up[attempt.reference] = attempt

    async def place(self, attempt: Attempt) -> None:
        await self.save(attempt)
        if attempt.order is not None:
            self.published.append(OrderPlaced(attempt.customer_id, attempt.order))

    async def forget(self, reference: str) -> None:
        known = self._settled.pop(reference, None) or self._unsettled.pop(reference, None)
        if known is not None and known.holds_cart:
            del self._holders[known.customer_id, known.cart_id]
        self._not_followed_up.pop(reference, None)

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        waiting = (
            attempt
            for attempt in sorted(self._unsettled.values(), key=lambda attempt: attempt.started_at)
            if attempt.result is not Result.RUNNING or attempt.started_at < started_before
        )
        return tuple(islice(waiting, limit))

    async def not_followed_up(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        waiting = sorted(self._not_followed_up.values(), key=lambda attempt: attempt.started_at)
        return tuple(islice((attempt for attempt in waiting if attempt.started_at < started_before), limit))
