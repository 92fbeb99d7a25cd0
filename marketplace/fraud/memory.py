"""Attempts in memory: for tests, and to measure everything but storage."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from marketplace.fraud.contract import PaymentAttempt, Risk
from marketplace.fraud.rules import Seen
from marketplace.fraud.service import MOST_SEEN, WINDOW


class MemoryPaymentAttempts:
    def __init__(self) -> None:
        self._risks: dict[str, Risk] = {}
        self._seen: dict[str, deque[Seen]] = {}

    async def remember(
        self, key: str, attempt: PaymentAttempt, at: datetime, decide: Callable[[Sequence[Seen]], Risk]
    ) -> Risk:
        if key in self._risks:
            return self._risks[key]
        seen = self._seen.setdefault(attempt.customer_id, deque(maxlen=MOST_SEEN))
        while seen and seen[0].at < at - WINDOW:
            seen.popleft()
        risk = decide(seen)
        seen.append(Seen(attempt.card_fingerprint, attempt.country, at))
        self._risks[key] = risk
        return risk
