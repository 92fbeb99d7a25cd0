"""What is read of an OTLP request for traces; all else in it is passed over. Numbers of 64 bits may be text in JSON, and ids are hexadecimal."""

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import msgspec
from msgspec import Struct

MOST_DEEP: Final = 32
"""How deep a value may nest."""


class NotOtlp(ValueError):
    """The body is none that OTLP allows; the message says where."""


class Value(Struct, rename="camel"):
    """The value of an attribute: one of these is set."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    array_value: "Values | None" = None
    kvlist_value: "Pairs | None" = None
    bytes_value: str | None = None


class Values(Struct):
    values: list[Value] = []


class KeyValue(Struct):
    key: str = ""
    value: Value | None = None


class Pairs(Struct):
    values: list[KeyValue] = []


class Event(Struct, rename="camel"):
    time_unix_nano: int | str = 0
    name: str = ""
    attributes: list[KeyValue] = []


class Linked(Struct, rename="camel"):
    trace_id: str = ""
    span_id: str = ""


class Status(Struct):
    code: int = 0
    message: str = ""


class Span(Struct, rename="camel"):
    """A span."""

    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    name: str = ""
    kind: int = 0
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    attributes: list[KeyValue] = []
    events: list[Event] = []
    links: list[Linked] = []
    status: Status | None = None


class Scope(Struct):
    spans: list[Span] = []


class Resource(Struct):
    attributes: list[KeyValue] = []


class OfProcess(Struct, rename="camel"):
    resource: Resource | None = None
    scope_spans: list[Scope] = []


class Request(Struct, rename="camel"):
    """An `ExportTraceServiceRequest`."""

    resource_spans: list[OfProcess] = []


_READ: Final = msgspec.json.Decoder(Request)
_ESCAPES: Final = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""A backslash, and a character of two halves; else half of one, which JavaScript writes where a text was cut."""


def read_json(body: bytes) -> Request:
    """Read the JSON form; raises `NotOtlp`."""
    with suppress(msgspec.DecodeError, RecursionError):
        return _READ.decode(body)
    try:
        return _READ.decode(_ESCAPES.sub(lambda found: found[1] or b"\\ufffd", body))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotOtlp(str(error)) from None


def plain(value: Value | None, deep: int = 0) -> Any:
    """The value as Python has it; None for none. What nests too deep is left out."""
    if value is None or deep > MOST_DEEP:
        return None
    if value.array_value is not None:
        return [plain(each, deep + 1) for each in value.array_value.values]
    if value.kvlist_value is not None:
        return said(value.kvlist_value.values, deep + 1)
    if value.int_value is not None:
        return whole(value.int_value)
    for each in (value.string_value, value.bool_value, value.double_value, value.bytes_value):
        if each is not None:
            return each
    return None


def said(attributes: Iterable[KeyValue], deep: int = 0) -> dict[str, Any]:
    """Attributes by their names."""
    return {each.key: plain(each.value, deep) for each in attributes}


def whole(number: int | str) -> int:
    """A number of 64 bits; raises `NotOtlp`."""
    if isinstance(number, int):
        return number
    try:
        return int(number[:20])
    except ValueError:
        raise NotOtlp(f"{number[:40]!r} is no whole number") from None
