"""Corrects typing errors against the words that products are named with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

# Shorter words are too near to one another: "cap" is one letter from "cup", "map" and "can".
SHORTEST_CORRECTED: Final = 4
LONG: Final = 7
"""From this length on, two errors in a word are corrected; in shorter ones, one."""


class Spelling:
    """A vocabulary that knows the nearest of its words to one that it does not have."""

    def __init__(self, words: Iterable[str]) -> None:
        self._frequency = Counter(words)
        self._by_shortened: dict[str, list[str]] = defaultdict(list)
        for word in self._frequency:
            if len(word) >= SHORTEST_CORRECTED:
                for shortened in _shortened(word):
                    self._by_shortened[shortened].append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._frequency

    def nearest(self, word: str) -> str | None:
        """The word most likely meant, or None when the word is known or nothing is near."""
        if word in self._frequency or len(word) < SHORTEST_CORRECTED:
            return None
        most = 2 if len(word) >= LONG else 1
        # Two words that are one error apart have a form in common once a letter is left out of either; of those that are
        # two errors apart, most have.
        candidates = {near for shortened in _shortened(word) for near in self._by_shortened.get(shortened, ())}
        ranked = sorted((errors(word, near), -self._frequency[near], near) for near in candidates)
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


def _shortened(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
