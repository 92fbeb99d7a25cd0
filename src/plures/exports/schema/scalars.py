"""Scalars as JSON Schemas: how their values are spelled, and their bounds."""

from collections.abc import Mapping
from math import ceil, floor
from typing import Any, Final

from plures.compat import Choice, Scalar, Type
from plures.contract import BOUND_KEYWORDS

from .spellings import BASE64, DECIMAL, DOUBLE, DURATION, INT64, NOT_FINITE, TIME, as_ecma, whole_numbers

ALSO: Final = "x-plures-also"
"""The keyword that lists what readers take besides: types of JSON, and `absent` for a field that is left out."""

_PLAIN: Final[Mapping[str, Mapping[str, object]]] = {
    "bool": {"type": "boolean"},
    "string": {"type": "string"},
    "bytes": {"type": "string", "format": "byte", "contentEncoding": "base64", "pattern": BASE64},
    "timestamp": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time-of-day", "pattern": TIME},
    "duration": {"type": "string", "format": "duration-seconds", "pattern": DURATION},
    "uuid": {"type": "string", "format": "uuid"},
    "any": {
        "type": "object",
        "description": "A message of protobuf: its type, and its fields beside it.",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"],
    },
}
_LENGTHS: Final = ("min_length", "max_length")
_SHORT: Final = 60
# The beginning of a number tells enough, beside the pattern of all numbers.
_BEGINNINGS: Final = {0: "^[0-9]", 1: "^[1-9]"}


def scalar_schema(scalar: Scalar, int64: Mapping[str, object], *, reading: bool) -> dict[str, Any]:
    """The schema.

    Args:
        int64: That of a number without bounds, or a reference to it.
        reading: Whether it says what is read, and not only what is written.
    """
    bounds = dict(scalar.bounds)
    match scalar.kind:
        case "int64":
            return _int64(bounds, int64)
        case "double":
            return _double(bounds, reading=reading)
        case "decimal":
            return _decimal(bounds, reading=reading)
        case "string":
            if "pattern" in bounds:
                bounds["pattern"] = as_ecma(str(bounds["pattern"]))
            return {**_PLAIN["string"], **keywords(bounds)}
        case kind:
            # The length of bytes is not that of their text; all that is said of it is in words.
            said = {} if kind == "bytes" else keywords(bounds)
            return {**_PLAIN[kind], **said, **_in_words(bounds if kind == "bytes" else {})}


def scalar_in_text(type_: Type) -> dict[str, Any]:
    """The schema of a value that travels as text, as in a header: a number is one without quotation marks there."""
    match type_:
        case Scalar(kind="int64", bounds=bounds):
            low, high = limits(bounds)
            return {"type": "integer", "format": "int64", "minimum": low, "maximum": high, **keywords(bounds)}
        case Scalar(kind="double", bounds=bounds):
            return {"type": "number", "format": "double", **keywords(bounds)}
        case Scalar():
            return scalar_schema(type_, {}, reading=False)
        case Choice(values=values):
            return {"type": "string", "enum": list(values)}
        case _:
            return {"type": "string"}


def keywords(bounds: Mapping[str, object]) -> dict[str, Any]:
    """Bounds as JSON Schema calls them."""
    return {BOUND_KEYWORDS[name]: value for name, value in bounds.items() if name in BOUND_KEYWORDS}


def int64_schema() -> dict[str, Any]:
    """That of a whole number without bounds."""
    low, high = INT64
    return {
        "type": ["integer", "string"],
        "format": "int64",
        "description": "A whole number. Beyond 2^53 it is written as text, since JavaScript would round it; readers take text for each.",
        "minimum": low,
        "maximum": high,
        "pattern": whole_numbers(low, high),
        ALSO: ["string"],
    }


def limits(bounds: Mapping[str, Any]) -> tuple[int, int]:
    """The least and the most of a whole number with these bounds."""
    lows = [INT64[0], *(ceil(bounds[name]) for name in ("ge",) if name in bounds)]
    highs = [INT64[1], *(floor(bounds[name]) for name in ("le",) if name in bounds)]
    lows += [floor(bounds["gt"]) + 1] if "gt" in bounds else []
    highs += [ceil(bounds["lt"]) - 1] if "lt" in bounds else []
    return max(lows), min(highs)


def _int64(bounds: dict[str, Any], int64: Mapping[str, object]) -> dict[str, Any]:
    if not bounds:
        return dict(int64)
    low, high = limits(bounds)
    if "multiple_of" in bounds or low > high:
        # No pattern says this of a text.
        ends = {"minimum": low, "maximum": high}
        return {"type": "integer", "format": "int64", **ends, **keywords(bounds)}
    if high == INT64[1] and low in _BEGINNINGS:
        return {**int64, **keywords(bounds), "pattern": _BEGINNINGS[low]}
    ends = {} if "ge" in bounds or "gt" in bounds else {"minimum": low}
    ends |= {} if "le" in bounds or "lt" in bounds else {"maximum": high}
    both = {"type": ["integer", "string"], "format": "int64", **ends, **keywords(bounds)}
    return {**both, "pattern": whole_numbers(low, high), ALSO: ["string"]}


def _double(bounds: dict[str, Any], *, reading: bool) -> dict[str, Any]:
    if bounds:
        return {"type": "number", "format": "double", **keywords(bounds)}
    pattern = DOUBLE if reading else NOT_FINITE
    return {"type": ["number", "string"], "format": "double", "pattern": pattern, ALSO: ["string"]}


def _decimal(bounds: dict[str, Any], *, reading: bool) -> dict[str, Any]:
    text = {"type": "string", "format": "decimal", "pattern": DECIMAL}
    if bounds:
        return {**text, **_in_words(bounds)}
    return {**text, "type": ["string", "number"], ALSO: ["number"]} if reading else text


def _in_words(bounds: Mapping[str, object]) -> dict[str, Any]:
    said = ", ".join(f"{name} {value}" for name, value in bounds.items())
    return {"description": f"Bounds: {said}."} if said else {}
