"""Annotations → wire types. Whatever could not cross the wire becomes a violation that says what to write instead."""

import dataclasses
import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, Flag
from typing import Annotated, Any, Final, NewType, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from plures.errors import Violation

from .codec import (
    EnumLeaf,
    Field,
    Leaf,
    MessageType,
    OptionalType,
    Problems,
    TupleType,
    UnionType,
    WireType,
    camel,
    is_spellable,
    member,
)
from .message import MessageMeta

# True: msgspec's own JSON is the wire form. Not so for time spans, nor for datetimes, of which msgspec accepts naive ones.
_LEAVES: Final[Mapping[Any, bool]] = {
    bool: True, str: True, int: True, float: True, bytes: True, UUID: True, Decimal: True,
    date: True, datetime: False, timedelta: False,
}  # fmt: skip

_INSTEAD: Final[Mapping[Any, str]] = {
    list: "tuple[T, ...]", set: "tuple[T, ...]", frozenset: "tuple[T, ...]", dict: "tuple[Entry, ...] with a message Entry(key, value)",
    bytearray: "bytes", object: "the messages that it may be, as a union", Any: "the messages that it may be, as a union",
    complex: "a message with two floats",
}  # fmt: skip


UNRESOLVABLE: Final = (NameError, AttributeError, SyntaxError, TypeError)
"""What an annotation raises that is written as text and names nothing."""


