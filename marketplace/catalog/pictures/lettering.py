"""Sets a text into a box: in as few lines and in as large letters as fit."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

_NARROW, _WIDE = frozenset("iljtfrI'.,-/ "), frozenset("mwMWGOQ&@")
_MOST_LINES: Final = 4
_LINE_HEIGHT: Final = 1.14


@dataclass(frozen=True)
class Lettering:
    """Lines of text, and the size of their letters in units."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        """The height of all lines, in units."""
        return len(self.lines) * self.size * _LINE_HEIGHT

    def svg(self, x: float, top: float, style: str) -> str:
        """The lines as elements of SVG, centred on ``x``."""
        return "".join(
            f'<text x="{x:g}" y="{top + (number + 0.82) * self.size * _LINE_HEIGHT:.0f}" text-anchor="middle" '
            f'font-size="{self.size:.0f}" {style}>{escape(line)}</text>'
            for number, line in enumerate(self.lines)
        )


# The same houses and sizes stand on many labels.
@lru_cache(4_000)
def lettering(text: str, width: float, height: float, largest: float) -> Lettering:
    """The text in lines that fit into a box, in letters of at most this size."""
    words = text.split()
    choices = (
        _set(words, lines, width, height, largest) for lines in range(1, max(1, min(_MOST_LINES, len(words))) + 1)
    )
    return max(choices, key=lambda each: each.size)


def _set(words: list[str], lines: int, width: float, height: float, largest: float) -> Lettering:
    broken = _broken(words, lines)
    # An empty text is one line without letters.
    longest = max(map(_ems, broken)) or 1.0
    return Lettering(tuple(broken), min(largest, width / longest, height / (len(broken) * _LINE_HEIGHT)))


def _broken(words: list[str], lines: int) -> list[str]:
    """The words in so many lines, about as long as each other."""
    if lines == 1 or len(words) == 1:
        return [" ".join(words)]
    goal = _ems(" ".join(words)) / lines
    taken = min(range(1, len(words) - lines + 2), key=lambda count: abs(_ems(" ".join(words[:count])) - goal))
    return [" ".join(words[:taken]), *_broken(words[taken:], lines - 1)]


def _ems(text: str) -> float:
    """How wide a text is, generously, in the size of its letters."""
    return sum(
        0.42 if letter in _NARROW else 1.08 if letter in _WIDE else 0.86 if letter.isupper() else 0.7 for letter in text
    )
