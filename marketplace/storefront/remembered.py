"""An answer that hardly ever changes, kept for a while, and kept longer while nobody can give a newer one."""

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from plures import CallError

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last answer of ``fetch``, at most ``for_s`` seconds old while ``fetch`` works."""

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
            CallError: There has never been one and none can be had now.
        """
        if self.last is not None and self._clock() < self._stale_at:
            return self.last
        try:
            self.last = await self._fetch()
        except CallError:
            if self.last is None:
                raise
        # Also after a failure: a page load should not wait for it again and again.
        self._stale_at = self._clock() + self._for_s
        return self.last
