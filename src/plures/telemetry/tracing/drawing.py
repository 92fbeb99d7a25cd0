"""Which traces are kept from their beginning: a share of the requests of each operation, and no more than so many a second."""

from math import inf
from random import random
from typing import Final, Protocol

from msgspec import Struct

_LOOK_AGAIN_S: Final = 0.1


class Rate(Struct, frozen=True):
    """How many requests are drawn.

    Attributes:
        share: 0 to 1.
        per_s: At most so many a second, of each operation and process.
    """

    share: float = 1.0
    per_s: float = 10.0


class Reader(Protocol):
    """Tells whether anything takes the traces that are kept."""

    is_read: bool


class Draw:
    """Decides for the requests of one operation. Where any are drawn at all, the first is: who looks for the trace of one request finds it.

    Args:
        reader: Where nothing takes them, none is drawn.

    Attributes:
        not_before: When there is a place again, in `time.monotonic()` seconds: of most requests it is enough to know that.
    """

    __slots__ = ("_at", "_is_first", "_places", "_rate", "_reader", "not_before")

    def __init__(self, rate: Rate, reader: Reader | None = None) -> None:
        self._rate, self._reader = rate, reader
        self._is_first = True
        self._places = max(1.0, rate.per_s)
        self._at = 0.0
        self.not_before = inf if rate.share <= 0 or rate.per_s <= 0 else 0.0

    def __call__(self, now: float) -> bool:
        """Whether a request that begins now is drawn.

        Args:
            now: In `time.monotonic()` seconds.
        """
        if now < self.not_before:
            return False
        if self._reader is not None and not self._reader.is_read:
            self.not_before = now + _LOOK_AGAIN_S
            return False
        rate = self._rate
        # It spreads what is kept, and decides nothing that anyone could gain from.
        if not (rate.share >= 1 or self._is_first or random() < rate.share):  # noqa: S311
            return False
        self._is_first = False
        self._places = min(max(1.0, rate.per_s), self._places + (now - self._at) * rate.per_s)
        self._at = now
        if self._places < 1:
            self.not_before = now + (1 - self._places) / rate.per_s
            return False
        self._places -= 1
        return True
