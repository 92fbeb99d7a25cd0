"""Corrects typing errors against the words that products are named with."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from heapq import nlargest
from typing import Final

# Shorter words are too close to one another: "cap" is one letter from "cup", "map" and "can".
SHORTEST_CORRECTED: Final = 4
# From this length on we correct two errors in a word; in shorter words, one.
LONG: Final = 7
_CANDIDATES: Final = 20


class Spelling:
    """A vocabulary that finds its nearest word to one that it does not have."""

    def __init__(self, words: Iterable[str]) -> None:
        self._frequency = Counter(words)
        self._by_pair: dict[str, list[str]] = defaultdict(list)
        for word in self._frequency:
            if len(word) >= SHORTEST_CORRECTED:
                for pair in _pairs(word):
                    self._by_pair[pair].append(word)

    def nearest(self, word: str) -> str | None:
        """The word that the visitor most likely meant, or None when the word is known or nothing is near."""
        if word in self._frequency or len(word) < SHORTEST_CORRECTED:
            return None
        most = 2 if len(word) >= LONG else 1
        # To count errors is slow, so we do it only for words that share the most pairs of letters.
        alike = Counter(near for pair in _pairs(word) for near in self._by_pair.get(pair, ()))
        near_enough = ((pairs, near) for near, pairs in alike.items() if abs(len(near) - len(word)) <= most)
        best = nlargest(_CANDIDATES, near_enough)
        ranked = sorted((errors(word, near), -self._frequency[near], near) for _, near in best)
        return next((near for distance, _, near in ranked if distance <= most), None)


def errors(typed: str, meant: str) -> int:
    """How many letters to insert, leave out, replace or swap with their neighbour."""
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
    """All pairs of neighbouring letters, with a blank before the first and after the last."""
    framed = f" {word} "
    return {framed[place : place + 2] for place in range(len(word) + 1)}
