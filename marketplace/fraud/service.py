"""Fraud scoring: judges each attempt by the rules and by what the customer tried shortly before."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from marketplace.fraud.contract import Attempt, Risk
from marketplace.fraud.rules import Seen, judge

WINDOW: Final = timedelta(minutes=10)
MOST_SEEN: Final = 50  # older attempts in the window cannot make it worse


class AttemptStore(Protocol):
    """Where attempts are remembered."""

    async def remember(
        self, key: str, attempt: Attempt, at: datetime, decide: Callable[[Sequence[Seen]], Risk]
    ) -> Risk:
        """Keep an attempt with the risk that ``decide`` makes of the customer's recent ones; a known key keeps its risk.

        Recent are those within `WINDOW` before ``at``, at most `MOST_SEEN`. Nobody comes in between.
        """
        ...


class FraudService:
    """Implements `Fraud`."""

    def __init__(self, store: AttemptStore, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def score(self, key: str, attempt: Attempt) -> Risk:
        return await self._store.remember(key, attempt, self._now(), partial(judge, attempt))
