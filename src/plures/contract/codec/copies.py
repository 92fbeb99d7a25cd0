"""Copies of values for a call within a process: what can be changed is not shared by caller and callee.

A message of immutable parts is passed as it is. A copy is what would arrive over the wire, without the bytes: containers anew, models
and dataclasses made of their fields once more, so that the checks of their own run as they would there.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from .containers import FixedTupleType, MapType, OptionalType, TupleType
from .json_data import is_list, is_object, is_tuple
from .messages import MessageType, UnionType
from .wire_type import WireType, reachable

Copy: TypeAlias = Callable[[Any], Any]


def copier_of(wire_type: WireType) -> Copy | None:
    """What copies a value; None where there is nothing to copy. A value of another type may make it raise anything."""
    return _Copiers().of(wire_type)


class _Copiers:
    """Those of one type and its parts. Messages may nest themselves, so each is made once."""

    def __init__(self) -> None:
        self._messages: dict[MessageType, Copy] = {}

    def of(self, wire_type: WireType) -> Copy | None:  # noqa: PLR0911 - a table of cases
        if not any(map(_is_changeable, reachable(wire_type))):
            return None
        if isinstance(wire_type, MessageType):
            return self._message(wire_type)
        if isinstance(wire_type, UnionType):
            return _by_class({member.python: self.of(member) for member in wire_type.members.values()})
        inner = [self.of(part) for part in wire_type.parts]
        if isinstance(wire_type, TupleType):
            return _items(wire_type.python, inner[0])
        if isinstance(wire_type, MapType):
            return _values(inner[0])
        if isinstance(wire_type, FixedTupleType):
            return lambda items: tuple([copy(item) if copy else item for copy, item in zip(inner, items, strict=True)])
        [copy] = inner
        if isinstance(wire_type, OptionalType) and copy is not None:
            return lambda value: None if value is None else copy(value)
        raise TypeError(wire_type)

    def _message(self, message: MessageType) -> Copy:
        known = self._messages.get(message)
        if known is not None:
            return known
        python, make = message.python, message.make
        parts: list[tuple[str, Copy | None]] = []

        def copy(value: Any) -> Any:
            _check(value, python)
            return make({name: part(getattr(value, name)) if part else getattr(value, name) for name, part in parts})

        self._messages[message] = copy
        parts.extend((field.name, self.of(field.type)) for field in message.fields)
        return copy


def _is_changeable(wire_type: WireType) -> bool:
    if isinstance(wire_type, MessageType):
        return wire_type.is_model or not wire_type.is_frozen
    return isinstance(wire_type, MapType) or (isinstance(wire_type, TupleType) and list in wire_type.accepts)


def _by_class(copies: dict[type, Copy | None]) -> Copy:
    def copy(value: Any) -> Any:
        chosen = copies[type(value)]
        return chosen(value) if chosen else value

    return copy


def _items(python: type[Any], item: Copy | None) -> Copy:
    def copy(values: Any) -> Any:
        # Both are a list on the wire.
        if not (is_list(values) or is_tuple(values)):
            raise TypeError
        return python(values) if item is None else python([item(value) for value in values])

    return copy


def _values(value: Copy | None) -> Copy:
    def copy(entries: Any) -> Any:
        if not is_object(entries):
            raise TypeError
        return dict(entries) if value is None else {key: value(part) for key, part in entries.items()}

    return copy


def _check(value: Any, python: type) -> None:
    if type(value) is not python:
        raise TypeError
