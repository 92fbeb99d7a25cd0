"""Who asks for what, and when: Poisson arrivals, Zipf popularity, page weights. The same seed gives the same traffic."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

NORMAL = {
    "home": 5, "search": 20, "product": 40, "reviews": 8, "cart": 10, "add": 9, "checkout": 4, "profile": 4,
}  # fmt: skip
SALE = {
    "home": 3, "search": 60, "product": 20, "reviews": 3, "cart": 5, "add": 5, "checkout": 3, "profile": 1,
}  # fmt: skip


class Arrival(NamedTuple):
    """One request: when it is due, in seconds after the start, and the page."""

    due_s: float
    page: str


def poisson(weights: Mapping[str, float], *, per_s: float, seconds: float, random: Random) -> Iterator[Arrival]:
    """Independent arrivals at a mean rate. No visitor waits for the answer to another."""
    pages, shares = list(weights), list(weights.values())
    due = random.expovariate(per_s)
    while due < seconds:
        yield Arrival(due, random.choices(pages, shares)[0])
        due += random.expovariate(per_s)


class Zipf(Generic[T]):
    """Draws items. The n-th most popular one comes 1/n as often as the first."""

    def __init__(self, items: Sequence[T], random: Random) -> None:
        self._items = random.sample(items, len(items))
        self._random = random
        self._until = list(accumulate(1 / rank for rank in range(1, len(items) + 1)))

    def draw(self) -> T:
        """One item."""
        return self._items[bisect(self._until, self._random.random() * self._until[-1])]