class TypeReader:
    """Reads annotations of one application. Violations gather in `violations`, in the order of reading."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._messages: dict[type, MessageType] = {}

    def violate(self, rule: str, where: str, what: str, fix: str) -> None:
        """Note that something cannot cross."""
        self.violations.append(Violation(f"contract.{rule}", where, what, fix))

    def read(self, annotation: Any, where: str, bounds: tuple[msgspec.Meta, ...] = ()) -> WireType:  # noqa: PLR0911 - a table of cases
        """The wire type of an annotation; a placeholder where there is a violation."""
        if isinstance(annotation, NewType):
            return self.read(annotation.__supertype__, where, bounds)
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            found = tuple(a for a in arguments[1:] if isinstance(a, msgspec.Meta))
            return self.read(arguments[0], where, bounds + found)
        if origin in (Union, types.UnionType):
            return self._union(arguments, where, bounds)
        if origin is tuple:
            return self._tuple(annotation, arguments, where, bounds)
        if annotation in _LEAVES:
            return Leaf(annotation, is_native=_LEAVES[annotation], bounds=bounds)
        if isinstance(annotation, type) and issubclass(annotation, Enum) and not issubclass(annotation, Flag):
            return EnumLeaf(annotation)
        if isinstance(annotation, type) and is_message(annotation):
            return self.message(annotation)
        return self._refuse(annotation, where)

    def message(self, python: type) -> MessageType:
        """The wire type of a message class or frozen dataclass; each class is read once."""
        known = self._messages.get(python)
        if known is None:
            known = self._messages[python] = MessageType(python, python.__name__)
            known.fields = self.fields(python)
        return known

    def fields(self, python: type) -> tuple[Field, ...]:
        """The fields of a message class, with their defaults."""
        where = python.__qualname__
        try:
            hints = get_type_hints(python, include_extras=True)
        except UNRESOLVABLE as error:
            self.violate(
                "undeclared_type",
                where,
                f"annotation cannot be resolved: {error}",
                "Import the name at run time, where the class is.",
            )
            return ()
        self._check_construction(python, where)
        return tuple(self.field(name, hints[name], default, f"{where}.{name}") for name, default in _defaults(python))

    def _check_construction(self, python: Any, where: str) -> None:
        """A message must be its fields, all of them, in the one spelling: both ways of the codec rely on that."""
        if isinstance(python, MessageMeta):
            config: Any = python.__struct_config__
            fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
            renamed = [field.name for field in fields if field.encode_name != camel(field.name)]
            if renamed or config.array_like or config.tag is not None or not config.frozen:
                of = f" ({', '.join(renamed)})" if renamed else ""
                what = f"it changes how messages are written{of}"
                fix = "Leave out name=, rename=, tag=, array_like= and frozen=; the wire has one spelling."
                self.violate("message_options", where, what, fix)
        elif set(inspect.signature(python).parameters) != {field.name for field in dataclasses.fields(python)}:
            fix = "Leave out init=False and InitVar; what can be computed can be a property."
            self.violate("message_options", where, "its constructor does not take exactly its fields", fix)

    def field(self, name: str, annotation: Any, default: object, where: str) -> Field:
        """One field or parameter; its name and default must cross as well as its type."""
        if not is_spellable(name):
            fix = "Use lower-case ASCII words joined by single underscores, none starting with a digit."
            self.violate("field_name", where, f"JSON peers cannot spell the name {name!r}", fix)
        wire_type = self.read(annotation, where)
        if default is not Field.REQUIRED:
            self._check_default(wire_type, default, where)
        return Field(name, camel(name), wire_type, default)

    def _check_default(self, wire_type: WireType, default: object, where: str) -> None:
        if isinstance(wire_type, OptionalType) and default is not None:
            fix = "Use None as the default, or a type without None."
            self.violate(
                "default", where, f"the default {default!r} would replace a None, which is sent as nothing", fix
            )
        elif isinstance(wire_type, TupleType) and default != ():
            fix = "Use () as the default."
            self.violate(
                "default",
                where,
                f"the default {default!r} would replace an empty tuple, which peers send as nothing",
                fix,
            )
        elif default is not None or not isinstance(wire_type, OptionalType):
            problems = Problems()
            wire_type.decode(wire_type.encode(default, "", problems), "", problems)
            if problems:
                what = f"the default {default!r} cannot cross: {problems[0]}"
                self.violate("default", where, what, "Use a default of the declared type.")

    def _union(self, arguments: Sequence[Any], where: str, bounds: tuple[msgspec.Meta, ...]) -> WireType:
        some = [argument for argument in arguments if argument is not type(None)]
        if len(some) == 1:
            return OptionalType(self.read(some[0], where, bounds))
        if not all(isinstance(argument, type) and is_message(argument) for argument in some):
            names = ", ".join(show(argument) for argument in some)
            self.violate(
                "union",
                where,
                f"a union of {names} cannot be told apart on the wire",
                "Make each member a Message of its own.",
            )
            return _PLACEHOLDER
        members = {member(argument.__name__): self.message(argument) for argument in some}
        if len(members) < len(some):
            self.violate(
                "union", where, "two members of the union have the same name", "Give each message class its own name."
            )
        union = UnionType(members)
        return OptionalType(union) if len(some) < len(arguments) else union

    def _tuple(
        self, annotation: Any, arguments: Sequence[Any], where: str, bounds: tuple[msgspec.Meta, ...]
    ) -> WireType:
        if len(arguments) != 2 or arguments[1] is not Ellipsis:  # noqa: PLR2004 - (T, ...)
            self.violate(
                "fixed_tuple",
                where,
                f"{show(annotation)} has no JSON form with names",
                "Use tuple[T, ...] or a Message with named fields.",
            )
            return _PLACEHOLDER
        item = self.read(arguments[0], f"{where}[]")
        if isinstance(item, OptionalType):
            self.violate(
                "none_in_tuple",
                where,
                "a list on the wire cannot hold nothing",
                "Leave the item out, or wrap it in a Message.",
            )
        return TupleType(item, bounds)

    def _refuse(self, annotation: Any, where: str) -> WireType:
        rule, what, fix = _refusal(annotation)
        self.violate(rule, where, f"{show(annotation)} {what}", fix)
        return _PLACEHOLDER


_PLACEHOLDER: Final = Leaf(str)


def _refusal(annotation: Any) -> tuple[str, str, str]:
    """Why a type cannot cross: the rule, what is wrong, what to write instead."""
    plain = get_origin(annotation) or annotation
    if plain in _INSTEAD:
        rule = "mutable_type" if plain in (list, set, dict, bytearray) else "undeclared_type"
        return rule, "cannot cross", f"Use {_INSTEAD[plain]}."
    if dataclasses.is_dataclass(annotation):
        return (
            "mutable_type",
            "can be changed after it was sent",
            "Declare it with @dataclass(frozen=True), or as a Message.",
        )
    if isinstance(annotation, typing.TypeVar) or hasattr(annotation, "__parameters__"):
        return "undeclared_type", "is open", "Name the concrete type."
    return (
        "undeclared_type",
        "is not a type that can cross",
        "Use a Message, a frozen dataclass, or a scalar listed in ARCHITECTURE.md.",
    )


def is_message(python: type) -> bool:
    """Whether values of the class may cross as messages: a `Message`, or a frozen dataclass."""
    if isinstance(python, MessageMeta):
        return True
    # `frozen` leaves no documented trace on the class.
    parameters = vars(python).get("__dataclass_params__")
    return bool(getattr(parameters, "frozen", False))


def show(annotation: Any) -> str:
    """An annotation as its author wrote it, near enough."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "")


def _defaults(python: Any) -> list[tuple[str, object]]:
    if isinstance(python, MessageMeta):
        fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
        return [(f.name, _default(f.default, f.default_factory, msgspec.NODEFAULT)) for f in fields]
    return [(f.name, _default(f.default, f.default_factory, dataclasses.MISSING)) for f in dataclasses.fields(python)]


def _default(value: object, factory: Any, missing: object) -> object:
    if value is not missing:
        return value
    return Field.REQUIRED if factory is missing else factory()
