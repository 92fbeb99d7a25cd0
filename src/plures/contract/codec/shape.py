"""The shape of a value: its type, and the types of the parts of a message or of a tuple. To compare it is cheap enough for each call.

What fits is not proved right: neither parts of parts nor bounds are looked at. What does not fit may still be right, as a
subclass of `str` is; the exact way tells.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import NoneType
from typing import Any, Final, TypeAlias

import msgspec
from msgspec.structs import astuple

from .containers import FixedTupleType, MapType, OptionalType, TupleType
from .messages import MessageType, UnionType
from .wire_type import WireType

Fits: TypeAlias = Callable[[Any], bool]

_MOST_KNOWN: Final = 8
"""How many combinations of types a message remembers as right. They are searched one by one, and few occur often."""


def shape_of(wire_type: WireType) -> Fits:
    """Whether a value has the shape of a type."""
    checks = _checks(wire_type)
    if isinstance(wire_type, MessageType):
        # It asks for the type itself, which saves a call.
        [check] = checks.values()
        return check
    find: Callable[[type], Fits | None] = checks.get

    def fits(value: object) -> bool:
        check = find(type(value))
        return check is not None and check(value)

    return fits


def _checks(wire_type: WireType) -> Mapping[type, Fits]:  # noqa: PLR0911 - a table of cases
    """What is asked of the parts, for each type that the value itself may have."""
    if isinstance(wire_type, OptionalType):
        return {NoneType: _is_right, **_checks(wire_type.parts[0])}
    if isinstance(wire_type, UnionType):
        return {member.python: _message(member) for member in wire_type.members.values()}
    if isinstance(wire_type, MessageType):
        return {wire_type.python: _message(wire_type)}
    if isinstance(wire_type, TupleType):
        kinds = _kinds(wire_type.parts[0])
        return dict.fromkeys(wire_type.accepts, lambda items: kinds.issuperset(map(type, items)))
    if isinstance(wire_type, MapType):
        values = _kinds(wire_type.parts[0])
        return {dict: lambda entries: values.issuperset(map(type, entries.values()))}
    if isinstance(wire_type, FixedTupleType):
        each = [_kinds(part) for part in wire_type.parts]
        return {tuple: lambda items: len(items) == len(each) and all(map(_is_in, map(type, items), each))}
    return dict.fromkeys(_kinds(wire_type), _is_right)


def _is_right(_: object) -> bool:
    return True


def _is_in(kind: type, kinds: frozenset[type]) -> bool:
    return kind in kinds


def _kinds(wire_type: WireType) -> frozenset[type]:
    """The types that a value may have."""
    if isinstance(wire_type, OptionalType):
        return _kinds(wire_type.parts[0]) | {NoneType}
    if isinstance(wire_type, UnionType):
        return frozenset(member.python for member in wire_type.members.values())
    if isinstance(wire_type, TupleType):
        return frozenset(wire_type.accepts)
    if isinstance(wire_type, FixedTupleType):
        return frozenset([tuple])
    if isinstance(wire_type, MapType):
        return frozenset([dict])
    # Messages, scalars and enums name their type.
    named: Any = wire_type
    python: type = named.python
    return frozenset((python, int) if python is float else (python,))


def _message(message: MessageType) -> Fits:
    python = message.python
    if not message.fields:
        return lambda value: type(value) is python
    kinds = {field.name: _kinds(field.type) for field in message.fields}
    if len(kinds) == 1:
        return _message_of_one(python, *kinds.items())
    if issubclass(python, msgspec.Struct):
        values_of: Callable[[Any], tuple[object, ...]] = astuple
        names = python.__struct_fields__
    else:
        names = tuple(kinds)
        values_of = attrgetter(*names)
    allowed = [kinds[name] for name in names]
    known: list[list[type]] = []

    def fits(value: Any) -> bool:
        if type(value) is not python:
            return False
        types = [*map(type, values_of(value))]
        if types in known:
            return True
        if not all(kind in several for kind, several in zip(types, allowed, strict=True)):
            return False
        if len(known) < _MOST_KNOWN:
            known.append(types)
        return True

    return fits


def _message_of_one(python: type, field: tuple[str, frozenset[type]]) -> Fits:
    """The same for one field, in less than half of the time: pages of items and single values are answered most."""
    name, kinds = field
    return lambda value: type(value) is python and type(getattr(value, name)) in kinds
