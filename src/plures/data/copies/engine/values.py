"""Values in their canonical form, which is the same for the same value in each store, and in the form in which a store takes them.

What a store cannot hold as it is raises `Unfit`: no value is changed on its way. The one exception is -0.0, which SQLite keeps as 0.0.
"""

import json
import math
import re
import struct
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias
from uuid import UUID

from plures.data.store import Dialect

from .fitting import Unfit, other, text
from .moments import a_date, a_time, instant, local_time, time_for_sqlite
from .table import Column, ColumnType

Convert: TypeAlias = Callable[[Any], Any]
"""Takes any value but None."""

_BITS: Final = {ColumnType.SHORT: 16, ColumnType.INTEGER: 32, ColumnType.LONG: 64}
_LIMIT: Final = re.compile(r"(character varying|character|numeric)\((\d+)(?:,(\d+))?\)")
_TIMES: Final = frozenset({ColumnType.INSTANT, ColumnType.LOCAL_TIME, ColumnType.DATE, ColumnType.TIME})


def canonical(kind: ColumnType, dialect: Dialect) -> Convert | None:
    """From what a column of this kind brings in this dialect; None where that is the canonical form itself."""
    if kind is ColumnType.ANY or (
        dialect is Dialect.POSTGRESQL and kind in (*_BITS, ColumnType.TEXT, ColumnType.BYTES, ColumnType.OTHER)
    ):
        return None
    if dialect is Dialect.POSTGRESQL:
        return _FROM_POSTGRESQL.get(kind, str)
    if kind in _BITS:
        return _whole(_BITS[kind])
    return _FROM_SQLITE[kind]


def written(kind: ColumnType, source: Dialect, target: Column, dialect: Dialect) -> Convert | None:
    """From what a column of the source brings to what the target takes; None where these are the same."""
    if kind is ColumnType.ANY or (source is dialect and dialect is Dialect.POSTGRESQL):
        return None
    if dialect is Dialect.POSTGRESQL:
        return _within(target.declared, _WORDED.get(kind, canonical(kind, source)))
    if kind is ColumnType.NUMERIC:
        return _exact if not _keepstext(target.declared) else None
    if kind is ColumnType.UUID:
        return _uuid_for(target.declared)
    if kind in _TIMES:
        return time_for_sqlite(kind)
    return _TO_SQLITE.get(kind)


def _within(declared: str, convert: Convert | None) -> Convert | None:
    """PostgreSQL would refuse what is longer without saying which row it is, and would round digits."""
    limit = _LIMIT.fullmatch(declared)
    if limit is None or convert is None:
        return convert
    most = int(limit[2])

    def convert_within(value: Any) -> Any:
        found = convert(value)
        if limit[1] == "numeric":
            if len(_decimal(found).partition(".")[2]) > int(limit[3] or 0):
                message = f"the number has more than {limit[3] or 0} digits behind the point"
                raise Unfit(message)
        elif len(found) > most and len(found.rstrip(" ")) > most:
            message = f"the text is longer than {most} characters"
            raise Unfit(message)
        return found

    return convert_within


def _whole(bits: int) -> Convert:
    most = 1 << (bits - 1)

    def convert(value: Any) -> int:
        number = value if type(value) is int else _whole_number(value)
        if not -most <= number < most:
            message = f"the number is too large for {bits} bits"
            raise Unfit(message)
        return number

    return convert


def _whole_number(value: Any) -> int:
    # SQLite keeps a number as text in a column that is declared as one for text.
    if isinstance(value, str) and value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise other(value, "a whole number")


def _boolean(value: Any) -> int:
    if value not in (0, 1, "0", "1"):
        raise other(value, "true or false (1 or 0)")
    return int(value)


def _double(value: Any) -> float:
    if type(value) is float:
        return value + 0.0
    if type(value) is not int or int(float(value)) != value:
        raise other(value, "a floating-point number")
    return float(value)


def _single(value: Any) -> float:
    number = _double(value)
    try:
        kept = struct.unpack("f", struct.pack("f", number))[0]
    except OverflowError:
        kept = None
    if kept != number and not math.isnan(number):
        message = "the number has more digits than a REAL of PostgreSQL, which has 32 bits"
        raise Unfit(message)
    return number


