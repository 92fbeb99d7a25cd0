"""Plain data as TOML that people read in review: a key for each line, and what belongs to it behind it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def key_text(key: str) -> str:
    """A key, quoted where it must be."""
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=True)


def value_text(value: object) -> str:  # noqa: PLR0911 - a table of cases
    """A value in one line; raises `TypeError` for what no lock file holds."""
    parts: Any = value
    match value:
        case bool():
            return "true" if value else "false"
        case int() | date():
            return str(value)
        case float():
            return repr(value)
        case Decimal():
            return json.dumps(str(value))
        case str():
            # What JSON escapes, TOML reads: both have \\uXXXX, but only pairs of JSON can say what lies beyond.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            inner = ", ".join(f"{key_text(str(key))} = {value_text(each)}" for key, each in parts.items())
            return f"{{ {inner} }}" if inner else "{}"
        case Sequence():
            return f"[{', '.join(map(value_text, parts))}]"
        case _:
            message = f"{value!r} has no form in a lock file"
            raise TypeError(message)


def table_text(name: Sequence[str], entries: Mapping[str, object]) -> str:
    """A table with its header."""
    head = f"[{'.'.join(map(key_text, name))}]\n"
    return head + "".join(f"{key_text(key)} = {value_text(value)}\n" for key, value in entries.items())
