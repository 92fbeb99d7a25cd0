"""How each scalar is written to JSON and read from it, by the JSON mapping of protobuf (facts: docs/adr/0003-wire.md)."""

import base64
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID

import msgspec

from plures.contract.wellknown import AnyMessage, Duration, Timestamp, read_any, write_any

from .wire_type import SAFE_INT

_INT64: Final = range(-(2**63), 2**63)
_DURATION: Final = re.compile(r"(-?)([0-9]{1,14})(?:\.([0-9]{1,9}))?s")
_NOT_FINITE: Final[Mapping[str, float]] = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
# What a peer may send for a number besides a JSON number. All else is refused, although `int()` and `float()` accept more.
_INT_TEXT: Final = re.compile(r"-?[0-9]{1,19}")
_FLOAT_TEXT: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Written(float):
    """A number that remembers how it was written, since a `Decimal` must not be rounded to a float on its way."""

    text: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number


def _write_int(value: int) -> int | str:
    # A range searches for an instance of a subclass of int one number after the other, 2⁶⁴ times.
    value = int(value)
    if value not in _INT64:
        message = f"{value} does not fit into 64 bits"
        raise ValueError(message)
    return value if abs(value) <= SAFE_INT else str(value)


def _read_int(data: object) -> object:
    if isinstance(data, float) and data.is_integer():
        data = int(data)
    if isinstance(data, str) and _INT_TEXT.fullmatch(data):
        data = int(data)
    if type(data) is int and data not in _INT64:
        message = f"{data} does not fit into 64 bits"
        raise ValueError(message)
    return data


def _write_float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _read_float(data: object) -> object:
    if isinstance(data, str) and data in _NOT_FINITE:
        return _NOT_FINITE[data]
    if (isinstance(data, str) and _FLOAT_TEXT.fullmatch(data)) or type(data) is int:
        return float(data)
    if isinstance(data, Written):
        if math.isinf(data):
            message = "Number out of range"
            raise ValueError(message)
        return float(data)
    return data


def decode_base64(text: str) -> bytes:
    """The bytes of base64 in either alphabet, padded or not; raises `ValueError` where it is neither."""
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)


def _read_bytes(data: object) -> object:
    if not isinstance(data, str):
        return data
    try:
        return decode_base64(data)
    except ValueError:
        message = "not base64"
        raise ValueError(message) from None


def _write_datetime(value: datetime) -> str:
    if value.tzinfo is None:
        message = (
            "a naive datetime cannot cross: its time zone is unknown; use datetime.now(UTC) or .replace(tzinfo=UTC)"
        )
        raise ValueError(message)
    text = value.isoformat()
    # Some zones once had offsets with seconds, which RFC 3339 cannot write.
    if text[-6] not in "+-":
        text = value.astimezone(UTC).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _read_datetime(data: object) -> object:
    if not isinstance(data, str):
        return data
    value: datetime = msgspec.convert(data, datetime)
    if value.tzinfo is None:
        message = "a date and time without offset; append Z or +01:00"
        raise ValueError(message)
    return value


def _read_date(data: object) -> object:
    return msgspec.convert(data, date) if isinstance(data, str) else data


def _write_time(value: time) -> str:
    if value.tzinfo is not None and value.utcoffset() is None:
        message = (
            f"the offset of {value.tzinfo} depends on the day, which a time does not tell; use a time without zone"
        )
        raise ValueError(message)
    return value.isoformat()


def _read_time(data: object) -> object:
    return msgspec.convert(data, time) if isinstance(data, str) else data


def _write_timedelta(value: timedelta) -> str:
    micros = value // timedelta(microseconds=1)
    seconds, rest = divmod(abs(micros), 1_000_000)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{'-' if micros < 0 else ''}{seconds}{fraction}s"


def _read_timedelta(data: object) -> object:
    if not isinstance(data, str):
        return data
    match = _DURATION.fullmatch(data)
    if match is None:
        message = f"{data[:40]!r} is not a duration such as '3.5s'"
        raise ValueError(message)
    sign, seconds, fraction = match.groups()
    length = timedelta(seconds=int(seconds), microseconds=round(int((fraction or "0").ljust(9, "0")) / 1000))
    return -length if sign else length


def _read_uuid(data: object) -> object:
    return msgspec.convert(data, UUID) if isinstance(data, str) else data


def _read_decimal(data: object) -> object:
    if isinstance(data, str):
        return msgspec.convert(data, Decimal)
    if isinstance(data, Written):
        return Decimal(data.text)
    return Decimal(str(data)) if isinstance(data, int | float) and not isinstance(data, bool) else data


WRITE: Final[Mapping[type, Callable[[Any], object]]] = {
    int: _write_int,
    float: _write_float,
    bytes: lambda value: base64.b64encode(value).decode(),
    datetime: _write_datetime,
    date: lambda value: value.isoformat(),
    time: _write_time,
    timedelta: _write_timedelta,
    UUID: str,
    Decimal: str,
    Timestamp: str,
    Duration: str,
    AnyMessage: write_any,
}
READ: Final[Mapping[type, Callable[[object], object]]] = {
    int: _read_int,
    float: _read_float,
    bytes: _read_bytes,
    datetime: _read_datetime,
    date: _read_date,
    time: _read_time,
    timedelta: _read_timedelta,
    UUID: _read_uuid,
    Decimal: _read_decimal,
    Timestamp: lambda data: Timestamp.parse(data) if isinstance(data, str) else data,
    Duration: lambda data: Duration.parse(data) if isinstance(data, str) else data,
    AnyMessage: read_any,
}
SCHEMA: Final[Mapping[type, Mapping[str, object]]] = {
    bool: {"type": "boolean"},
    str: {"type": "string"},
    int: {"type": ["integer", "string"], "format": "int64"},
    float: {"type": ["number", "string"], "format": "double"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    timedelta: {"type": "string", "format": "duration-seconds"},
    UUID: {"type": "string", "format": "uuid"},
    Decimal: {"type": "string", "format": "decimal"},
    Timestamp: {"type": "string", "format": "date-time"},
    Duration: {"type": "string", "format": "duration-seconds"},
    AnyMessage: {"type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"]},
}
ZERO: Final[Mapping[type, object]] = {str: "", bool: False, int: 0, float: 0.0, bytes: ""}
"""What proto3 peers mean by a field that they leave out, as JSON. The other types are messages or texts to them, which have no zero."""
KEYWORDS: Final[Mapping[str, str]] = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
    "min_length": "minLength",
    "max_length": "maxLength",
}
"""How the bounds of msgspec, and of pydantic, are called in a JSON Schema."""
