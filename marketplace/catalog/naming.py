"""The words for a product: what kind of thing it is, its id, and its other names."""

import re

from marketplace.catalog.wordnet import Noun, Nouns

_SMALL_WORDS = frozenset(
    {"a", "an", "and", "at", "by", "for", "from", "in", "la", "of", "on", "or", "the", "to", "with"}
)
# What tells a name from that of another product: the kind of thing in brackets, or a number.
_APART = re.compile(r" (?:\([^)]*\)|\d+)$")


class Namer:
    """Gives each noun a name that no other product has."""

    def __init__(self, nouns: Nouns) -> None:
        self._nouns = nouns
        self._ids: set[str] = set()

    def name(self, noun: Noun) -> str:
        """The first of its words that is free; else a word and the kind of thing in brackets, or a number."""
        for candidate in (*noun.words, *self._with_kind(noun)):
            name = title(candidate)
            if self.product_id(name) not in self._ids:
                self._ids.add(self.product_id(name))
                return name
        return self._numbered(title(noun.words[0]))

    def product_id(self, name: str) -> str:
        """The name as addresses write it: ``Jack-o'-lantern`` is ``jack-o-lantern``."""
        return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")

    def synonyms(self, noun: Noun, name: str) -> tuple[str, ...]:
        """The other words for it."""
        return tuple(word for word in noun.words if title(word) != kind_of(name))

    def _with_kind(self, noun: Noun) -> list[str]:
        kinds = [self._nouns[kind].words[0] for kind in noun.kinds]
        return [f"{word} ({kind})" for word in noun.words for kind in kinds]

    def _numbered(self, name: str) -> str:
        number = next(n for n in range(2, 1000) if self.product_id(f"{name} {n}") not in self._ids)
        self._ids.add(self.product_id(f"{name} {number}"))
        return f"{name} {number}"


def kind_of(name: str) -> str:
    """What kind of thing a name says it is: ``Lever (Machine)`` is a lever."""
    return _APART.sub("", name)


def title(words: str) -> str:
    """The words as a heading. Small words stay small, and words with capitals stay as they are."""
    return " ".join(
        word if word in _SMALL_WORDS and index else _capital(word) for index, word in enumerate(words.split(" "))
    )


def _capital(word: str) -> str:
    start = 1 if word.startswith("(") else 0
    return word[:start] + word[start : start + 1].upper() + word[start + 1 :]
