"""Values → bytes: one function for each message, made when it is first needed. A value that is not what its type says makes them raise anything.

They make one text, each character of which stands for a byte: Python joins texts faster than bytes, and most texts of messages go into it as they are.
"""

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
from .numbers import Keys, Numbers, has_presence, is_flat, is_loose, is_text
from .source import Source
from .varints import BYTES, FIXED64, VARINT, small, tag, varint, wide

Write: TypeAlias = Callable[[Any, int], str]
_ZERO_64: Final = bytes(8)
_BOOLS: Final = ("\0", "\1")
_NUMBER: Final = "(S[v] if 0 <= v < 16384 else wide(v))"
_TEXT: Final = ("if type(v) is not str or not v.isascii():", "    v = utf8(v)")


class Writers:
    """What writes the messages of one contract."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._made: dict[MessageType, Write] = {}

    def of(self, message: MessageType) -> Write:
        """What writes a message: it takes the value, and how deep it stands."""
        return self._made.get(message) or self._make(message)

    def _make(self, message: MessageType) -> Write:
        def until_made(value: Any, depth: int) -> str:
            return self._made[message](value, depth)

        # A message may nest itself.
        self._made[message] = until_made
        source = Source(
            "def write(m, depth):", S=small(), wide=wide, utf8=_utf8, LATIN="latin-1", pack=DOUBLE.pack, Deep=TooDeep
        )
        source.add(f"if depth > {MAX_DEPTH}:", "    raise Deep")
        source.add(f"return {self._message(source, message, 'm')}")
        made = self._made[message] = source.made("write")
        return made

    def _message(self, source: Source, message: MessageType, value: str) -> str:
        """Lines that write a message, and the variable with its text."""
        text, numbers = source.fresh("r"), self._numbers.fields[message]
        source.add(f"if type({value}) is not {source.refer(message.python)}:", "    raise TypeError", f"{text} = ''")
        for field in sorted(message.fields, key=lambda each: numbers[each.wire_name]):
            name = field.name
            source.add(f"v = getattr({value}, {name!r})" if not name.isidentifier() else f"v = {value}.{name}")
            keys = self._numbers.unions.get((message, field.wire_name), {})
            self._field(source, field, keys, numbers[field.wire_name], text)
        return text

    def _field(self, source: Source, field: Field, keys: Keys, number: int, text: str) -> None:
        wire_type = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
        if isinstance(wire_type, TupleType | MapType):
            # Also None writes nothing.
            with source.block("if v:"):
                write = self._list if isinstance(wire_type, TupleType) else self._map
                write(source, wire_type.parts[0], keys, number, text)
            return
        # A number that is written as text is false where it is zero, and its text is not empty.
        always = _is_message(wire_type) or is_text(wire_type)
        if wire_type is not field.type:
            condition = "if v is not None:"
        elif always or has_presence(field):
            condition = "if True:"
        elif isinstance(wire_type, EnumType):
            # Whether a member is true says nothing of its number.
            source.add(f"v = {self._expression(source, wire_type)}", f"if v != {_BOOLS[0]!r}:")
            source.add(f"    {text} = f'{{{text}}}{_escaped(number, VARINT)}{{v}}'")
            return
        elif wire_of(wire_type) == FIXED64:
            # Minus zero is a value of its own.
            condition = f"if v or pack(v) != {_ZERO_64!r}:"
        else:
            condition = "if v:"
        with source.block(condition):
            said = self._one(source, wire_type, keys, number)
            source.add(f"{text} = f'{{{text}}}{said}'")

    def _one(self, source: Source, wire_type: WireType, keys: Keys, number: int) -> str:
        """Lines that write `v`, and what says it with its tag in a formatted text."""
        if wire_of(wire_type) != BYTES:
            return f"{_escaped(number, wire_of(wire_type))}{{{self._expression(source, wire_type)}}}"
        text = self._text(source, wire_type, keys)
        source.add(f"n = len({text})")
        return _with_length(number, text)

    def _list(self, source: Source, item: WireType, keys: Keys, number: int, text: str) -> None:
        if wire_of(item) != BYTES:
            # Numbers come packed.
            source.add(f"v = ''.join([{self._expression(source, item)} for v in v])", "n = len(v)")
            source.add(f"{text} = f'{{{text}}}{_with_length(number, 'v')}'")
            return
        items = source.fresh("o")
        source.add(f"{items} = []")
        with source.block("for v in v:"):
            said = self._one(source, item, keys, number)
            source.add(f"{items}.append(f'{said}')")
        source.add(f"{text} += ''.join({items})")

    def _map(self, source: Source, value: WireType, keys: Keys, number: int, text: str) -> None:
        """Each entry is a message of a key and a value."""
        entries, key = source.fresh("o"), source.fresh("e")
        source.add(f"{entries} = []")
        with source.block("for v, w in v.items():"):
            source.add(*_TEXT, "n = len(v)", f"{key} = f'{_with_length(1, 'v')}'", "v = w")
            said = self._one(source, value, keys, 2)
            source.add(f"v = f'{{{key}}}{said}'", "n = len(v)", f"{entries}.append(f'{_with_length(number, 'v')}')")
        source.add(f"{text} += ''.join({entries})")

    def _expression(self, source: Source, wire_type: WireType) -> str:
        """What makes the text of the number `v`."""
        if isinstance(wire_type, EnumType):
            return f"{source.refer(_enum(wire_type, self._numbers.enums[wire_type.python]))}(v)"
        python = getattr(wire_type, "python", int)
        if python is bool:
            return f"{source.refer(_BOOLS)}[v]"
        return "str(pack(v), LATIN)" if python is float else _NUMBER

    def _text(self, source: Source, wire_type: WireType, keys: Keys) -> str:
        """Lines that write `v` without tag and length, and the variable with its text."""
        if isinstance(wire_type, MessageType) and is_flat(wire_type):
            # A call takes as long as three fields.
            value = source.fresh("m")
            source.add(f"{value} = v", f"if depth >= {MAX_DEPTH}:", "    raise Deep")
            return self._message(source, wire_type, value)
        if isinstance(wire_type, MessageType):
            source.add(f"v = {source.refer(self.of(wire_type))}(v, depth + 1)")
        elif isinstance(wire_type, UnionType):
            source.add(f"v = {source.refer(self._union(wire_type, keys))}(v, depth + 1)")
        elif is_loose(wire_type):
            source.add(f"v = str({source.refer(_loose(wire_type))}(v), LATIN)")
        elif is_text(wire_type):
            source.add(f"v = {source.refer(_spelled(wire_type))}(v)", *_TEXT)
        else:
            python: type = getattr(wire_type, "python", str)
            if python is str:
                source.add(*_TEXT)
            elif python is bytes:
                source.add("if type(v) is not bytes:", "    raise TypeError", "v = str(v, LATIN)")
            else:
                source.add(f"v = str({source.refer(WRITE_KNOWN[python])}(v), LATIN)")
        return "v"

    def _union(self, union: UnionType, keys: Keys) -> Write:
        writers = {
            member.python: (tag(keys[key], BYTES).decode("latin-1"), self.of(member))
            for key, member in union.members.items()
        }

        def write(value: Any, depth: int) -> str:
            first, member = writers[type(value)]
            text = member(value, depth)
            return f"{first}{varint(len(text)).decode('latin-1')}{text}"

        return write


def _escaped(number: int, wire: int) -> str:
    """The tag of a field as it stands in the text of a program."""
    return "".join(f"\\x{byte:02x}" for byte in tag(number, wire))


def _with_length(number: int, text: str) -> str:
    """What says a text of `n` bytes with its tag."""
    return f"{_escaped(number, BYTES)}{{S[n] if n < 16384 else wide(n)}}{{{text}}}"


def _is_message(wire_type: WireType) -> bool:
    """Whether protobuf has a message for it, which may be there although it is empty."""
    if isinstance(wire_type, MessageType | UnionType) or is_loose(wire_type):
        return True
    return isinstance(wire_type, ScalarType) and wire_type.python in WRITE_KNOWN


def _utf8(value: str) -> str:
    """Each byte of a text as a character; raises anything where it is none."""
    return str(value.encode(), "latin-1")


def _spelled(wire_type: WireType) -> Callable[[Any], str]:
    python = getattr(wire_type, "python", str)
    if python in {UUID, Decimal} and getattr(wire_type, "check", None) is None:

        def plain(value: Any) -> str:
            if type(value) is not python:
                raise TypeError
            return str(value)

        return plain
    return _checked(wire_type, str)


def _loose(wire_type: WireType) -> Callable[[Any], bytes]:
    return _checked(wire_type, write_object if isinstance(wire_type, MapType) else write_list)


def _checked(wire_type: WireType, write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        problems = Problems()
        data = wire_type.encode(value, "", problems)
        if problems:
            raise ValueError
        return write(data)

    return convert


def _enum(enum: EnumType, numbers: Keys) -> Callable[[Any], str]:
    # By identity, since members hash slowly.
    known = {id(member): wide(numbers[member.name]) for member in _members(enum.python)}

    def convert(value: Any) -> str:
        return known[id(value)] if id(value) in known else _survivor(enum, numbers, value)

    return convert


def _members(python: type[Enum]) -> Iterable[Enum]:
    return python


def _survivor(enum: EnumType, numbers: Keys, value: Any) -> str:
    """One that only the peer knows goes back by its number; a model may hold the value of a member in its place."""
    problems = Problems()
    said = enum.encode(value, "", problems)
    number = numbers.get(said) if isinstance(said, str) else said
    if problems or not isinstance(number, int):
        message = f"{said!r} is no member that has a number: a peer that knows more has sent its name, as JSON"
        raise ValueError(message)
    return wide(number)
