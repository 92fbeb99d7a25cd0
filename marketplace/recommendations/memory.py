"""Pairs in memory: for tests, and to measure everything but storage."""

from collections import Counter, defaultdict


class MemoryPairs:
    def __init__(self) -> None:
        self._times: dict[str, Counter[str]] = defaultdict(Counter)

    async def together(self, product_id: str, limit: int) -> tuple[tuple[str, int], ...]:
        times = self._times.get(product_id, Counter())
        return tuple(sorted(times.items(), key=lambda pair: (-pair[1], pair[0])))[:limit]

    async def record(self, pairs: tuple[tuple[str, str], ...]) -> None:
        for product_id, other in pairs:
            self._times[product_id][other] += 1
