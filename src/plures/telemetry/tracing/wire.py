"""Trace context as it travels: the `traceparent` header. Source: www.w3.org/TR/trace-context."""

import re
from typing import Final

from msgspec import Struct

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
BAGGAGE: Final = "baggage"

MOST_IN_STATE: Final = 512
MOST_IN_BAGGAGE: Final = 8192
"""The least that both standards ask to be passed on; what is longer is dropped."""

_USUAL: Final = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]").fullmatch
_FORM: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?").fullmatch
_NO_TRACE: Final = "0" * 32
_ONE: Final = ord("1")
_DRAWN: Final = 1


class Parent(Struct, frozen=True):
    """What a `traceparent` says.

    Attributes:
        span: The id of the caller's span.
        is_drawn: Whether the caller keeps the trace.
    """

    trace: str
    span: int
    is_drawn: bool


def parent_of(header: bytes) -> Parent | None:
    """What a header says; None where it is not one: a request is made to be answered, not to be traced."""
    # Each call that arrives has one, so that of version 00 is read with as few steps as there can be.
    if _USUAL(header):
        said, number = header[3:35].decode(), int(header[36:52], 16)
        return None if said == _NO_TRACE or not number else Parent(said, number, header[54] == _ONE)
    found = _FORM(header)
    if found is None:
        return None
    version, trace, span, flags, rest = found.groups()
    # Later versions may have more fields; version ff is none, and 00 has no more.
    if version == b"ff" or (version == b"00" and rest) or not int(trace, 16) or not int(span, 16):
        return None
    return Parent(trace.decode(), int(span, 16), bool(int(flags, 16) & _DRAWN))


def traceparent(trace: str, span: int, *, is_drawn: bool) -> str:
    """The header that says it."""
    # To write the number by its bytes takes a third of the time that a format does.
    return f"00-{trace}-{span.to_bytes(8).hex()}-{'01' if is_drawn else '00'}"
