"""Small questions about schemas."""

import re
from typing import Any, Final

from plures.compat import Choice, Scalar, Schema, Type

FORMATS: Final = {
    "date-time": "timestamp",
    "date": "date",
    "time": "time",
    "uuid": "uuid",
    "byte": "bytes",
    "binary": "bytes",
}
"""What a format of texts is in a contract."""
INT64: Final = range(-(2**63), 2**63)


def implied(schema: Schema) -> str:
    """The type of a schema that names none; empty where nothing tells."""
    if schema.properties or schema.others is not None or schema.closed:
        return "object"
    if schema.items is not None or schema.parts:
        return "array"
    return "string" if schema.format in FORMATS or "text" in schema.bounds else ""


def is_pattern(text: str) -> bool:
    """Whether Python reads a pattern."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def whole(bounds: dict[str, Any]) -> dict[str, object]:
    """Bounds of lengths, as whole numbers."""
    return {name: int(each) if isinstance(each, float) else each for name, each in bounds.items()}


def fits(type_: Type, default: object) -> bool:
    """Whether a default is one of its type."""
    match type_:
        case Choice(values=values):
            return default in values
        case Scalar(kind="string", bounds=bounds):
            return isinstance(default, str) and not bounds
        case Scalar(kind="bool"):
            return isinstance(default, bool)
        case Scalar(kind="int64", bounds=bounds):
            least, most = bounds.get("ge"), bounds.get("le")
            return (
                isinstance(default, int)
                and default in INT64
                and not isinstance(default, bool)
                and not bounds.keys() - {"ge", "le"}
                and (not isinstance(least, int) or least <= default)
                and (not isinstance(most, int) or default <= most)
            )
        case Scalar(kind="double", bounds=bounds):
            return isinstance(default, int | float) and not isinstance(default, bool) and not bounds
        case _:
            return False
