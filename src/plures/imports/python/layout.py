"""Lines that are not too long, broken where formatters of Python break them."""

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


def wrapped(text: str, indent: str = "", more: str = "") -> list[str]:
    """A paragraph as lines. Lines after the first one stand further in by `more`."""
    return wrap(
        text, WIDTH - len(indent) - 4, subsequent_indent=more, break_long_words=False, break_on_hyphens=False
    ) or [""]


def paragraphs(text: str, indent: str) -> str:
    """A text of people: long lines wrapped, all others as they are."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        short = line.rstrip()
        if len(indent) + len(short) <= WIDTH - 3:
            lines.append(short)
        else:
            margin = short[: len(short) - len(short.lstrip())]
            lines += [f"{margin}{each}" for each in wrapped(short.strip(), indent + margin)]
    return "\n".join(lines)
