"""The exact way to read: bytes → what JSON's reader takes for a parsed object, with values of Python in it that stand for themselves.

It knows all that peers may write: fields in any order and more than once, messages in pieces, numbers packed or one by one, fields of a later
version. What the values must be is decided by the types of the codec, as for JSON.
"""

from collections.abc import Iterator
from typing import Any, Final

from plures.contract.codec import (
    MAX_DEPTH,
    EnumType,
    Field,
    MapType,
    MessageType,
    OptionalType,
    ScalarType,
    TooDeep,
    TupleType,
    UnionType,
    WireType,
)

from .known import READ_KNOWN
from .loose import DOUBLE, read_list, read_object
from .numbers import Numbers, is_loose, is_text
from .varints import BYTES, FIXED64, VARINT, Damaged, end_of, read_tag, read_varint, signed, signed32

Part = tuple[int, bytes]
"""The wire type of a value and its bytes, without the length before them."""
_EMPTY: Final[dict[int, bytes]] = {VARINT: b"\0", FIXED64: bytes(8), BYTES: b""}


def wire_of(wire_type: WireType) -> int:
    """The wire type of one value; of a list that is a field, that of its items."""
    if isinstance(wire_type, EnumType):
        return VARINT
    if isinstance(wire_type, ScalarType):
        return {bool: VARINT, int: VARINT, float: FIXED64}.get(wire_type.python, BYTES)
    return BYTES


class ExactReader:
    """Reads the messages of one contract."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._fields: dict[MessageType, dict[int, Field]] = {}
        self._names = {enum: {number: name for name, number in keys.items()} for enum, keys in numbers.enums.items()}

    def message(self, message: MessageType, data: bytes, depth: int = 0) -> dict[str, Any]:
        """What a message says by the wire names of its fields; raises `Damaged`, `TooDeep`, `ValueError` or `OverflowError`."""
        if depth > MAX_DEPTH:
            raise TooDeep
        known = self._known(message)
        said: dict[int, list[Part]] = {}
        for number, part in _parts(data):
            if number in known:
                said.setdefault(number, []).append(part)
        found: dict[str, Any] = {}
        for number, parts in said.items():
            field = known[number]
            value = self._field(message, field, parts, depth + 1)
            if value is not None:
                found[field.wire_name] = value
        return found

    def _known(self, message: MessageType) -> dict[int, Field]:
        if message not in self._fields:
            numbers = self._numbers.fields[message]
            self._fields[message] = {numbers[field.wire_name]: field for field in message.fields}
        return self._fields[message]

    def _field(self, message: MessageType, field: Field, parts: list[Part], depth: int) -> Any:
        wire_type = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
        keys = self._numbers.unions.get((message, field.wire_name), {})
        if isinstance(wire_type, TupleType):
            item = wire_type.parts[0]
            return [self._value(item, keys, [part], depth) for part in _items(parts, wire_of(item))]
        if isinstance(wire_type, MapType):
            entries = [self._entry(wire_type.parts[0], keys, data, depth) for wire, data in parts if wire == BYTES]
            return dict(entries)
        fitting = [part for part in parts if part[0] == wire_of(wire_type)]
        return self._value(wire_type, keys, fitting, depth) if fitting else None

    def _entry(self, value: WireType, keys: Any, data: bytes, depth: int) -> tuple[str, Any]:
        key, parts = "", list[Part]()
        for number, part in _parts(data):
            if number == 1 and part[0] == BYTES:
                key = part[1].decode()
            elif number == 2 and part[0] == wire_of(value):  # noqa: PLR2004 - key and value are the fields 1 and 2
                parts.append(part)
        # Either may be left out where it is zero.
        return key, self._value(value, keys, parts or [(wire_of(value), _EMPTY[wire_of(value)])], depth)

    def _value(self, wire_type: WireType, keys: Any, parts: list[Part], depth: int) -> Any:  # noqa: PLR0911 - a table of cases
        data = parts[-1][1]
        if isinstance(wire_type, MessageType):
            # A message that comes in pieces is the same as all of them in one.
            return self.message(wire_type, b"".join([part[1] for part in parts]), depth)
        if isinstance(wire_type, UnionType):
            return self._union(wire_type, keys, b"".join([part[1] for part in parts]), depth)
        if isinstance(wire_type, EnumType):
            number = signed32(read_varint(data, 0, len(data))[0])
            return self._names[wire_type.python].get(number, number)
        if isinstance(wire_type, MapType):
            return read_object(b"".join([part[1] for part in parts]), depth)
        if is_loose(wire_type):
            return read_list(b"".join([part[1] for part in parts]), depth)
        if is_text(wire_type):
            return data.decode()
        python: type = getattr(wire_type, "python", str)
        if python in READ_KNOWN:
            return READ_KNOWN[python](b"".join([part[1] for part in parts]))
        if python in {int, bool}:
            number = signed(read_varint(data, 0, len(data))[0])
            return number if python is int else number != 0
        if python is float:
            return DOUBLE.unpack(data)[0]
        return data.decode() if python is str else data

    def _union(self, union: UnionType, keys: Any, data: bytes, depth: int) -> dict[str, Any]:
        by_number = {keys[key]: key for key in union.members}
        chosen, pieces = "", list[bytes]()
        for number, (wire, piece) in _parts(data):
            key = by_number.get(number)
            if key is None or wire != BYTES:
                continue
            # The last one counts; a member that goes on is one message in pieces.
            pieces = [*pieces, piece] if key == chosen else [piece]
            chosen = key
        return {chosen: self.message(union.members[chosen], b"".join(pieces), depth + 1)} if chosen else {}


def _parts(data: bytes) -> Iterator[tuple[int, Part]]:
    """The fields of a message as they come."""
    at, end = 0, len(data)
    while at < end:
        number, wire, at = read_tag(data, at, end)
        stop = end_of(data, wire, number, at, end)
        begin = read_varint(data, at, end)[1] if wire == BYTES else at
        yield number, (wire, data[begin:stop])
        at = stop


def _items(parts: list[Part], wire: int) -> Iterator[Part]:
    """The items of a list; numbers may come packed, one by one, or both."""
    for part in parts:
        if part[0] == wire:
            yield part
        elif part[0] == BYTES:
            data, at = part[1], 0
            while at < len(data):
                stop = end_of(data, wire, 0, at, len(data))
                yield wire, data[at:stop]
                at = stop


__all__ = ["Damaged", "ExactReader", "wire_of"]
