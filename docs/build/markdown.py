"""Text of the program as Markdown: placeholders in italics, and nothing that Markdown would take for markup."""

import inspect
import re
from string import Formatter

NOTE = "<!-- Written by `python -m docs.build reference`. Change the code and run it again. -->\n"


def template(text: str) -> str:
    """A format string of the program: `Cannot read {path!r}` shows *path*."""
    shown: list[str] = []
    is_code = False
    for literal, name, _, _ in Formatter().parse(text):
        parts = literal.split("`")
        for position, part in enumerate(parts):
            is_code = is_code != (position > 0)
            shown.append(("`" if position else "") + (part if is_code else plain(part)))
        if name is not None:
            shown.append(f"{{{name}}}" if is_code else f"*{name}*")
    return "".join(shown)


def plain(text: str) -> str:
    """Text without markup, escaped."""
    return re.sub(r"([\\*_<>\[\]|])", r"\\\1", text)


def sentence(text: str) -> str:
    """With a full stop, unless something else ends it."""
    return text if text.endswith((".", "?", "!", ":", "…")) else f"{text}."


def summary(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(inspect.cleandoc(inspect.getdoc(thing) or "").split("\n\n")[0].split())
