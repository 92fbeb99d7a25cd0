"""What protobuf has messages of its own for: times of Python and of protobuf, and messages of any type."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from plures.contract.wellknown import AnyMessage, Duration, Timestamp

from .loose import read_moment, read_span, read_two, write_moment, write_span, write_two
from .varints import BYTES, end_of, read_tag, read_varint, tag, varint

_URL, _VALUE = 1, 2


def _write_two(python: type[Timestamp] | type[Duration]) -> Callable[[Any], bytes]:
    def write(value: Timestamp | Duration) -> bytes:
        if type(value) is not python:
            raise TypeError
        return write_two(value.seconds, value.nanos)

    return write


def _write_any(value: AnyMessage) -> bytes:
    if type(value) is not AnyMessage:
        raise TypeError
    if value.value is None and value.json is not None:
        message = f"a message of type {value.type_name} came as JSON, and its type is not known here"
        raise ValueError(message)
    url, body = value.type_url.encode(), value.value or b""
    written = tag(_URL, BYTES) + varint(len(url)) + url if url else b""
    return written + tag(_VALUE, BYTES) + varint(len(body)) + body if body else written


def _read_any(data: bytes) -> AnyMessage:
    url, body, at, end = "", b"", 0, len(data)
    while at < end:
        number, wire, at = read_tag(data, at, end)
        stop = end_of(data, wire, number, at, end)
        if wire == BYTES and number in {_URL, _VALUE}:
            piece = data[read_varint(data, at, end)[1] : stop]
            url, body = (piece.decode(), body) if number == _URL else (url, piece)
        at = stop
    return AnyMessage(url, body)


WRITE_KNOWN: Final[Mapping[type, Callable[[Any], bytes]]] = {
    datetime: write_moment,
    timedelta: write_span,
    Timestamp: _write_two(Timestamp),
    Duration: _write_two(Duration),
    AnyMessage: _write_any,
}
READ_KNOWN: Final[Mapping[type, Callable[[bytes], Any]]] = {
    datetime: read_moment,
    timedelta: read_span,
    Timestamp: lambda data: Timestamp(*read_two(data)),
    Duration: lambda data: Duration(*read_two(data)),
    AnyMessage: _read_any,
}
