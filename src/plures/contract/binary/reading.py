"""Bytes → values, the fast way: one function for each message, made when it is first needed.

It reads what most peers write: fields in the order of their numbers, each once. Whatever is unusual raises something, and so does what is wrong: the
exact way reads it again, and says what is wrong with it.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from inspect import signature
from typing import Any, Final, TypeAlias
from uuid import UUID

from plures.contract.codec import (
    EnumType,
    Field,
    MapType,
    MessageType,
    OptionalType,
    Problems,
    ScalarType,
    TupleType,
    UnionType,
    WireType,
    given,
    takes_in_order,
)

from .exact import wire_of
from .known import READ_KNOWN
from .loose import DOUBLE, read_list, read_object
from .numbers import Keys, Numbers, is_loose, is_text
from .source import Source
from .varints import BYTES, FIXED64, VARINT, Unusual, read_varint, signed, skipped, tag

Read: TypeAlias = Callable[[bytes, int, int, int], Any]
ABSENT: Final = object()
_MOST_NESTED: Final = 32
"""The exact way reads what nests deeper, and refuses what nests too deep."""
_LENGTH: Final = ("n = d[at]", "at += 1", "if n > 127:", "    n, at = read_varint(d, at - 1, end)")
_COMPARED: Final = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


class Readers:
    """What reads the messages of one contract."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._made: dict[MessageType, Read] = {}

    def of(self, message: MessageType) -> Read:
        """What reads a message: it takes bytes, where the message begins and ends in them, and how deep it stands."""
        return self._made.get(message) or self._make(message)

    def _make(self, message: MessageType) -> Read:
        def until_made(data: bytes, at: int, end: int, depth: int) -> Any:
            return self._made[message](data, at, end, depth)

        # A message may nest itself.
        self._made[message] = until_made
        numbers = self._numbers.fields[message]
        fields = sorted(message.fields, key=lambda each: numbers[each.wire_name])
        source = Source(
            "def read(d, at, end, depth):", read_varint=read_varint, skipped=skipped, unpack=DOUBLE.unpack_from,
            signed=signed, Unusual=Unusual, ABSENT=ABSENT, known=frozenset(numbers[each.wire_name] for each in fields),
        )  # fmt: skip
        source.add(f"if depth > {_MOST_NESTED}:", "    raise Unusual")
        for place, field in enumerate(fields):
            source.add(f"f{place} = {'[]' if _is_list(field) else 'ABSENT'}")
        source.add("while at < end:")
        source.indented(1)
        source.add("t = d[at]", "at += 1")
        has_long = any(numbers[each.wire_name] > 15 for each in fields)  # noqa: PLR2004 - one byte has four bits for it
        long_tag = ("if t > 127:", "    t, at = read_varint(d, at - 1, end)") if has_long else ()
        source.add(*long_tag)
        for place, field in enumerate(fields):
            self._field(source, message, field, place, long_tag)
        # None of those above: an unknown field, or one that has come out of order.
        source.add("at = skipped(d, at - 1, end, known)" if not has_long else "raise Unusual")
        source.indented(-1)
        source.add("if at != end:", "    raise Unusual")
        self._finish(source, message, fields)
        made = self._made[message] = source.made("read")
        return made

    def _field(self, source: Source, message: MessageType, field: Field, place: int, long_tag: tuple[str, ...]) -> None:
        wire_type = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
        keys = self._numbers.unions.get((message, field.wire_name), {})
        number = self._numbers.fields[message][field.wire_name]
        is_list = isinstance(wire_type, TupleType)
        item = wire_type.parts[0] if isinstance(wire_type, TupleType) else wire_type
        is_packed = is_list and wire_of(item) != BYTES
        first = number << 3 | (BYTES if is_packed else wire_of(item))
        following = ("if at >= end:", "    break", "t = d[at]", "at += 1", *long_tag)
        # An item of a list is mostly followed by another one.
        comes_often = is_list or isinstance(wire_type, MapType)
        source.add(f"{'while' if comes_often else 'if'} t == {first}:")
        source.indented(1)
        if is_packed:
            self._packed(source, item, place)
        elif isinstance(wire_type, MapType):
            self._map(source, wire_type.parts[0], keys, place)
        else:
            value = self._value(source, item, keys)
            if is_list:
                source.add(f"f{place}.append({value})")
            else:
                if wire_of(item) == BYTES and _may_come_in_pieces(item):
                    source.add(f"if f{place} is not ABSENT:", "    raise Unusual")
                source.add(f"f{place} = {value}")
            if wire_of(item) == BYTES:
                source.add("at = stop")
        if comes_often:
            # A `break` would only leave the loop of the list.
            source.add("if at >= end:", "    t = 0", "    break", *following[2:])
            source.indented(-1)
            source.add("if not t:", "    break")
            return
        source.add(*following)
        source.indented(-1)

    def _value(self, source: Source, wire_type: WireType, keys: Keys) -> str:
        """Lines that find where a value stands, and the expression that is the value."""
        wire = wire_of(wire_type)
        if wire == FIXED64:
            source.add("if at + 8 > end:", "    raise Unusual", "v = unpack(d, at)[0]", "at += 8")
            return self._bounded(source, wire_type, "v")
        source.add(*_LENGTH)
        if wire == VARINT:
            return self._bounded(source, wire_type, self._of_number(source, wire_type))
        source.add("stop = at + n", "if stop > end:", "    raise Unusual")
        return self._bounded(source, wire_type, self._of_bytes(source, wire_type, keys))

    def _of_number(self, source: Source, wire_type: WireType) -> str:
        if isinstance(wire_type, EnumType):
            numbers = self._numbers.enums[wire_type.python]
            # A negative number arrives as the two's complement of 64 bits.
            members = {number % 2**64: wire_type.python[name] for name, number in numbers.items()}
            return f"{source.refer(members)}[n]"
        if getattr(wire_type, "python", int) is bool:
            return "n != 0"
        return "n if n < 9223372036854775808 else signed(n)"

    def _of_bytes(self, source: Source, wire_type: WireType, keys: Keys) -> str:  # noqa: PLR0911 - a table of cases
        if isinstance(wire_type, MessageType):
            return f"{source.refer(self.of(wire_type))}(d, at, stop, depth + 1)"
        if isinstance(wire_type, UnionType):
            return f"{source.refer(self._union(wire_type, keys))}(d, at, stop, depth + 1)"
        if is_loose(wire_type):
            read = read_object if isinstance(wire_type, MapType) else read_list
            return f"{source.refer(_decoding(wire_type, read))}(d[at:stop])"
        python: type = getattr(wire_type, "python", str)
        if is_text(wire_type):
            if python in {UUID, Decimal} and not getattr(wire_type, "bounds", ()):
                return f"{source.refer(_plain_text(python))}(d[at:stop].decode())"
            return f"{source.refer(_decoding(wire_type, bytes.decode))}(d[at:stop])"
        if python is str:
            return "d[at:stop].decode()"
        if python is bytes:
            return "d[at:stop]"
        return f"{source.refer(READ_KNOWN[python])}(d[at:stop])"

    def _bounded(self, source: Source, wire_type: WireType, value: str) -> str:
        """The value, and lines that raise where its bounds refuse it."""
        bounds = [each for each in given(getattr(wire_type, "bounds", ())) if each[0] != "tz"]
        if not bounds or is_text(wire_type):
            return value
        if isinstance(wire_type, ScalarType) and all(_is_simple(wire_type, name) for name, _ in bounds):
            source.add(f"v = {value}")
            for name, bound in bounds:
                source.add(f"if {self._broken(source, name, bound)}:", "    raise Unusual")
            return "v"
        return f"{source.refer(_decoding(wire_type, lambda data: data))}({value})"

    @staticmethod
    def _broken(source: Source, name: str, bound: Any) -> str:
        if name in _COMPARED:
            return f"not v {_COMPARED[name]} {source.refer(bound)}"
        if name == "pattern":
            return f"{source.refer(re.compile(bound).search)}(v) is None"
        return f"len(v) {'<' if name == 'min_length' else '>'} {source.refer(bound)}"

    def _packed(self, source: Source, item: WireType, place: int) -> None:
        source.add(*_LENGTH, "stop = at + n", "if stop > end:", "    raise Unusual", "whole = end", "end = stop")
        source.add("while at < end:")
        source.indented(1)
        source.add(f"f{place}.append({self._value(source, item, {})})")
        source.indented(-1)
        source.add("end = whole", "if at != stop:", "    raise Unusual")

    def _map(self, source: Source, value: WireType, keys: Keys, place: int) -> None:
        """The usual entry: a key, and after it a value."""
        source.add(*_LENGTH, "stop = at + n", "if stop > end or n < 2 or d[at] != 10:", "    raise Unusual")
        source.add("whole, end = end, stop", "at += 1", *_LENGTH, "stop = at + n")
        prefix = tag(2, wire_of(value))[0]
        source.add(f"if stop >= end or d[stop] != {prefix}:", "    raise Unusual")
        source.add("key = d[at:stop].decode()", "at = stop + 1")
        source.add(f"if f{place} is ABSENT:", f"    f{place} = {{}}")
        source.add(f"f{place}[key] = {self._value(source, value, keys)}")
        if wire_of(value) == BYTES:
            source.add("at = stop")
        source.add("if at != end:", "    raise Unusual", "end = whole")

    def _union(self, union: UnionType, keys: Keys) -> Read:
        """The usual union: one member, and nothing else."""
        members = {keys[key] << 3 | BYTES: self.of(member) for key, member in union.members.items()}

        def read(data: bytes, at: int, end: int, depth: int) -> Any:
            first, at = read_varint(data, at, end)
            size, at = read_varint(data, at, end)
            if at + size != end:
                raise Unusual
            return members[first](data, at, end, depth)

        return read

    def _finish(self, source: Source, message: MessageType, fields: list[Field]) -> None:
        """Fill in what was left out, and make the value."""
        names = [field.name for field in fields]
        for place, field in enumerate(fields):
            _fill(source, field, f"f{place}")
        places = {name: f"f{place}" for place, name in enumerate(names)}
        if message.is_model:
            filled = [name for name, field in zip(names, fields, strict=True) if field.is_filled]
            source.add("values = {", *[f"    {n!r}: {places[n]}," for n in names if n not in filled], "}")
            for name in filled:
                source.add(f"if {places[name]} is not ABSENT:", f"    values[{name!r}] = {places[name]}")
            source.add(f"return {source.refer(message.make)}(values)")
            return
        python = source.refer(message.python)
        declared = [field.name for field in message.fields]
        in_order = takes_in_order(signature(message.python), declared)
        given_as = [places[name] if in_order else f"{name}={places[name]}" for name in declared]
        source.add(f"return {python}({', '.join(given_as)})")


