"""Where the keys of a TOML document stand: `tomllib` does not say. For a text that `tomllib` has read without complaint."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Path = tuple[str, ...]
"""A table or key, from the top: `("topology", "sale", "search")`."""

_TOKEN: Final = re.compile(
    r"""
      (?P<space> [ \t\r]+ | \#[^\n]* )
    | (?P<text> \"{3} (?:\\.|[^\\])*? \"{3,5} | '{3} .*? '{3,5} | \"(?:\\.|[^\"\\\n])*\" | '[^'\n]*' )
    | (?P<mark> [\n=.,{}\[\]] )
    | (?P<bare> [^ \t\r\n=.,{}\[\]\#\"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def lines_of(text: str) -> Mapping[Path, int]:
    """The line of each table and each key, counted from 1."""
    scan = _Scan()
    line = 1
    for token in _TOKEN.finditer(text):
        if token.lastgroup != "space":
            scan.tokens.append((token.group(), line))
        line += token.group().count("\n")
    scan.document()
    return scan.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of a key, or of the nearest table around it where the key itself is absent."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)


@dataclass
class _Scan:
    tokens: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    lines: dict[Path, int] = field(default_factory=dict[Path, int])
    at: int = 0

    def document(self) -> None:
        table: Path = ()
        while self.at < len(self.tokens):
            if self._next_is("\n"):
                self.at += 1
            elif self._next_is("["):
                while self._next_is("["):
                    self.at += 1
                table = self._key((), end="]")
                while self._next_is("]"):
                    self.at += 1
            else:
                self._value(self._key(table, end="="))

    def _key(self, table: Path, end: str) -> Path:
        """A key, dotted or not, and the mark behind it; notes its line."""
        path = table
        while not self._next_is(end):
            token, line = self._take()
            if token != ".":  # noqa: S105 - a token of TOML
                path = (*path, _plain(token))
                self.lines.setdefault(path, line)
        self.at += 1
        return path

    def _value(self, path: Path) -> None:
        if self._next_is("{"):
            self._items(path, close="}")
        elif self._next_is("["):
            self._items(path, close="]")
        else:
            while self.at < len(self.tokens) and not self._next_is("\n", ",", "}", "]"):
                self.at += 1

    def _items(self, path: Path, close: str) -> None:
        self.at += 1
        while not self._next_is(close):
            if self._next_is("\n", ","):
                self.at += 1
            else:
                self._value(self._key(path, end="=") if close == "}" else path)
        self.at += 1

    def _next_is(self, *marks: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0] in marks

    def _take(self) -> tuple[str, int]:
        self.at += 1
        return self.tokens[self.at - 1]


def _plain(token: str) -> str:
    """What a key says: `"a b"` and `'a b'` are `a b`."""
    return str(tomllib.loads(f"key = {token}")["key"]) if token[0] in "\"'" else token
