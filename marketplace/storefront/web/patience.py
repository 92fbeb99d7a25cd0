"""What a page does when a capability does not answer that it needs: it shows an earlier answer."""

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from plures import CallError

T = TypeVar("T")


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
