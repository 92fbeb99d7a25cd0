"""The binary form of OTLP, read by a table of those fields that are of interest, into the same messages as JSON.

`plures.contract.binary` reads messages of contracts, by what is locked of them; these are of others, and few.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from .messages import MOST_DEEP, NotOtlp, Request


class _Field(NamedTuple):
    """A field: its name in JSON, how it is read, and whether there may be several."""

    name: str
    kind: str
    of: "_Message | None" = None
    is_list: bool = False


class _Message:
    """The fields of a message by their numbers, filled after all of them are made: some contain themselves."""

    def __init__(self) -> None:
        self.fields: dict[int, _Field] = {}


_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIRE: Final = {
    "int": _VARINT,
    "bool": _VARINT,
    "fixed64": _FIXED64,
    "double": _FIXED64,
    "text": _BYTES,
    "hex": _BYTES,
    "message": _BYTES,
}
_SIGN: Final = 1 << 63
_MOST_VARINT: Final = 10


def _many(name: str, of: _Message) -> _Field:
    return _Field(name, "message", of, is_list=True)


_REQUEST, _OF_PROCESS, _SCOPE, _RESOURCE, _SPAN = (_Message() for _ in range(5))
_PAIR, _VALUE, _VALUES, _PAIRS, _EVENT, _LINK, _STATUS = (_Message() for _ in range(7))
_REQUEST.fields = {1: _many("resourceSpans", _OF_PROCESS)}
_OF_PROCESS.fields = {1: _Field("resource", "message", _RESOURCE), 2: _many("scopeSpans", _SCOPE)}
_RESOURCE.fields = {1: _many("attributes", _PAIR)}
_SCOPE.fields = {2: _many("spans", _SPAN)}
_SPAN.fields = {
    1: _Field("traceId", "hex"),
    2: _Field("spanId", "hex"),
    4: _Field("parentSpanId", "hex"),
    5: _Field("name", "text"),
    6: _Field("kind", "int"),
    7: _Field("startTimeUnixNano", "fixed64"),
    8: _Field("endTimeUnixNano", "fixed64"),
    9: _many("attributes", _PAIR),
    11: _many("events", _EVENT),
    13: _many("links", _LINK),
    15: _Field("status", "message", _STATUS),
}
_EVENT.fields = {1: _Field("timeUnixNano", "fixed64"), 2: _Field("name", "text"), 3: _many("attributes", _PAIR)}
_LINK.fields = {1: _Field("traceId", "hex"), 2: _Field("spanId", "hex")}
_STATUS.fields = {2: _Field("message", "text"), 3: _Field("code", "int")}
_PAIR.fields = {1: _Field("key", "text"), 2: _Field("value", "message", _VALUE)}
_PAIRS.fields = {1: _many("values", _PAIR)}
_VALUES.fields = {1: _many("values", _VALUE)}
_VALUE.fields = {
    1: _Field("stringValue", "text"),
    2: _Field("boolValue", "bool"),
    3: _Field("intValue", "int"),
    4: _Field("doubleValue", "double"),
    5: _Field("arrayValue", "message", _VALUES),
    6: _Field("kvlistValue", "message", _PAIRS),
    7: _Field("bytesValue", "hex"),
}


def read_protobuf(body: bytes) -> Request:
    """Read the binary form; raises `NotOtlp`."""
    try:
        return msgspec.convert(_read(body, 0, len(body), _REQUEST, 0), Request)
    except (IndexError, struct.error, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise NotOtlp(f"it is no ExportTraceServiceRequest: {error}") from None


def _read(body: bytes, at: int, end: int, message: _Message, deep: int) -> dict[str, Any]:
    if deep > 2 * MOST_DEEP:
        raise NotOtlp("it nests too deep")
    found: dict[str, Any] = {}
    for number, wire, value in _pieces(body, at, end):
        field = message.fields.get(number)
        # A field of another kind than we know is of a later version, and passed over as those that we do not know.
        if field is None or _WIRE[field.kind] != wire:
            continue
        if field.of is not None:
            start, stop = value
            value = _read(body, start, stop, field.of, deep + 1)  # noqa: PLW2901
        else:
            value = _scalar(body, field.kind, value)  # noqa: PLW2901
        if field.is_list:
            found.setdefault(field.name, []).append(value)
        else:
            found[field.name] = value
    return found


def _pieces(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, Any]]:
    """Number, wire type and value of each field; of bytes, where they begin and end."""
    while at < end:
        tag, at = _varint(body, at)
        number, wire = tag >> 3, tag & 7
        value: Any
        if wire == _VARINT:
            value, at = _varint(body, at)
        elif wire == _BYTES:
            length, at = _varint(body, at)
            value = at, at + length
            at += length
        elif wire == _FIXED64:
            value = at
            at += 8
        elif wire == _FIXED32:
            value = at
            at += 4
        else:
            raise NotOtlp(f"it is no ExportTraceServiceRequest: a field of wire type {wire}")
        if at > end:
            raise NotOtlp("it is no ExportTraceServiceRequest: it ends within a field")
        yield number, wire, value


def _scalar(body: bytes, kind: str, value: Any) -> Any:
    if kind == "int":
        return value - 2 * _SIGN if value >= _SIGN else value
    if kind == "bool":
        return bool(value)
    if kind == "fixed64":
        return struct.unpack_from("<Q", body, value)[0]
    if kind == "double":
        return struct.unpack_from("<d", body, value)[0]
    start, stop = value
    return body[start:stop].hex() if kind == "hex" else body[start:stop].decode()


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_MOST_VARINT):
        byte = body[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
            return value & (2 * _SIGN - 1), at + place + 1
    raise NotOtlp("it is no ExportTraceServiceRequest: a number of more than 64 bits")
