"""Suggests names of products while the visitor types."""

from bisect import bisect_left
from collections.abc import Iterable
from heapq import nsmallest


class Suggestions:
    """Knows all names, and how popular each of them is."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        self._names = sorted((name.lower(), -popularity, name) for name, popularity in names)

    def beginning_with(self, prefix: str, limit: int) -> tuple[str, ...]:
        """The names that begin with ``prefix``, the most popular first."""
        wanted = prefix.strip().lower()
        if not wanted:
            return ()
        first = bisect_left(self._names, (wanted,))
        # No character sorts after U+10FFFF, so this is the end of the names that begin with the prefix.
        last = bisect_left(self._names, (wanted + "\U0010ffff",))
        best = nsmallest(limit, self._names[first:last], key=lambda each: (each[1], each[0]))
        return tuple(name for _, _, name in best)
