"""What a page does when a capability does not answer: it goes without a part, or shows an earlier answer."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from plures import CallError, ContractError

T = TypeVar("T")

PATIENCE_S: Final = 0.4
"""How long a page waits for a part it can do without."""

_log = logging.getLogger(__name__)


async def optional(part: Awaitable[T], *, patience_s: float = PATIENCE_S) -> T | None:
    """What ``part`` answers, or None when it fails or takes longer than ``patience_s`` seconds."""
    try:
        async with asyncio.timeout(patience_s):
            return await part
    except (CallError, ContractError, TimeoutError) as failure:
        _log.warning("A page goes without one of its parts: %s", str(failure) or f"no answer within {patience_s} s")
        return None


class Remembered(Generic[T]):
    """An answer that hardly ever changes: fetched again after ``for_s`` seconds, kept longer while that fails."""

    def __init__(
        self, fetch: Callable[[], Awaitable[T]], *, for_s: float = 60, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._for_s = for_s
        self._clock = clock
        self._stale_at = float("-inf")
        self.last: T | None = None

    async def get(self) -> T:
        """The answer.

        Raises:
            CallError: The first fetch failed, so there is nothing to answer with.
        """
        if self.last is not None and self._clock() < self._stale_at:
            return self.last
        try:
            self.last = await self._fetch()
        except CallError:
            if self.last is None:
                raise
        # Also after a failure: a page should not wait for it again and again.
        self._stale_at = self._clock() + self._for_s
        return self.last
