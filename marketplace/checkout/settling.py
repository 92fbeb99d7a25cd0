"""Settling attempts that did not end in an order: taking them back, now or as soon as it works, and writing that down."""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from marketplace.checkout.attempt import Attempt, AttemptStore, Result
from marketplace.checkout.parties import Parties
from marketplace.checkout.placing import Step
from marketplace.checkout.turns import Turns
from marketplace.checkout.undo import take_back
from marketplace.orders.contract import Order

# No call to place an order lasts nearly as long, so an attempt still running after this time was interrupted.
INTERRUPTED_AFTER: Final = timedelta(seconds=60)
AGAIN_EVERY_S: Final = 15.0
MOST_AT_ONCE: Final = 100

_log: Final = logging.getLogger(__name__)


class Settling:
    """Takes attempts back. What cannot be taken back stays in the store, visible, and is tried again."""

    def __init__(self, parties: Parties, attempts: AttemptStore, turns: Turns, *, now: Callable[[], datetime]) -> None:
        self._parties = parties
        self._attempts = attempts
        self._turns = turns
        self._now = now
        self._under_way: set[asyncio.Task[Order | None]] = set()

    async def settle(self, attempt: Attempt, reached: Step) -> Order | None:
        """Take an ended attempt back and write it down, also when the caller is cancelled meanwhile.

        Returns:
            The order, when it turns out to be written down as placed: then it stands, and nothing is taken back.

        Raises:
            Exception: The store does not say whether it stands; nothing was done, and it will be settled later.
        """
        # An empty context: what we take back must not die of the deadline that made it necessary.
        task = asyncio.create_task(self._settle(attempt, reached), context=contextvars.Context())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait for everything that is being taken back."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def forever(self, every_s: float = AGAIN_EVERY_S) -> None:
        """Settle again and again what was left over, by a failure or by a crash."""
        while True:
            try:
                await self.leftovers()
            except Exception:  # noqa: BLE001 - one failure must not end what takes care of failures
                _log.exception("Attempts to place an order could not be settled; trying again in %s s", every_s)
            await asyncio.sleep(every_s)

    async def leftovers(self) -> None:
        """Settle once whatever is not settled."""
        for listed in await self.unsettled(MOST_AT_ONCE):
            async with self._turns.take(listed.reference):
                attempt = await self._attempts.find(listed.reference)
                if attempt is not None and not attempt.is_settled:
                    await self.settle(_ended(attempt), Step.RECORD)

    async def unsettled(self, limit: int) -> tuple[Attempt, ...]:
        """What waits to be settled, the oldest first."""
        return await self._attempts.unsettled(self._now() - INTERRUPTED_AFTER, limit)

    async def _settle(self, attempt: Attempt, reached: Step) -> Order | None:
        if reached is Step.RECORD:
            recorded = await self._attempts.find(attempt.reference)
            if recorded is not None and recorded.result is Result.PLACED:
                return recorded.order
        await self._take_back(attempt, reached)
        return None

    async def _take_back(self, attempt: Attempt, reached: Step) -> None:
        note = f"Taken back because the checkout ended early: {attempt.detail}"
        problem = await take_back(self._parties, attempt.reference, reached, note)
        if problem and problem != attempt.problem:
            _log.error("%s cannot be taken back yet: %s", _named(attempt), problem)
        try:
            if reached is Step.ADD_UP:
                await self._attempts.forget(attempt.reference)
            else:
                await self._attempts.save(replace(attempt, problem=problem))
        except Exception:  # noqa: BLE001 - whoever waits is told how the checkout ended, not how its notes did
            # It is still there as running, and will be found again as interrupted.
            _log.exception("%s could not be written down as settled", _named(attempt))


def _ended(attempt: Attempt) -> Attempt:
    if attempt.result is not Result.RUNNING:
        return attempt
    return replace(attempt, result=Result.FAILED, detail="interrupted")


def _named(attempt: Attempt) -> str:
    total = f"{attempt.total.amount} {attempt.total.currency}"
    return f"Checkout {attempt.reference} (customer {attempt.customer_id}, key {attempt.key}, {total})"
