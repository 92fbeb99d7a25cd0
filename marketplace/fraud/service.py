"""Fraud scoring: judges each attempt by the rules, and by what the customer tried shortly before."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from marketplace.fraud.contract import Fraud, PaymentAttempt, Risk
from marketplace.fraud.rules import Seen, judge

WINDOW: Final = timedelta(minutes=10)
# With this many attempts, older ones in the window cannot make it worse.
MOST_SEEN: Final = 50


class PaymentAttemptStore(Protocol):
    async def remember(
        self, key: str, attempt: PaymentAttempt, at: datetime, decide: Callable[[Sequence[Seen]], Risk]
    ) -> Risk:
        """Keep an attempt with the risk that ``decide`` finds from the customer's recent ones; a known key keeps its risk.

        Recent attempts are those within `WINDOW` before ``at``, at most `MOST_SEEN`. All of it is one step.
        """
        ...


class FraudService(Fraud):
    def __init__(self, store: PaymentAttemptStore, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def score(self, key: str, attempt: PaymentAttempt) -> Risk:
        return await self._store.remember(key, attempt, self._now(), partial(judge, attempt))
