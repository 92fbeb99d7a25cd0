"""Messages that protobuf itself defines: moments, spans of time, and JSON as `google.protobuf.Value` has it."""

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from plures.contract.codec import MAX_DEPTH, TooDeep

from .varints import BYTES, FIXED64, VARINT, Damaged, end_of, read_tag, read_varint, signed, signed32, tag, varint

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_MICRO: Final = timedelta(microseconds=1)
_SECONDS, _NANOS = tag(1, VARINT), tag(2, VARINT)
DOUBLE: Final = struct.Struct("<d")
_NULL, _NUMBER, _TEXT, _BOOL = tag(1, VARINT), tag(2, FIXED64), tag(3, BYTES), tag(4, VARINT)
_OBJECT, _LIST, _ITEM, _ENTRY = tag(5, BYTES), tag(6, BYTES), tag(1, BYTES), tag(1, BYTES)
_KEY, _VALUE = tag(1, BYTES), tag(2, BYTES)


def write_moment(value: datetime) -> bytes:
    """A `Timestamp`; its offset does not travel. Raises `ValueError` for one without a zone."""
    if value.tzinfo is None:
        message = (
            "a naive datetime cannot cross: its time zone is unknown; use datetime.now(UTC) or .replace(tzinfo=UTC)"
        )
        raise ValueError(message)
    since = value - _EPOCH
    # From 0001-01-01 to 9999-12-31 in UTC, as the type has it.
    if not _FIRST <= since <= _LAST:
        message = f"{value} is not between the years 1 and 9999 of UTC"
        raise ValueError(message)
    return write_two(since.days * 86_400 + since.seconds, since.microseconds * 1000)


_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC) - _EPOCH
_LAST: Final = datetime.max.replace(tzinfo=UTC) - _EPOCH


def read_moment(data: bytes) -> datetime:
    """A `Timestamp` in UTC; raises `ValueError` or `OverflowError`."""
    seconds, nanos = read_two(data)
    return _EPOCH + timedelta(0, seconds, round(nanos / 1000))


def write_span(value: timedelta) -> bytes:
    """A `Duration`."""
    micros = value // _MICRO
    seconds, rest = divmod(abs(micros), 1_000_000)
    return write_two(-seconds, -rest * 1000) if micros < 0 else write_two(seconds, rest * 1000)


def read_span(data: bytes) -> timedelta:
    """A `Duration`; raises `OverflowError`."""
    seconds, nanos = read_two(data)
    return timedelta(seconds=seconds, microseconds=round(nanos / 1000))


def write_two(seconds: int, nanos: int) -> bytes:
    """Seconds and nanoseconds, as both messages have them."""
    first = _SECONDS + varint(seconds) if seconds else b""
    return first + _NANOS + varint(nanos) if nanos else first


def read_two(data: bytes) -> tuple[int, int]:
    """The same back."""
    seconds = nanos = at = 0
    end = len(data)
    # What most peers write: one after the other.
    if data[:1] == b"\x08":
        seconds, at = read_varint(data, 1, end)
        seconds = signed(seconds)
    if data[at : at + 1] == b"\x10":
        nanos, at = read_varint(data, at + 1, end)
        nanos = signed32(nanos)
    while at < end:
        number, wire, at = read_tag(data, at, end)
        if wire == VARINT and number in {1, 2}:
            said, at = read_varint(data, at, end)
            if number == 1:
                seconds = signed(said)
            else:
                nanos = signed32(said)
        else:
            at = end_of(data, wire, number, at, end)
    return seconds, nanos


def _within(prefix: bytes, body: bytes) -> bytes:
    return prefix + varint(len(body)) + body


def write_list(items: list[Any]) -> bytes:
    """A `ListValue` of parsed JSON."""
    return b"".join(_within(_ITEM, _write_value(item)) for item in items)


def write_object(members: dict[str, Any]) -> bytes:
    """A `Struct` of parsed JSON."""
    return b"".join(
        _within(_ENTRY, _within(_KEY, key.encode()) + _within(_VALUE, _write_value(value)))
        for key, value in members.items()
    )


def _write_value(data: Any) -> bytes:
    if isinstance(data, dict):
        members = cast("dict[str, Any]", data)
        return _within(_OBJECT, write_object(members))
    match data:
        case None:
            return _NULL + b"\0"
        case bool():
            return _BOOL + (b"\1" if data else b"\0")
        case int() | float():
            return _NUMBER + DOUBLE.pack(data)
        case str():
            return _within(_TEXT, data.encode())
        case _:
            return _within(_LIST, write_list(data))


def _each(data: bytes, take: Callable[[int, Any], None]) -> None:
    """Give each field with its number to `take`: bytes of those with a length, and of others the whole number that they are."""
    at, end = 0, len(data)
    while at < end:
        number, wire, at = read_tag(data, at, end)
        stop = end_of(data, wire, number, at, end)
        if wire == BYTES:
            size, at = read_varint(data, at, end)
            take(number, data[at : at + size])
        elif wire == VARINT:
            take(number, read_varint(data, at, end)[0])
        elif wire == FIXED64:
            take(number, DOUBLE.unpack_from(data, at)[0])
        at = stop


def read_list(data: bytes, depth: int = 0) -> list[Any]:
    """A `ListValue` as parsed JSON; raises `Damaged`, `TooDeep` or `UnicodeDecodeError`."""
    items: list[Any] = []

    def take(number: int, part: Any) -> None:
        if number == 1 and isinstance(part, bytes):
            items.append(_read_value(part, depth + 1))

    _each(data, take)
    return items


def read_object(data: bytes, depth: int = 0) -> dict[str, Any]:
    """A `Struct` as parsed JSON; raises as `read_list` does."""
    members: dict[str, Any] = {}

    def take(number: int, part: Any) -> None:
        if number == 1 and isinstance(part, bytes):
            entry: dict[int, Any] = {}
            _each(part, entry.__setitem__)
            key, value = entry.get(1, b""), entry.get(2, b"")
            if not isinstance(key, bytes) or not isinstance(value, bytes):
                message = "an entry of an object is none"
                raise Damaged(message)
            members[key.decode()] = _read_value(value, depth + 1)

    _each(data, take)
    return members


def _read_value(data: bytes, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise TooDeep
    found: list[Any] = [None]

    def take(number: int, part: Any) -> None:
        if number == _TEXT_NUMBER and isinstance(part, bytes):
            found[0] = part.decode()
        elif number in _READ and isinstance(part, bytes):
            found[0] = _READ[number](part, depth)
        elif number == _BOOL_NUMBER and isinstance(part, int):
            found[0] = part != 0
        elif number in {1, 2}:
            found[0] = part if isinstance(part, float) else None

    _each(data, take)
    return found[0]


_TEXT_NUMBER, _BOOL_NUMBER = 3, 4
_READ: Final[dict[int, Callable[[bytes, int], Any]]] = {5: read_object, 6: read_list}
