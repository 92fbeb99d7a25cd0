"""Values → bytes: one function for each message, made when it is first needed. A value that is not what its type says makes them raise anything."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias
from uuid import UUID

from plures.contract.codec import (
    MAX_DEPTH,
    EnumType,
    Field,
    MapType,
    MessageType,
    OptionalType,
    Problems,
    ScalarType,
    TooDeep,
    TupleType,
    UnionType,
    WireType,
)

from .exact import wire_of
from .known import WRITE_KNOWN
from .loose import DOUBLE, write_list, write_object
from .numbers import Keys, Numbers, has_presence, is_loose, is_text
from .source import Source
from .varints import BYTES, FIXED64, SMALL, VARINT, tag, varint

Write: TypeAlias = Callable[[Any, int], bytes]
_ZERO_64: Final = bytes(8)
_BOOLS: Final = (b"\0", b"\1")
_NUMBER: Final = "(S[v] if 0 <= v < 16384 else varint(v))"


class Writers:
    """What writes the messages of one contract."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._made: dict[MessageType, Write] = {}

    def of(self, message: MessageType) -> Write:
        """What writes a message: it takes the value, and how deep it stands."""
        return self._made.get(message) or self._make(message)

    def _make(self, message: MessageType) -> Write:
        def until_made(value: Any, depth: int) -> bytes:
            return self._made[message](value, depth)

        # A message may nest itself.
        self._made[message] = until_made
        source = Source("def write(m, depth):", S=SMALL, varint=varint, pack=DOUBLE.pack, Deep=TooDeep)
        python = source.refer(message.python)
        source.add(f"if type(m) is not {python}:", "    raise TypeError", f"if depth > {MAX_DEPTH}:", "    raise Deep")
        source.add("out = []")
        numbers = self._numbers.fields[message]
        for field in sorted(message.fields, key=lambda each: numbers[each.wire_name]):
            self._field(source, message, field, numbers[field.wire_name])
        source.add("return b''.join(out)")
        made = self._made[message] = source.made("write")
        return made

    def _field(self, source: Source, message: MessageType, field: Field, number: int) -> None:
        wire_type, keys = field.type, self._numbers.unions.get((message, field.wire_name), {})
        is_optional = isinstance(wire_type, OptionalType)
        if isinstance(wire_type, OptionalType):
            wire_type = wire_type.parts[0]
        source.add(f"v = getattr(m, {field.name!r})" if not field.name.isidentifier() else f"v = m.{field.name}")
        if isinstance(wire_type, TupleType | MapType):
            write = self._list if isinstance(wire_type, TupleType) else self._map
            # Also None writes nothing.
            source.add("if v:")
            source.indented(1)
            write(source, wire_type.parts[0], keys, number)
            source.indented(-1)
            return
        # A number that is written as text is false where it is zero, and its text is not empty.
        always = _is_message(wire_type) or is_text(wire_type)
        if is_optional or always or has_presence(field):
            source.add("if v is not None:" if is_optional else "if True:")
        elif isinstance(wire_type, EnumType):
            # Whether a member is true says nothing of its number.
            source.add(f"b = {self._expression(source, wire_type, keys)}", f"if b != {source.refer(_BOOLS[0])}:")
            source.add(f"    out += ({source.refer(tag(number, VARINT))}, b)")
            return
        elif wire_of(wire_type) == FIXED64:
            # Minus zero is a value of its own.
            source.add(f"if v or pack(v) != {source.refer(_ZERO_64)}:")
        else:
            source.add("if v:")
        source.indented(1)
        self._one(source, wire_type, keys, tag(number, wire_of(wire_type)))
        source.indented(-1)

    def _one(self, source: Source, wire_type: WireType, keys: Keys, prefix: bytes) -> None:
        """Write `v` with its tag."""
        first, value = source.refer(prefix), self._expression(source, wire_type, keys)
        if wire_of(wire_type) == BYTES:
            source.add(f"b = {value}", "n = len(b)", f"out += ({first}, S[n] if n < 16384 else varint(n), b)")
        else:
            source.add(f"out += ({first}, {value})")

    def _list(self, source: Source, item: WireType, keys: Keys, number: int) -> None:
        if wire_of(item) == BYTES:
            source.add("for v in v:")
            source.indented(1)
            self._one(source, item, keys, tag(number, BYTES))
            source.indented(-1)
            return
        source.add(f"b = b''.join([{self._expression(source, item, keys)} for v in v])", "n = len(b)")
        source.add(f"out += ({source.refer(tag(number, BYTES))}, S[n] if n < 16384 else varint(n), b)")

    def _map(self, source: Source, value: WireType, keys: Keys, number: int) -> None:
        """Each entry is a message of a key and a value."""
        key, entry = source.refer(tag(1, BYTES)), source.refer(tag(number, BYTES))
        source.add(
            "whole = out",
            "for k, v in v.items():",
            "    b = k.encode()",
            f"    out = [{key}, varint(len(b)), b]",
        )
        source.indented(1)
        self._one(source, value, keys, tag(2, wire_of(value)))
        source.add("b = b''.join(out)", f"whole += ({entry}, varint(len(b)), b)")
        source.indented(-1)
        source.add("out = whole")

    def _expression(self, source: Source, wire_type: WireType, keys: Keys) -> str:  # noqa: PLR0911, C901 - a table of cases
        """What makes the bytes of `v`, without tag and length."""
        if isinstance(wire_type, MessageType):
            return f"{source.refer(self.of(wire_type))}(v, depth + 1)"
        if isinstance(wire_type, UnionType):
            return f"{source.refer(self._union(wire_type, keys))}(v, depth + 1)"
        if isinstance(wire_type, EnumType):
            return f"{source.refer(_enum(wire_type, self._numbers.enums[wire_type.python]))}(v)"
        if is_loose(wire_type):
            return f"{source.refer(_loose(wire_type))}(v)"
        if is_text(wire_type):
            return f"{source.refer(_text(wire_type))}(v)"
        python: type = getattr(wire_type, "python", str)
        if python is str:
            return "v.encode()"
        if python is bytes:
            return f"{source.refer(_raw)}(v)"
        if python is int:
            return _NUMBER
        if python is bool:
            return f"{source.refer(_BOOLS)}[v]"
        if python is float:
            return "pack(v)"
        return f"{source.refer(WRITE_KNOWN[python])}(v)"

    def _union(self, union: UnionType, keys: Keys) -> Write:
        members = {member.python: (tag(keys[key], BYTES), member) for key, member in union.members.items()}
        writers = {python: (prefix, self.of(member)) for python, (prefix, member) in members.items()}

        def write(value: Any, depth: int) -> bytes:
            prefix, member = writers[type(value)]
            body = member(value, depth)
            return prefix + varint(len(body)) + body

        return write


