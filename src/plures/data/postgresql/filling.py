"""Rows in the text form of COPY: the server reads each value as what its column holds.

Source: https://www.postgresql.org/docs/current/sql-copy.html
"""

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any, Final

_SPECIAL: Final = re.compile(r"[\\\t\n\r]")
_ESCAPED: Final = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_AT_ONCE: Final = 1000


async def copied(rows: Sequence[Sequence[Any]]) -> AsyncGenerator[bytes]:
    """The rows, some at once. A value is str, int, float, bool, bytes or None."""
    for start in range(0, len(rows), _AT_ONCE):
        columns = [_texts(values) for values in zip(*rows[start : start + _AT_ONCE], strict=True)]
        yield "".join(["\t".join(row) + "\n" for row in zip(*columns, strict=True)]).encode()


def _texts(values: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, values))
    if kinds == {str} and not _SPECIAL.search("".join(values)):
        return values
    if kinds in ({int}, {float}):
        return map(repr, values)
    return map(_text, values)


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], value)
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    return str(value)
