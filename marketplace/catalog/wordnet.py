"""Reads the nouns of a WordNet 3 ``dict`` folder. It knows the file format and nothing of the shop."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ARTIFACT, FOOD = "06", "13"
"""The lexicographer files of made things and of food."""


@dataclass(frozen=True)
class Noun:
    """One meaning and the words for it. It is a kind of each noun at the offsets ``kinds``."""

    offset: str
    file: str
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    is_instance: bool
    gloss: str


class Nouns:
    """All nouns of a WordNet, and the tree of kinds that they form."""

    def __init__(self, nouns: Iterator[Noun]) -> None:
        self._nouns = {noun.offset: noun for noun in nouns}

    @property
    def things(self) -> Iterator[Noun]:
        """All made things and food, in the order of the file."""
        return (noun for noun in self._nouns.values() if noun.file in {ARTIFACT, FOOD})

    def __getitem__(self, offset: str) -> Noun:
        return self._nouns[offset]

    def levels_above(self, noun: Noun) -> Iterator[tuple[Noun, ...]]:
        """The noun, then what it is a kind of, then what those are kinds of, and so on; each noun once."""
        level: tuple[Noun, ...] = (noun,)
        seen = {noun.offset}
        while level:
            yield level
            offsets = dict.fromkeys(kind for each in level for kind in each.kinds if kind not in seen)
            seen.update(offsets)
            level = tuple(self._nouns[offset] for offset in offsets)

    def things_below(self, noun: Noun) -> int:
        """How many things are of this kind; the noun itself counts."""
        return self._things_below[noun.offset]

    def meanings(self, word: str) -> tuple[Noun, ...]:
        """All meanings of a word that have things below them, the widest first."""
        found = (self._nouns[offset] for offset in self._by_word[word.lower()])
        return tuple(sorted(found, key=lambda noun: (-self.things_below(noun), noun.offset)))

    @cached_property
    def _things_below(self) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for thing in self.things:
            for level in self.levels_above(thing):
                for noun in level:
                    counts[noun.offset] += 1
        return counts

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        offsets: dict[str, list[str]] = defaultdict(list)
        for offset in self._things_below:
            for word in self._nouns[offset].words:
                offsets[word.lower()].append(offset)
        return offsets


def read_nouns(folder: Path) -> Nouns:
    """Read ``data.noun``. WordNet's manual page wndb(5) describes its format."""
    lines = (folder / "data.noun").read_text(encoding="latin-1").splitlines()
    return Nouns(_noun(line) for line in lines if not line.startswith(" "))


def _noun(line: str) -> Noun:
    fields, _, gloss = line.partition(" | ")
    offset, file, _, word_count, *rest = fields.split()
    words, pointers = rest[: 2 * int(word_count, 16) : 2], rest[2 * int(word_count, 16) + 1 :]
    targets = list(zip(pointers[::4], pointers[1::4], strict=False))
    return Noun(
        offset=offset,
        file=file,
        words=tuple(word.replace("_", " ") for word in words),
        kinds=tuple(target for symbol, target in targets if symbol in {"@", "@i"}),
        is_instance=any(symbol == "@i" for symbol, _ in targets),
        gloss=gloss.strip(),
    )