def _is_message(wire_type: WireType) -> bool:
    """Whether protobuf has a message for it, which may be there although it is empty."""
    if isinstance(wire_type, MessageType | UnionType) or is_loose(wire_type):
        return True
    return isinstance(wire_type, ScalarType) and wire_type.python in WRITE_KNOWN


def _raw(value: bytes) -> bytes:
    if type(value) is not bytes:
        raise TypeError
    return value


def _text(wire_type: WireType) -> Callable[[Any], bytes]:
    python = getattr(wire_type, "python", str)
    if python in {UUID, Decimal} and getattr(wire_type, "check", None) is None:

        def plain(value: Any) -> bytes:
            if type(value) is not python:
                raise TypeError
            return str(value).encode()

        return plain
    return _checked(wire_type, lambda data: str(data).encode())


def _loose(wire_type: WireType) -> Callable[[Any], bytes]:
    return _checked(wire_type, write_object if isinstance(wire_type, MapType) else write_list)


def _checked(wire_type: WireType, write: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def convert(value: Any) -> bytes:
        problems = Problems()
        data = wire_type.encode(value, "", problems)
        if problems:
            raise ValueError
        return write(data)

    return convert


def _enum(enum: EnumType, numbers: Keys) -> Callable[[Any], bytes]:
    # By identity, since members hash slowly.
    known = {id(member): varint(numbers[member.name]) for member in _members(enum.python)}

    def convert(value: Any) -> bytes:
        return known[id(value)] if id(value) in known else _survivor(enum, numbers, value)

    return convert


def _members(python: type[Enum]) -> Iterable[Enum]:
    return python


def _survivor(enum: EnumType, numbers: Keys, value: Any) -> bytes:
    """One that only the peer knows goes back by its number; a model may hold the value of a member in its place."""
    problems = Problems()
    said = enum.encode(value, "", problems)
    number = numbers.get(said) if isinstance(said, str) else said
    if problems or not isinstance(number, int):
        message = f"{said!r} is no member that has a number: a peer that knows more has sent its name, as JSON"
        raise ValueError(message)
    return varint(number)
