"""Lines that are not too long, broken where formatters of Python break them."""

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Final

WIDTH: Final = 88


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
    if len(inner) <= WIDTH:
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
    opening = annotation.find("[")
    if annotation.endswith("]") and opening > 0:
        return bracketed(f"{name}: {annotation[: opening + 1]}", [annotation[opening + 1 : -1]], f"]{default}", margin)
    value = default.removeprefix(" = ")
    if value and len(f"{margin}{name}: {annotation} = (") <= room:
        return f"{margin}{name}: {annotation} = (\n{margin}    {value}\n{margin})"
    if " | " in annotation:
        return f"{margin}{name}: (\n{margin}    {annotation}\n{margin}){default}"
    return line


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
