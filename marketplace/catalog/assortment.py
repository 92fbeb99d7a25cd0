"""Decides which nouns of WordNet are for sale, and on which shelf, by the rules of ``assortment.toml``."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from marketplace.catalog.wordnet import Noun, Nouns

LEFT_OUT = ""


class AnchorUnknown(LookupError):
    """``assortment.toml`` names a word that this WordNet does not have."""

    def __init__(self, anchor: str) -> None:
        super().__init__(
            f"Cannot place products: WordNet has no artifact or food below {anchor!r}. "
            "Use a word of WordNet 3.0, or word@offset, in assortment.toml."
        )


@dataclass(frozen=True)
class Shelf:
    """A category. A department is a shelf without a parent."""

    id: str
    name: str
    parent_id: str | None = None


class Assortment:
    """Places nouns on shelves."""

    def __init__(self, rules: Path, nouns: Nouns) -> None:
        parsed = tomllib.loads(rules.read_text(encoding="utf-8"))
        self._nouns = nouns
        self._never = {self._resolve(anchor) for anchor in parsed["never"]["anchors"]}
        words = "|".join(re.escape(word) for word in parsed["never"]["words"])
        self._unsaid = re.compile(rf"\b({words})\b", re.IGNORECASE)
        self._shelf_of_anchor = {self._resolve(anchor): LEFT_OUT for anchor in parsed["left_out"]["anchors"]}
        self.shelves: list[Shelf] = []
        for department_id, department in parsed["departments"].items():
            self.shelves.append(Shelf(department_id, department["name"]))
            for name, shelf in department["shelves"].items():
                self._add(Shelf(f"{department_id}/{name}", shelf["name"], department_id), shelf["anchors"])

    def shelf_for(self, noun: Noun) -> str | None:
        """The id of the shelf for a noun, or None when it is not for sale."""
        if noun.is_instance or self._unsaid.search(" ".join((*noun.words, noun.gloss))):
            return None
        levels = list(self._nouns.levels_above(noun))
        if any(above.offset in self._never for level in levels for above in level):
            return None
        anchored = (self._shelf_of_anchor.get(above.offset) for level in levels for above in level)
        return next((shelf for shelf in anchored if shelf is not None), LEFT_OUT) or None

    def _add(self, shelf: Shelf, anchors: list[str]) -> None:
        self.shelves.append(shelf)
        self._shelf_of_anchor.update({self._resolve(anchor): shelf.id for anchor in anchors})

    def _resolve(self, anchor: str) -> str:
        word, _, offset = anchor.partition("@")
        for meaning in self._nouns.meanings(word.replace("_", " ")):
            if offset in {"", meaning.offset}:
                return meaning.offset
        raise AnchorUnknown(anchor)
