"""Corrects typing errors against the words that products are named with."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from heapq import nlargest
from typing import Final

# Shorter words are too near to one another: "cap" is one letter from "cup", "map" and "can".
SHORTEST_CORRECTED: Final = 4
LONG: Final = 7
"""From this length on, two errors in a word are corrected; in shorter ones, one."""
_CANDIDATES: Final = 20


class Spelling:
    """A vocabulary that knows the nearest of its words to one that it does not have."""

    def __init__(self, words: Iterable[str]) -> None:
        self._frequency = Counter(words)
        self._by_pair: dict[str, list[str]] = defaultdict(list)
        for word in self._frequency:
            if len(word) >= SHORTEST_CORRECTED:
                for pair in _pairs(word):
                    self._by_pair[pair].append(word)

    def nearest(self, word: str) -> str | None:
        """The word most likely meant, or None when the word is known or nothing is near."""
        if word in self._frequency or len(word) < SHORTEST_CORRECTED:
            return None
        most = 2 if len(word) >= LONG else 1
        # Counting errors is slow; who shares the most pairs of letters is worth it.
        alike = Counter(near for pair in _pairs(word) for near in self._by_pair.get(pair, ()))
        near_enough = ((pairs, near) for near, pairs in alike.items() if abs(len(near) - len(word)) <= most)
        best = nlargest(_CANDIDATES, near_enough)
        ranked = sorted((errors(word, near), -self._frequency[near], near) for _, near in best)
        return next((near for distance, _, near in ranked if distance <= most), None)


def errors(typed: str, meant: str) -> int:
    """How many letters must be inserted, left out, replaced or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def _pairs(word: str) -> set[str]:
    """Neighbouring letters, those at both ends with a blank."""
    framed = f" {word} "
    return {framed[place : place + 2] for place in range(len(word) + 1)}
