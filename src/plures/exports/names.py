"""Names and texts as other languages spell them."""

import re
from typing import Final

_WIDTH: Final = 100


def snake(name: str) -> str:
    """`deepBlue`, `DeepBlue` → `deep_blue`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def camel(name: str) -> str:
    """`product_id` → `productId`, as protobuf's JSON mapping does it."""
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def pascal(name: str) -> str:
    """`payment` → `Payment`."""
    return name[:1].upper() + name[1:]


def wrapped(text: str, indent: str, mark: str) -> list[str]:
    """A text as lines that each begin with a mark; no line of it ends a comment."""
    lines: list[str] = []
    for line in text.strip().replace("*/", "* /").splitlines():
        rest = line.rstrip()
        while len(rest) > _WIDTH and " " in rest[:_WIDTH].strip():
            cut = rest.rindex(" ", 0, _WIDTH)
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].strip()
        lines.append(rest)
    return [f"{indent}{mark} {line}".rstrip() for line in lines]
