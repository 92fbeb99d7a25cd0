"""Annotations → wire types. What could not cross the wire becomes a violation that says what to write instead."""

import dataclasses
import inspect
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, Flag
from typing import Annotated, Any, Final, NewType, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec

from plures.errors import Violation

from . import rules
from .annotations import Unresolvable, annotations_of, show
from .codec import EnumType, Field, MessageType, OptionalType, Problems, ScalarType, TupleType, UnionType, WireType
from .message import MessageMeta
from .names import camel, is_spellable, member

# True where msgspec's own JSON is the wire form: not for time spans, and not for datetimes, since msgspec accepts naive ones.
_SCALARS: Final[Mapping[Any, bool]] = {
    **dict.fromkeys([bool, str, int, float, bytes, UUID, Decimal, date], True),
    **dict.fromkeys([datetime, timedelta], False),
}
_INSTEAD_OF_MUTABLE: Final[Mapping[Any, str]] = {
    **dict.fromkeys([list, set], "tuple[T, ...]"),
    dict: "tuple[Entry, ...] with a message Entry(key, value)",
    bytearray: "bytes",
}
_INSTEAD_OF_VAGUE: Final[Mapping[Any, str]] = {
    **dict.fromkeys([object, Any], "the messages that it may be, as a union"),
    frozenset: "tuple[T, ...]",
    complex: "a message with two floats",
}
_PLACEHOLDER: Final = ScalarType(str)


class TypeReader:
    """Reads annotations of one application. Violations gather in `violations`, in the order of reading."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._messages: dict[type, MessageType] = {}

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
            return self._tuple(annotation, where, bounds)
        if isinstance(annotation, type) and annotation in _SCALARS:
            return ScalarType(annotation, is_native=_SCALARS[annotation], bounds=bounds)
        if isinstance(annotation, type) and issubclass(annotation, Enum) and not issubclass(annotation, Flag):
            return EnumType(annotation)
        if isinstance(annotation, type) and is_message(annotation):
            return self.message(annotation)
        return self._refuse(_refusal(annotation, where))

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
            hints = annotations_of(python, include_extras=True)
        except Unresolvable as error:
            self._refuse(rules.UNRESOLVED.broken(where, error=error))
            return ()
        self._check_construction(python, where)
        return tuple(self.field(name, hints[name], default, f"{where}.{name}") for name, default in _defaults(python))

    def _check_construction(self, python: Any, where: str) -> None:
        """A message must consist of its fields, in the one spelling: both ways of the codec rely on that."""
        if isinstance(python, MessageMeta):
            config: Any = python.__struct_config__
            fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
            renamed = [field.name for field in fields if field.encode_name != camel(field.name)]
            if renamed or config.array_like or config.tag is not None or not config.frozen:
                named = f" ({', '.join(renamed)})" if renamed else ""
                self._refuse(rules.MESSAGE_OPTIONS.broken(where, fields=named))
        elif set(inspect.signature(python).parameters) != {field.name for field in dataclasses.fields(python)}:
            self._refuse(rules.CONSTRUCTOR.broken(where))

    def field(self, name: str, annotation: Any, default: object, where: str) -> Field:
        """One field or parameter; its name and default must cross as well as its type."""
        if not is_spellable(name):
            self._refuse(rules.FIELD_NAME.broken(where, name=name))
        wire_type = self.read(annotation, where)
        if default is not Field.REQUIRED:
            self._check_default(wire_type, default, where)
        return Field(name, camel(name), wire_type, default)

    def _check_default(self, wire_type: WireType, default: object, where: str) -> None:
        if isinstance(wire_type, OptionalType):
            if default is not None:
                self._refuse(rules.DEFAULT_FOR_NONE.broken(where, default=default))
        elif isinstance(wire_type, TupleType) and default != ():
            self._refuse(rules.DEFAULT_FOR_EMPTY.broken(where, default=default))
        else:
            problems = Problems()
            wire_type.decode(wire_type.encode(default, "", problems), "", problems)
            if problems:
                self._refuse(rules.DEFAULT.broken(where, default=default, problem=problems[0]))

    def _union(self, arguments: Sequence[Any], where: str, bounds: tuple[msgspec.Meta, ...]) -> WireType:
        some = [argument for argument in arguments if argument is not type(None)]
        if len(some) == 1:
            return OptionalType(self.read(some[0], where, bounds))
        if not all(isinstance(argument, type) and is_message(argument) for argument in some):
            return self._refuse(rules.UNION.broken(where, names=", ".join(map(show, some))))
        members = {member(argument.__name__): self.message(argument) for argument in some}
        if len(members) < len(some):
            self._refuse(rules.UNION_NAMES.broken(where))
        union = UnionType(members)
        return OptionalType(union) if len(some) < len(arguments) else union

    def _tuple(self, annotation: Any, where: str, bounds: tuple[msgspec.Meta, ...]) -> WireType:
        match get_args(annotation):
            case (first, types.EllipsisType()):
                item = self.read(first, f"{where}[]")
            case _:
                return self._refuse(rules.FIXED_TUPLE.broken(where, type=show(annotation)))
        if isinstance(item, OptionalType):
            self._refuse(rules.NONE_IN_TUPLE.broken(where))
        return TupleType(item, bounds)

    def _refuse(self, violation: Violation) -> WireType:
        self.violations.append(violation)
        return _PLACEHOLDER


def _refusal(annotation: Any, where: str) -> Violation:
    """Why a type cannot cross."""
    name, plain = show(annotation), get_origin(annotation) or annotation
    if isinstance(plain, type) and plain in _INSTEAD_OF_MUTABLE:
        return rules.MUTABLE_TYPE.broken(where, type=name, instead=_INSTEAD_OF_MUTABLE[plain])
    if isinstance(plain, type) and plain in _INSTEAD_OF_VAGUE:
        return rules.VAGUE_TYPE.broken(where, type=name, instead=_INSTEAD_OF_VAGUE[plain])
    if dataclasses.is_dataclass(annotation):
        return rules.MUTABLE_DATACLASS.broken(where, type=name)
    if isinstance(annotation, TypeVar) or getattr(annotation, "__parameters__", None):
        return rules.OPEN_TYPE.broken(where, type=name)
    return rules.FOREIGN_TYPE.broken(where, type=name)


def is_message(python: type) -> bool:
    """Whether values of the class may cross as messages: a `Message`, or a frozen dataclass."""
    if isinstance(python, MessageMeta):
        return True
    # There is no documented way to ask a dataclass whether it is frozen.
    parameters = vars(python).get("__dataclass_params__")
    return bool(getattr(parameters, "frozen", False))


def _defaults(python: Any) -> list[tuple[str, object]]:
    if isinstance(python, MessageMeta):
        fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
        return [(f.name, _default(f.default, f.default_factory, msgspec.NODEFAULT)) for f in fields]
    return [(f.name, _default(f.default, f.default_factory, dataclasses.MISSING)) for f in dataclasses.fields(python)]


def _default(value: object, factory: Any, missing: object) -> object:
    if value is not missing:
        return value
    return Field.REQUIRED if factory is missing else factory()
