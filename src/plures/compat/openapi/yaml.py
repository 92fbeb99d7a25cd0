"""YAML as OpenAPI means it: the types of JSON, texts as keys, nothing that stands twice.

The library reads the events; what we build of them has no limit of depth, and knows where it is. A date stays text, and so does `no`: YAML 1.1
made other things of these.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from .values import list_of

_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_REAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MOST_REPEATED: Final = 2_000_000
_MOST_DIGITS: Final = 4000


class Unreadable(Exception):
    """A text is not what it should be; says what and where."""


class NoYaml(Exception):
    """The library is not installed."""


def read_yaml(text: str) -> Any:
    """The document in a text. Raises Unreadable and NoYaml."""
    try:
        yaml = import_module("yaml")
    except ImportError:
        raise NoYaml from None
    loader = getattr(yaml, "CLoader", yaml.Loader)
    try:
        return _Building().build(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        raise Unreadable(f"it is no YAML: {' '.join(str(error).split())}") from error


class _Open:
    """A list or a table whose end is still to come."""

    def __init__(self, value: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None
        self.merged: list[dict[str, Any]] = []
        self.size = 1


class _Building:
    """Values from events, without recursion."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._root: Any = None
        self._documents = 0

    def build(self, events: Iterator[Any]) -> Any:
        for event in events:
            match type(event).__name__:
                case "ScalarEvent":
                    self._scalar(event)
                case "MappingStartEvent":
                    self._open.append(_Open({}, event.anchor))
                case "SequenceStartEvent":
                    self._open.append(_Open([], event.anchor))
                case "MappingEndEvent" | "SequenceEndEvent":
                    self._close(event)
                case "AliasEvent":
                    self._alias(event)
                case "DocumentStartEvent":
                    self._documents += 1
                case _:
                    pass
        if self._documents > 1:
            raise Unreadable(f"it holds {self._documents} documents")
        return self._root

    def _scalar(self, event: Any) -> None:
        parent = self._open[-1] if self._open else None
        is_key = parent is not None and isinstance(parent.value, dict) and parent.key is None
        value = event.value if is_key else _value(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, event, 1)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise Unreadable(f"{_line(event)}: *{event.anchor} stands within itself, or for nothing")
        value, size = self._anchors[event.anchor]
        self._add(value, event, size)

    def _close(self, event: Any) -> None:
        closed = self._open.pop()
        value = closed.value
        if isinstance(value, dict):
            for merged in closed.merged:
                value.update({name: each for name, each in merged.items() if name not in value})
        if closed.anchor:
            self._anchors[closed.anchor] = (value, closed.size)
        self._add(value, event, closed.size)

    def _add(self, value: Any, event: Any, size: int) -> None:
        if not self._open:
            self._root = value
            return
        parent = self._open[-1]
        parent.size += size
        if parent.size > _MOST_REPEATED and not isinstance(value, str):
            raise Unreadable(
                f"{_line(event)}: its anchors repeat so much that it has more than {_MOST_REPEATED:,} values"
            )
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            if not isinstance(value, str):
                raise Unreadable(f"{_line(event)}: a key is no text")
            if value in parent.value:
                raise Unreadable(f"{_line(event)}: {value!r} stands twice in one table")
            parent.key = value
        elif parent.key == "<<":
            several = list_of(value) or [value]
            parent.merged += [each for each in several if isinstance(each, dict)]
            parent.key = None
        else:
            parent.value[parent.key] = value
            parent.key = None


def _value(event: Any) -> Any:
    text: str = event.value
    if event.style or (event.tag and event.tag.endswith(":str")):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text) and len(text) <= _MOST_DIGITS:
        return int(text)
    return float(text) if _REAL.fullmatch(text) else text


def _line(event: Any) -> str:
    mark = event.start_mark
    return f"line {mark.line + 1}"
