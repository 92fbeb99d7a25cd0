"""Attempts in memory: for tests, and to measure everything but storage."""

from datetime import datetime
from itertools import islice

from marketplace.checkout.attempt import Attempt, Result


class MemoryAttempts:
    def __init__(self) -> None:
        self._settled: dict[str, Attempt] = {}
        self._unsettled: dict[str, Attempt] = {}

    async def find(self, reference: str) -> Attempt | None:
        return self._settled.get(reference) or self._unsettled.get(reference)

    async def save(self, attempt: Attempt) -> None:
        await self.forget(attempt.reference)
        kept = self._settled if attempt.is_settled else self._unsettled
        kept[attempt.reference] = attempt

    async def forget(self, reference: str) -> None:
        self._settled.pop(reference, None)
        self._unsettled.pop(reference, None)

    async def unsettled(self, started_before: datetime, limit: int) -> tuple[Attempt, ...]:
        waiting = (
            attempt
            for attempt in sorted(self._unsettled.values(), key=lambda attempt: attempt.started_at)
            if attempt.result is not Result.RUNNING or attempt.started_at < started_before
        )
        return tuple(islice(waiting, limit))
