"""Lines that are not too long, broken where formatters of Python break them."""

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Final

WIDTH: Final = 88
# Texts, brackets without brackets in them but for those of texts, and what else stands before a comma.
_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_CUT: Final = re.compile(
    rf"(?:{_TEXT}|\((?:{_TEXT}|[^()\"]|\((?:[^()\"])*\))*\)|\[(?:{_TEXT}|[^\[\]\"])*\]|[^,\"()\[\]])+(?:, |$)"
)


def bracketed(head: str, items: Sequence[str], tail: str, indent: str = "") -> str:
    """`head(items)tail` in one line; else the items in one line of their own; else a line for each, with a comma behind it.

    Args:
        head: With the bracket that opens.
        tail: With the one that closes.
    """
    line = f"{indent}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH or not items:
        return line
    inner = f"{indent}    {', '.join(items)}"
    if len(inner) <= WIDTH and "\n" not in inner:
        return f"{indent}{head}\n{inner}\n{indent}{tail}"
    listed = "".join(f"{indent}    {each},\n" for each in items)
    return f"{indent}{head}\n{listed}{indent}{tail}"


def field_lines(name: str, annotation: str, default: str, margin: str, room: int = WIDTH) -> str:
    """A field or a parameter in one line, else broken at the brackets of its annotation, of its default, or of a union.

    Args:
        default: With the sign before it; empty for none.
    """
    line = f"{margin}{name}: {annotation}{default}"
    if len(line) <= room:
        return line
    value = default.removeprefix(" = ")
    if value not in ("", "()", "{}") and len(f"{margin}{name}: {annotation} = (") <= room:
        return f"{margin}{name}: {annotation} = (\n{margin}    {value}\n{margin})"
    opening = annotation.find("[")
    if annotation.endswith("]") and opening > 0:
        items = _items(annotation[opening + 1 : -1], f"{margin}    ")
        return bracketed(f"{name}: {annotation[: opening + 1]}", items, f"]{default}", margin)
    if annotation.endswith("] | None") and len(f"{margin}    {annotation}") > room:
        first = annotation.removesuffix(" | None")
        items = _items(first[opening + 1 : -1], f"{margin}        ")
        inner = bracketed(first[: opening + 1], items, "]", f"{margin}    ")
        return f"{margin}{name}: (\n{inner}\n{margin}    | None\n{margin}){default}"
    if " | " in annotation:
        return f"{margin}{name}: (\n{margin}    {annotation}\n{margin}){default}"
    return line


def _items(inside: str, margin: str) -> list[str]:
    """What stands between two brackets, cut at its commas; bounds that are too long for a line have one each."""
    parts = _CUT.findall(inside)
    if "".join(parts) != inside:
        return [inside]
    items = [each.removesuffix(", ") for each in parts]
    return [
        bracketed("Meta(", _items(each[5:-1], margin), ")", margin).lstrip() if _is_long_meta(each, margin) else each
        for each in items
    ]


def _is_long_meta(item: str, margin: str) -> bool:
    return item.startswith("Meta(") and item.endswith(")") and len(margin) + len(item) + 1 > WIDTH


def wrapped(text: str, indent: str = "", more: str = "") -> list[str]:
    """A paragraph as lines. Lines after the first one stand further in by `more`."""
    return wrap(
        text, WIDTH - len(indent) - 4, subsequent_indent=more, break_long_words=False, break_on_hyphens=False
    ) or [""]


def paragraphs(text: str, indent: str) -> str:
    """A text of people: long lines wrapped, all others as they are."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        shown = [line.rstrip() for line in paragraph.splitlines()]
        is_prose = all(line[:1].isalnum() or line[:1] in "`'\"(" for line in shown)
        fits = all(len(indent) + len(line) <= WIDTH - 3 for line in shown)
        # Lists and examples of people stay as they are.
        lines += [*(wrapped(" ".join(shown), indent) if is_prose and not fits else shown), ""]
    return "\n".join(lines[:-1])
