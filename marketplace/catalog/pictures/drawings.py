"""Knows which things have a drawing, and the drawings. A drawing stands for its own kind of thing only."""

import json
import lzma
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from marketplace.catalog.wordnet import Noun, Nouns

from .glyphs import GLYPHS

HERE: Final = Path(__file__).parent
WORDS: Final = HERE / "drawings.toml"
FILE: Final = HERE / "drawings.json.xz"
# A thing itself, the kinds of it that are called so, or all its kinds: "!", nothing, or "*" in drawings.toml.
_EXACT, _CALLED, _ALL = "!", "", "*"


@dataclass(frozen=True)
class Subject:
    """What a drawing shows: a word, and how far below it the drawing still says the truth."""

    word: str
    drawing: str
    reach: str


class Drawings:
    """Finds the drawing for a noun, by the rules of ``drawings.toml``."""

    def __init__(self, nouns: Nouns) -> None:
        self._nouns = nouns
        self._unlike = frozenset(_rules()["unlike"].split())
        self._subjects: dict[str, dict[str, list[Subject]]] = defaultdict(lambda: defaultdict(list))
        for department, subject in subjects():
            self._subjects[department][subject.word].append(subject)

    def drawing_for(self, noun: Noun, category_id: str, product_id: str) -> str:
        """The name of the drawing for a product, or nothing if it has none. The nearest kind counts."""
        if product_id in self._unlike:
            return ""
        subjects = self._subjects[category_id.partition("/")[0]]
        for distance, level in enumerate(self._nouns.levels_above(noun)):
            for above in level:
                # Its other words often have other meanings as well: a harmonica is called harp.
                for subject in subjects.get(above.words[0].lower(), ()):
                    if _shows(subject, noun, distance):
                        return subject.drawing
        return ""


def subjects() -> Iterator[tuple[str, Subject]]:
    """Each department with each of its subjects."""
    for department, tokens in _rules()["kinds"].items():
        for token in tokens.split():
            yield department, _subject(token)


@cache
def any_colour() -> frozenset[str]:
    """The drawings of things that come in any colour."""
    return frozenset(_rules()["any_colour"].split())


@cache
def fluent() -> dict[str, str]:
    """The drawings of Fluent Emoji, 32 by 32 units each; reading them takes about 0.02 s."""
    found: dict[str, str] = json.loads(lzma.decompress(FILE.read_bytes()))
    return found


def has_drawing(name: str) -> bool:
    """Whether there is a drawing of this name."""
    return name in GLYPHS or name in fluent()


def _rules() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _subject(token: str) -> Subject:
    reach = token[-1] if token[-1] in "!*" else _CALLED
    word, _, drawing = token.rstrip("!*").partition(":")
    return Subject(word.replace("_", " "), drawing or word, reach)


def _shows(subject: Subject, noun: Noun, distance: int) -> bool:
    """Whether the drawing shows this noun, which is so many kinds below the drawing's subject."""
    if distance == 0 or subject.reach == _ALL:
        return True
    return subject.reach == _CALLED and noun.words[0].lower().endswith(f" {subject.word}")
