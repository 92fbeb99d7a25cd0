"""Bytes → values, the fast way: one function for each message, made when it is first needed.

It reads what most peers write: fields in the order of their numbers, each once. Whatever is unusual raises something, and so does what is wrong: the
exact way reads it again, and says what is wrong with it. So a length is not compared with what is left: who goes too far does not end where the
message ends.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any, Final, TypeAlias

from plures.contract.codec import (
    Field,
    MapType,
    MessageType,
    OptionalType,
    Problems,
    TupleType,
    UnionType,
    WireType,
    takes_in_order,
)

from .exact import wire_of
from .loose import DOUBLE
from .numbers import Keys, Numbers, is_flat
from .source import Source
from .values import bounded, may_come_in_pieces, usual_zero, value_of_bytes, value_of_number
from .varints import BYTES, FIXED64, VARINT, Unusual, read_varint, read_wide, signed, skipped, tag

Read: TypeAlias = Callable[[bytes, int, int, int], Any]
ABSENT: Final = object()
_MOST_NESTED: Final = 32
"""The exact way reads what nests deeper, and refuses what nests too deep."""
_BEYOND: Final = (
    "if n > 127:",
    "    b = d[at]",
    "    if b < 128:",
    "        n += (b << 7) - 128",
    "        at += 1",
    "    else:",
    "        n, at = read_wide(d, at - 1)",
)


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
        source = Source(
            "def read(d, at, end, depth):", read_wide=read_wide, skipped=skipped, unpack=DOUBLE.unpack_from,
            signed=signed, Unusual=Unusual, ABSENT=ABSENT,
        )  # fmt: skip
        source.add(f"if depth > {_MOST_NESTED}:", "    raise Unusual")
        source.add(f"return {self._message(source, message, 'end')}")
        made = self._made[message] = source.made("read")
        return made

    def _message(self, source: Source, message: MessageType, end: str) -> str:
        """Lines that read a message from `at` to its end, and the expression that makes it."""
        numbers = self._numbers.fields[message]
        fields = sorted(message.fields, key=lambda each: numbers[each.wire_name])
        places = {field.name: source.fresh("f") for field in fields}
        for field in fields:
            source.add(f"{places[field.name]} = {_first(source, field)}")
        known = source.refer(frozenset(numbers[each.wire_name] for each in fields))
        # The next tag; 0 at the end, which no field has.
        following = [f"t = d[at] if at < {end} else 0"]
        if any(numbers[each.wire_name] > 15 for each in fields):  # noqa: PLR2004 - one byte has four bits for it
            following += ["if t > 127:", "    t |= d[at + 1] << 8"]
        with source.block(f"while at < {end}:"):
            source.add("t = d[at]", *following[1:])
            for field in fields:
                self._field(source, message, field, places[field.name], following)
            # None of those above: an unknown field, or one that has come out of order.
            source.add(f"if at < {end}:", f"    at = skipped(d, at, {end}, {known})")
        source.add(f"if at != {end}:", "    raise Unusual")
        for field in fields:
            _fill(source, field, places[field.name])
        return _made(source, message, places)

    def _field(self, source: Source, message: MessageType, field: Field, place: str, following: list[str]) -> None:
        wire_type = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
        keys = self._numbers.unions.get((message, field.wire_name), {})
        is_list, is_map = isinstance(wire_type, TupleType), isinstance(wire_type, MapType)
        item = wire_type.parts[0] if is_list or is_map else wire_type
        wire = BYTES if is_map else wire_of(item)
        is_packed = is_list and wire != BYTES
        first = tag(self._numbers.fields[message][field.wire_name], BYTES if is_packed else wire)
        condition = f"t == {int.from_bytes(first[:2], 'little')}"
        if len(first) > 2:  # noqa: PLR2004 - t is two bytes at most
            condition += f" and d[at + 2:at + {len(first)}] == {first[2:]!r}"
        # An item of a list is mostly followed by another one.
        with source.block(f"{'while' if is_list or is_map else 'if'} {condition}:"):
            if is_map:
                self._map(source, item, keys, place, len(first))
            elif is_packed:
                self._packed(source, item, place, len(first))
            else:
                value = self._value(source, item, keys, len(first))
                if is_list:
                    source.add(f"{place}.append({value})")
                else:
                    if wire == BYTES and may_come_in_pieces(item):
                        source.add(f"if {place} is not ABSENT:", "    raise Unusual")
                    source.add(f"{place} = {value}")
            source.add(*following)

    def _value(self, source: Source, wire_type: WireType, keys: Keys, before: int) -> str:
        """Lines that find where a value stands, and the expression that is the value; so many bytes are before it."""
        wire = wire_of(wire_type)
        if wire == FIXED64:
            source.add(f"v = unpack(d, at + {before})[0]", f"at += {before + 8}")
            return bounded(source, wire_type, "v")
        source.add(*_length(before))
        if wire == VARINT:
            return bounded(source, wire_type, value_of_number(source, wire_type, self._numbers))
        if isinstance(wire_type, MessageType) and is_flat(wire_type):
            end = source.fresh("e")
            source.add(f"{end} = at + n")
            return self._message(source, wire_type, end)
        if isinstance(wire_type, MessageType | UnionType):
            read = self._union(wire_type, keys) if isinstance(wire_type, UnionType) else self.of(wire_type)
            return f"{source.refer(read)}(d, at, (at := at + n), depth + 1)"
        return bounded(source, wire_type, value_of_bytes(source, wire_type, "d[at:(at := at + n)]"))

    def _packed(self, source: Source, item: WireType, place: str, before: int) -> None:
        stop = source.fresh("e")
        source.add(*_length(before), f"{stop} = at + n")
        with source.block(f"while at < {stop}:"):
            source.add(f"{place}.append({self._value(source, item, {}, 0)})")
        source.add(f"if at != {stop}:", "    raise Unusual")

    def _map(self, source: Source, value: WireType, keys: Keys, place: str, before: int) -> None:
        """An entry: a key, and after it a value. Peers leave out what is zero."""
        stop, key, said = source.fresh("e"), source.fresh("k"), source.fresh("w")
        zero = usual_zero(value, "ABSENT")
        source.add(*_length(before), f"{stop} = at + n", f"{key} = ''", f"{said} = {zero}")
        with source.block(f"if at < {stop} and d[at] == 10:"):
            source.add(*_length(1), f"{key} = d[at:(at := at + n)].decode()")
        with source.block(f"if at < {stop} and d[at] == {tag(2, wire_of(value))[0]}:"):
            source.add(f"{said} = {self._value(source, value, keys, 1)}")
        source.add(f"if at != {stop} or {said} is ABSENT:", "    raise Unusual")
        source.add(f"if {place} is ABSENT:", f"    {place} = {{}}", f"{place}[{key}] = {said}")

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


def _length(before: int) -> tuple[str, ...]:
    """Lines that read a number to `n`, with so many bytes before it."""
    return (f"n = d[at + {before}]" if before else "n = d[at]", f"at += {before + 1}", *_BEYOND)


def _first(source: Source, field: Field) -> str:
    """What stands for a field until it comes."""
    if _is_list(field):
        return "[]"
    is_fixed = not field.is_filled and not field.is_changeable and not isinstance(field.type, MapType)
    inner = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
    if not is_fixed or (wire_of(inner) == BYTES and may_come_in_pieces(inner)):
        return "ABSENT"
    problems = Problems()
    value = field.absent("", problems)
    return "ABSENT" if problems else source.refer(value)


def _fill(source: Source, field: Field, place: str) -> None:
    """What stands for a field that was left out."""
    if _is_list(field):
        _fill_list(source, field, place)
        return
    if field.is_filled or _first(source, field) != "ABSENT":
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


def _fill_list(source: Source, field: Field, place: str) -> None:
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


def _made(source: Source, message: MessageType, places: dict[str, str]) -> str:
    """The expression that makes the value."""
    python = source.refer(message.make if message.is_model else message.python)
    if message.is_model:
        values = source.fresh("d")
        filled = {field.name for field in message.fields if field.is_filled}
        source.add(f"{values} = {{", *[f"    {n!r}: {place}," for n, place in places.items() if n not in filled], "}")
        for name in filled:
            source.add(f"if {places[name]} is not ABSENT:", f"    {values}[{name!r}] = {places[name]}")
        return f"{python}({values})"
    declared = [field.name for field in message.fields]
    in_order = takes_in_order(signature(message.python), declared)
    return f"{python}({', '.join(places[name] if in_order else f'{name}={places[name]}' for name in declared)})"


def _is_list(field: Field) -> bool:
    inner = field.type.parts[0] if isinstance(field.type, OptionalType) else field.type
    return isinstance(inner, TupleType)