def _fill(source: Source, field: Field, place: str) -> None:
    """What stands for a field that was left out."""
    if _is_list(field):
        inner: Any = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
        bound = inner.bound
        if bound.min_length or bound.max_length is not None:
            most = bound.max_length if bound.max_length is not None else 2**62
            source.add(f"if not {bound.min_length or 0} <= len({place}) <= {most}:", "    raise Unusual")
        if field.default not in (Field.REQUIRED, (), []) or isinstance(field.type, OptionalType):
            # An empty list is not told apart from one that is left out.
            source.add(f"if not {place}:", "    raise Unusual")
        if inner.python is not list:
            source.add(f"{place} = {source.refer(inner.python)}({place})")
        return
    if field.is_filled:
        return
    problems, changes = Problems(), field.is_changeable or isinstance(field.type, MapType)
    value = field.absent("", problems)
    source.add(f"if {place} is ABSENT:")
    if problems:
        source.add("    raise Unusual")
    elif changes:
        source.add(f"    {place} = {source.refer(lambda: field.absent('', Problems()))}()")
    else:
        source.add(f"    {place} = {source.refer(value)}")


def _is_list(field: Field) -> bool:
    inner = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
    return isinstance(inner, TupleType)


def _is_simple(scalar: ScalarType, name: str) -> bool:
    """Whether one comparison tells the bound."""
    if name in _COMPARED:
        return scalar.python in {int, float}
    return name in {"min_length", "max_length"} or (name == "pattern" and scalar.python is str)


def _may_come_in_pieces(wire_type: WireType) -> bool:
    """Whether a second one is to be merged with the first, rather than to stand in its place."""
    return not is_text(wire_type) and getattr(wire_type, "python", None) not in {str, bytes}


def _decoding(wire_type: WireType, read: Callable[[bytes], Any]) -> Callable[[Any], Any]:
    def decode(data: Any) -> Any:
        problems = Problems()
        value = wire_type.decode(read(data), "", problems)
        if problems:
            raise Unusual
        return value

    return decode


def _plain_text(python: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = python(text)
        # What is written in another way is left to the types, which know what is right.
        if str(value) != text:
            raise Unusual
        return value

    return read
