"""HTML by type: what is `Html` is markup, and every other text is escaped where it is put in."""

from html import escape
from typing import TypeAlias


class Html(str):
    """A piece of markup. Only this module makes one of a text."""

    __slots__ = ()


Part: TypeAlias = str | None
_EMPTY = frozenset(("input", "meta", "br"))


def tag(element: str, /, *parts: Part, **attributes: str | bool | None) -> Html:
    """An element. `class_` is `class`, `data_text` is `data-text`; an attribute that is True has no value, one that is False or None is left out."""
    spelled = "".join(_attribute(key.rstrip("_").replace("_", "-"), each) for key, each in attributes.items())
    if element in _EMPTY:
        return Html(f"<{element}{spelled}>")
    return Html(f"<{element}{spelled}>{joined(*parts)}</{element}>")


def joined(*parts: Part) -> Html:
    """Several pieces, one behind the other."""
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in parts if each))


def trusted(text: str) -> Html:
    """A text of ours that is markup, such as a style sheet."""
    return Html(text)


def _attribute(name: str, value: str | bool | None) -> str:  # noqa: FBT001 - what an attribute may be
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(value)}"'
