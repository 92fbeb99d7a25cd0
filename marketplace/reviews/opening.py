"""The reviews with which the shop opens. We make them from the product's id, so they are always the same, and store none."""

import hashlib
import json
import lzma
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

from marketplace.reviews.contract import Review

_T = TypeVar("_T")
FILE: Final = Path(__file__).with_name("opening.json.xz")
PHRASES: Final = Path(__file__).with_name("phrases.toml")
NEWEST: Final = datetime(2026, 6, 30, tzinfo=UTC)
SPAN_DAYS: Final = 540
_TONES: Final = {1: "bad", 2: "bad", 3: "mixed", 4: "good", 5: "good"}


@dataclass(frozen=True)
class Subject:
    """A product with reviews. ``flavour`` (food, wear, tool, home) picks the phrases; ``stars`` counts 1 to 5 stars."""

    product_id: str
    flavour: str
    stars: tuple[int, ...]

    @property
    def reviews(self) -> int:
        """The number of its reviews."""
        return sum(self.stars)


class OpeningReviews:
    """Makes the opening reviews of the products it knows."""

    def __init__(self, subjects: Mapping[str, Subject], phrases: Mapping[str, Any]) -> None:
        self._subjects = subjects
        self._phrases = phrases

    def __contains__(self, product_id: str) -> bool:
        return product_id in self._subjects

    def count(self, product_id: str) -> int:
        """The number of reviews of a product; 0 for an unknown one."""
        subject = self._subjects.get(product_id)
        return subject.reviews if subject else 0

    def stars(self, product_id: str) -> tuple[int, ...]:
        """How many reviews have 1, 2, 3, 4 and 5 stars; empty for an unknown product."""
        subject = self._subjects.get(product_id)
        return subject.stars if subject else ()

    def newest(self, product_id: str, offset: int, limit: int) -> tuple[Review, ...]:
        """The newest first."""
        subject = self._subjects[product_id]
        # A slice takes any offset, also one beyond what an iterator can count.
        ratings = tuple(enumerate(_shuffled_ratings(subject)))[offset : offset + limit]
        return tuple(self._review(subject, number, rating) for number, rating in ratings)

    def _review(self, subject: Subject, number: int, rating: int) -> Review:
        dice = _dice(subject.product_id, f"review {number}")
        age = timedelta(days=SPAN_DAYS * (number + next(dice) / 256) / subject.reviews, minutes=5 * next(dice))
        return Review(
            id=f"{subject.product_id}-{number}",
            product_id=subject.product_id,
            author=self._author(dice),
            rating=rating,
            title=_pick(self._phrases["titles"][str(rating)], dice),
            text=self._text(subject, _TONES[rating], dice),
            written_at=NEWEST - age,
        )

    def _text(self, subject: Subject, tone: str, dice: Iterator[int]) -> str:
        thing = subject.product_id.replace("-", " ")
        choices = [_pick(self._phrases[subject.flavour][tone], dice), _pick(self._phrases["any"][tone], dice)]
        if next(dice) % 4 == 0:
            choices.append(_pick(self._phrases["any"]["mixed"], dice))
        if next(dice) % 2:
            choices[:2] = choices[1::-1]
        sentences = dict.fromkeys(choices[: 1 + next(dice) % 3])
        return " ".join(sentences).format(thing=thing)

    def _author(self, dice: Iterator[int]) -> str:
        first, second = _pick(self._phrases["handles"]["first"], dice), _pick(self._phrases["handles"]["second"], dice)
        return f"{first}-{second}-{10 + next(dice) % 90}"


def load() -> OpeningReviews:
    """Read the opening reviews that come with the shop."""
    document: dict[str, tuple[str, list[int]]] = json.loads(lzma.decompress(FILE.read_bytes()))
    subjects = {
        product_id: Subject(product_id, flavour, tuple(stars)) for product_id, (flavour, stars) in document.items()
    }
    return OpeningReviews(subjects, tomllib.loads(PHRASES.read_text(encoding="utf-8")))


def save(subjects: Sequence[Subject]) -> None:
    """Write the subjects, for ``make_opening``."""
    document = {subject.product_id: (subject.flavour, subject.stars) for subject in subjects}
    FILE.write_bytes(lzma.compress(json.dumps(document).encode(), preset=9 | lzma.PRESET_EXTREME))


def _shuffled_ratings(subject: Subject) -> list[int]:
    ratings = [rating for rating, given in enumerate(subject.stars, 1) for _ in range(given)]
    dice = _dice(subject.product_id, "order")
    return [rating for _, _, rating in sorted((next(dice), place, rating) for place, rating in enumerate(ratings))]


def _pick(choices: Sequence[_T], dice: Iterator[int]) -> _T:
    return choices[next(dice) % len(choices)]


def _dice(product_id: str, occasion: str) -> Iterator[int]:
    """Numbers from 0 to 255 that look random and are always the same."""
    for turn in count():
        yield from hashlib.sha256(f"{product_id} {occasion} {turn}".encode()).digest()