def _bytes(value: Any) -> bytes:
    if type(value) is not bytes:
        raise other(value, "bytes")
    return value


def _decimal(value: Any) -> str:
    try:
        number = Decimal(repr(value) if isinstance(value, int | float) else text(value))
    except InvalidOperation:
        raise other(value, "a number") from None
    if not number.is_finite():
        return str(number)
    return format(number.normalize(), "f") if number else "0"


def _digits(value: Any) -> str:
    canonically = _decimal(value)
    return value if isinstance(value, str) else canonically


def _uuid(value: Any) -> str:
    try:
        return str(UUID(bytes=value) if isinstance(value, bytes) else UUID(text(value)))
    except ValueError:
        raise other(value, "a UUID") from None


def _json(value: Any) -> str:
    try:
        found = json.loads(value if isinstance(value, str) else repr(value), parse_int=_number, parse_float=_number)
    except ValueError:
        raise other(value, "JSON") from None
    return json.dumps(found, sort_keys=True)


def _number(text: str) -> list[str]:
    # No JSON that a program writes looks like that, so it stays apart from a text.
    return ["\0number", _decimal(text)]


def _exact(value: str) -> int | float:
    number = Decimal(value)
    if number.is_finite() and number == number.to_integral_value() and abs(number) < 1 << 63:
        return int(number)
    near = float(number)
    if not number.is_finite() or Decimal(repr(near)) != number:
        message = "SQLite has no exact number for it"
        raise Unfit(message)
    return near


def _no_nan(value: float) -> float:
    if math.isnan(value):
        message = "it is NaN, which SQLite cannot store"
        raise Unfit(message)
    return value


def _uuid_for(declared: str) -> Convert:
    def convert(value: str) -> str | bytes:
        if "BLOB" in declared.upper():
            return UUID(value).bytes
        # How SQLAlchemy keeps it.
        return UUID(value).hex if declared.upper().replace(" ", "") == "CHAR(32)" else value

    return convert


def _keepstext(declared: str) -> bool:
    """Whether SQLite keeps a text in such a column as a text: https://sqlite.org/datatype3.html"""
    name = declared.upper()
    return "INT" not in name and (not name or any(part in name for part in ("CHAR", "CLOB", "TEXT", "BLOB")))


def _unpadded(value: Any) -> str:
    return text(value).rstrip(" ")


_FROM_POSTGRESQL: Final[dict[ColumnType, Convert]] = {
    ColumnType.BOOLEAN: int,
    ColumnType.SINGLE: _double,
    ColumnType.DOUBLE: _double,
    ColumnType.PADDED: _unpadded,
    ColumnType.NUMERIC: _decimal,
    ColumnType.JSON: _json,
}
"""The others are read as text, in the form that the server gives them."""

_FROM_SQLITE: Final[dict[ColumnType, Convert]] = {
    ColumnType.BOOLEAN: _boolean,
    ColumnType.SINGLE: _single,
    ColumnType.DOUBLE: _double,
    ColumnType.NUMERIC: _decimal,
    ColumnType.TEXT: text,
    ColumnType.PADDED: _unpadded,
    ColumnType.BYTES: _bytes,
    ColumnType.UUID: _uuid,
    ColumnType.INSTANT: instant,
    ColumnType.LOCAL_TIME: local_time,
    ColumnType.DATE: a_date,
    ColumnType.TIME: a_time,
    ColumnType.JSON: _json,
    ColumnType.OTHER: text,
}
_WORDED: Final[dict[ColumnType, Convert]] = {ColumnType.JSON: str, ColumnType.NUMERIC: _digits}
"""What the canonical form would lose: spaces and order, and zeros behind the point."""

_TO_SQLITE: Final[dict[ColumnType, Convert]] = {
    ColumnType.BOOLEAN: int,
    ColumnType.SINGLE: _no_nan,
    ColumnType.DOUBLE: _no_nan,
    ColumnType.PADDED: _unpadded,
}
