"""The words of a statement, without comments: what SQLite and PostgreSQL have in common of their lexical rules."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

_WORD: Final = re.compile(
    r"""
      (?P<skipped>\s+|--[^\n]*)
    | (?P<comment>/\*)
    | [eE]'(?P<escaped>(?:[^'\\]|\\.|'')*)'
    | '(?P<text>(?:[^']|'')*)'
    | \$(?P<tag>\w*)\$(?P<dollars>.*?)\$(?P=tag)\$
    | "(?P<quoted>(?:[^"]|"")*)" | `(?P<ticked>[^`]*)` | \[(?P<bracketed>[A-Za-z_][^\]]*)\]
    | (?P<name>[^\W\d][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<sign><>|!=|::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_SIGN: Final = re.compile(r"/\*|\*/")


class Word(msgspec.Struct, frozen=True):
    """One word.

    Attributes:
        text: As written, without its quotes.
        kind: `name` (may be a keyword), `quoted` (a name for certain), `text`, `number` or `sign`.
    """

    text: str
    kind: str

    @property
    def key(self) -> str:
        """In capitals where it may be a keyword, or is a sign; else empty."""
        return self.text.upper() if self.kind in ("name", "sign") else ""

    @property
    def name(self) -> str:
        """As a name is compared. PostgreSQL tells quoted names apart by their capitals, SQLite none; more are the same here."""
        return self.text.lower()


def statements(sql: str) -> Iterator[tuple[Word, ...]]:
    """The words of each statement in the text; there should be one."""
    found: list[Word] = []
    for word in _words(sql):
        if word.key == ";":
            yield tuple(found)
            found = []
        else:
            found.append(word)
    yield tuple(found)


def clauses(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """What commas outside parentheses separate."""
    depth, start = 0, 0
    for position, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word.key, 0)
        if word.key == "," and depth == 0:
            yield words[start:position]
            start = position + 1
    yield words[start:]


def _words(sql: str) -> Iterator[Word]:
    position = 0
    while position < len(sql):
        match = _WORD.match(sql, position)
        if match is None:  # pragma: no cover - a sign may be any character
            return
        position = match.end()
        kind = match.lastgroup or ""
        if kind == "comment":
            position = _end_of_comment(sql, position)
        elif kind == "quoted":
            yield Word(match["quoted"].replace('""', '"'), "quoted")
        elif kind in ("ticked", "bracketed"):
            yield Word(match[kind], "quoted")
        elif kind in ("text", "escaped", "dollars"):
            yield Word(match[kind], "text")
        elif kind != "skipped":
            yield Word(match[kind], kind)


def _end_of_comment(sql: str, position: int) -> int:
    """PostgreSQL's comments nest. SQLite's do not, but hardly one has a second opening within."""
    depth = 1
    while depth:
        match = _COMMENT_SIGN.search(sql, position)
        if match is None:
            return len(sql)
        depth += 1 if match[0] == "/*" else -1
        position = match.end()
    return position
