"""Texts that others have written, made fit for a terminal: none moves the cursor, and each takes as many cells as it is said to."""

import re
from typing import Final
from unicodedata import combining, east_asian_width

# What moves the cursor or colours, ends a line to some, cannot be written, or turns the direction of what follows.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# What nearly all texts are made of: letters of Europe, lines, dots.
_NARROW: Final = re.compile("[\x20-\u02ff\u2026\u2500-\u257f\u25cb\u25cf]*").fullmatch
_WIDE: Final = frozenset("WF")


def one_line(text: str) -> str:
    """A text in one line; what is no letter for a terminal is written as in a string of Python."""
    return _UNFIT.sub(lambda found: ascii(found[0])[1:-1], text)


def several_lines(text: str) -> list[str]:
    """The lines of a text, each of them such."""
    return [one_line(line.expandtabs(4)) for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]


def cells_of(text: str) -> int:
    """How many cells of a terminal it takes."""
    if _NARROW(text):
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in _WIDE else 1 for each in text)


def fitted(text: str, cells: int) -> str:
    """Its beginning, in no more than so many cells."""
    if cells_of(text) <= cells:
        return text
    taken, left = "", cells - 1
    for each in text:
        left -= cells_of(each)
        if left < 0:
            break
        taken += each
    return f"{taken}…" if cells > 0 else ""
