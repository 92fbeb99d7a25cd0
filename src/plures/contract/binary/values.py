"""How one value is read the fast way: what its bytes or its number are in Python, and whether its bounds allow it."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from msgspec import convert

from plures.contract.codec import EnumType, MapType, Problems, ScalarType, WireType, given

from .known import READ_KNOWN
from .loose import read_list, read_object
from .numbers import Numbers, is_loose, is_text
from .source import Source
from .varints import Unusual

_COMPARED: Final = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


def value_of_number(source: Source, wire_type: WireType, numbers: Numbers) -> str:
    """The expression that makes a value of the whole number `n`."""
    if isinstance(wire_type, EnumType):
        # A negative number arrives as the two's complement of 64 bits.
        known = {number % 2**64: wire_type.python[name] for name, number in numbers.enums[wire_type.python].items()}
        return f"{source.refer(known)}[n]"
    if getattr(wire_type, "python", int) is bool:
        return "n != 0"
    return "n if n < 9223372036854775808 else signed(n)"


def value_of_bytes(source: Source, wire_type: WireType, data: str) -> str:
    """The expression that makes a value of the bytes that another expression is."""
    if is_loose(wire_type):
        read = read_object if isinstance(wire_type, MapType) else read_list
        return f"{source.refer(_decoding(wire_type, read))}({data})"
    python: type = getattr(wire_type, "python", str)
    if is_text(wire_type):
        if python in {UUID, Decimal} and not getattr(wire_type, "bounds", ()):
            return f"{source.refer(convert)}({data}.decode(), {source.refer(python)})"
        return f"{source.refer(_decoding(wire_type, bytes.decode))}({data})"
    if python is str:
        return f"{data}.decode()"
    return data if python is bytes else f"{source.refer(READ_KNOWN[python])}({data})"


def bounded(source: Source, wire_type: WireType, value: str) -> str:
    """The value, and lines that raise where its bounds refuse it."""
    bounds = [each for each in given(getattr(wire_type, "bounds", ())) if each[0] != "tz"]
    if not bounds or is_text(wire_type):
        return value
    if isinstance(wire_type, ScalarType) and all(_is_simple(wire_type, name) for name, _ in bounds):
        source.add(f"v = {value}")
        for name, bound in bounds:
            source.add(f"if {_broken(source, name, bound)}:", "    raise Unusual")
        return "v"
    return f"{source.refer(_decoding(wire_type, lambda data: data))}({value})"


def may_come_in_pieces(wire_type: WireType) -> bool:
    """Whether a second one is to be merged with the first, rather than to stand in its place."""
    return not is_text(wire_type) and getattr(wire_type, "python", None) not in {str, bytes}


def usual_zero(wire_type: WireType, otherwise: str) -> str:
    """The expression that is what peers leave out; another one where that is not plain."""
    if (
        isinstance(wire_type, ScalarType)
        and wire_type.python in {str, bytes, int, float, bool}
        and not wire_type.bounds
    ):
        return repr(wire_type.python())
    return otherwise


def _is_simple(scalar: ScalarType, name: str) -> bool:
    """Whether one comparison tells the bound."""
    if name in _COMPARED:
        return scalar.python in {int, float}
    return name in {"min_length", "max_length"} or (name == "pattern" and scalar.python is str)


def _broken(source: Source, name: str, bound: Any) -> str:
    if name in _COMPARED:
        return f"not v {_COMPARED[name]} {source.refer(bound)}"
    if name == "pattern":
        return f"{source.refer(re.compile(bound).search)}(v) is None"
    return f"len(v) {'<' if name == 'min_length' else '>'} {source.refer(bound)}"


def _decoding(wire_type: WireType, read: Callable[[bytes], Any]) -> Callable[[Any], Any]:
    def decode(data: Any) -> Any:
        problems = Problems()
        value = wire_type.decode(read(data), "", problems)
        if problems:
            raise Unusual
        return value

    return decode
