"""Settles attempts that did not end in an order: takes them back, now or as soon as it can, and writes that down."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from marketplace.checkout.attempt import Attempt, AttemptStore, Result
from marketplace.checkout.contract import INTERRUPTED
from marketplace.checkout.followups import finish
from marketplace.checkout.parties import Parties
from marketplace.checkout.placing import Step
from marketplace.checkout.turns import Turns
from marketplace.checkout.undo import take_back
from marketplace.orders.contract import Order
from plures import Lifecycle

# No call to place an order takes that long, so something interrupted an attempt that still runs after this time.
INTERRUPTED_AFTER: Final = timedelta(seconds=60)
MOST_AT_ONCE: Final = 100

_log: Final = logging.getLogger(__name__)


class Settling:
    """Takes attempts back. What it cannot take back stays visible in the store until a later try succeeds."""

    def __init__(
        self,
        parties: Parties,
        attempts: AttemptStore,
        turns: Turns,
        lifecycle: Lifecycle,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._parties = parties
        self._attempts = attempts
        self._turns = turns
        self._lifecycle = lifecycle
        self._now = now

    async def settle(self, attempt: Attempt, reached: Step) -> Order | None:
        """Take an ended attempt back and write that down, even if the caller is cancelled meanwhile.

        Returns:
            The order, if the store says that it is placed: then it stands, and we take nothing back.

        Raises:
            Exception: The store does not say whether the order stands. We did nothing, and will settle it later.
        """
        # Often the deadline of the call is what makes it necessary to take the attempt back.
        return await asyncio.shield(self._lifecycle.detach(self._settle(attempt, reached)))

    async def leftovers(self) -> None:
        """Settle what a failure or a crash left over, and do what should have followed a placed order."""
        for listed in await self.unsettled(MOST_AT_ONCE):
            async with self._turns.take(listed.customer_id):
                attempt = await self._attempts.find(listed.reference)
                if attempt is not None and not attempt.is_settled:
                    await self.settle(_ended(attempt), Step.RECORD)
        for listed in await self._attempts.not_followed_up(self._now() - INTERRUPTED_AFTER, MOST_AT_ONCE):
            async with self._turns.take(listed.customer_id):
                placed = await self._attempts.find(listed.reference)
                if placed is not None and placed.order is not None:
                    await finish(self._parties, self._attempts, placed, placed.order)

    async def unsettled(self, limit: int) -> tuple[Attempt, ...]:
        """The attempts that wait to be settled, the oldest first."""
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
        except Exception:  # noqa: BLE001 - the caller asked how the checkout ended, not how its record did
            # The store still has it as running, so `leftovers` will find it.
            _log.exception("%s could not be written down as settled", _named(attempt))


def _ended(attempt: Attempt) -> Attempt:
    if attempt.result is not Result.RUNNING:
        return attempt
    return replace(attempt, result=Result.FAILED, detail=INTERRUPTED)


def _named(attempt: Attempt) -> str:
    total = f"{attempt.total.amount} {attempt.total.currency}"
    return f"Checkout {attempt.reference} (customer {attempt.customer_id}, key {attempt.key}, {total})"
