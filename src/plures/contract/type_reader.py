"""Annotations → wire types. What could not cross the wire becomes a violation that says what to write instead."""

import dataclasses
import inspect
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, Flag
from typing import Annotated, Any, Final, NewType, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec

from plures.errors import Violation

from . import rules
from .annotations import Unresolvable, show
from .bounds import broken_bounds
from .codec import (
    Bounds,
    EnumType,
    Field,
    MessageType,
    OptionalType,
    Problems,
    ScalarType,
    TupleType,
    UnionType,
    WireType,
)
from .generics import class_of, field_hints, name_of, parameters_of
from .message import MessageMeta
from .names import camel, is_spellable, member
from .refusals import foreign_bounds, items_of, refusal

# True where msgspec's own JSON is the wire form: not for time spans, and not for datetimes, since msgspec accepts naive ones.
_SCALARS: Final[Mapping[Any, bool]] = {
    **dict.fromkeys([bool, str, int, float, bytes, UUID, Decimal, date], True),
    **dict.fromkeys([datetime, timedelta], False),
}
_PLACEHOLDER: Final = ScalarType(str)
# More of one class in one contract than anyone writes: a generic message that nests itself in ever new types never ends.
_MOST_CONCRETE: Final = 100


class TypeReader:
    """Reads annotations of one application. Violations gather in `violations`, in the order of reading."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._messages: dict[Any, MessageType] = {}

    def read(self, annotation: Any, where: str, bounds: Bounds = ()) -> WireType:  # noqa: PLR0911 - a table of cases
        """The wire type of an annotation; a placeholder where there is a violation."""
        if isinstance(annotation, NewType):
            return self.read(annotation.__supertype__, where, bounds)
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            self.violations.extend(foreign_bounds(annotation, where))
            found = tuple(a for a in arguments[1:] if isinstance(a, msgspec.Meta))
            return self.read(arguments[0], where, bounds + found)
        if origin in (Union, types.UnionType):
            return self._union(arguments, where, bounds)
        if origin is tuple:
            return self._tuple(annotation, where, bounds)
        if isinstance(annotation, type) and annotation in _SCALARS:
            return self._scalar(annotation, where, bounds)
        self._has_broken(bounds, annotation, where)
        if isinstance(annotation, type) and issubclass(annotation, Enum) and not issubclass(annotation, Flag):
            return (
                EnumType(annotation)
                if len(annotation)
                else self._refuse(rules.NO_MEMBERS.broken(where, type=show(annotation)))
            )
        if is_message(annotation):
            return self.message(annotation, where)
        for item in items_of(annotation):
            self.read(item, f"{where}[]")
        return self._refuse(refusal(annotation, where))

    def message(self, annotation: Any, where: str = "") -> MessageType:
        """The wire type of a message class, of a frozen dataclass or of a concrete generic one; each is read once."""
        known = self._messages.get(annotation)
        if known is None:
            python = class_of(annotation)
            known = self._messages[annotation] = MessageType(python, name_of(annotation), annotation)
            if annotation is python and parameters_of(python):
                self._refuse(rules.OPEN_TYPE.broken(where or python.__qualname__, type=python.__qualname__))
            elif [class_of(each) for each in self._messages].count(python) > _MOST_CONCRETE:
                self._refuse(rules.ENDLESS_TYPE.broken(where or python.__qualname__, type=python.__qualname__))
            else:
                known.fields = self.fields(annotation)
        return known

    def fields(self, annotation: Any) -> tuple[Field, ...]:
        """The fields of a message, with their defaults."""
        python = class_of(annotation)
        where = python.__qualname__
        try:
            hints = field_hints(annotation)
        except Unresolvable as error:
            self._refuse(unresolved(error, where))
            return ()
        self._check_construction(python, where)
        return tuple(self.field(name, hints[name], default, f"{where}.{name}") for name, default in _defaults(python))

    def _check_construction(self, python: Any, where: str) -> None:
        """A message must consist of its fields, in the one spelling: both ways of the codec rely on that."""
        if isinstance(python, MessageMeta):
            config: Any = python.__struct_config__
            fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
            renamed = [field.name for field in fields if field.encode_name != camel(field.name)]
            if renamed or config.array_like or config.tag is not None or config.omit_defaults or not config.frozen:
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

    def _scalar(self, python: type, where: str, bounds: Bounds) -> WireType:
        # An offset is demanded of every datetime, so tz=True adds nothing; msgspec would refuse to be told twice.
        if self._has_broken(bounds, python, where) or python is datetime:
            bounds = ()
        return ScalarType(python, is_native=_SCALARS[python], bounds=bounds)

    def _has_broken(self, bounds: Bounds, python: Any, where: str) -> bool:
        broken = list(broken_bounds(python, bounds, where))
        self.violations.extend(broken)
        return bool(broken)

    def _union(self, arguments: Sequence[Any], where: str, bounds: Bounds) -> WireType:
        some = [argument for argument in arguments if argument is not type(None)]
        if len(some) == 1:
            return OptionalType(self.read(some[0], where, bounds), is_native=not bounds)
        self._has_broken(bounds, Union, where)
        before = len(self.violations)
        for argument in some:
            if not is_message(argument):
                self.read(argument, where)
        if len(self.violations) > before:
            return _PLACEHOLDER
        if not all(map(is_message, some)):
            return self._refuse(rules.UNION.broken(where, names=", ".join(map(show, some))))
        members = {member(name_of(argument)): self.message(argument, where) for argument in some}
        if len(members) < len(some):
            self._refuse(rules.UNION_NAMES.broken(where))
        elif len(set(map(class_of, some))) < len(some):
            self._refuse(rules.UNION_CLASSES.broken(where, names=", ".join(map(show, some))))
        union = UnionType(members)
        return OptionalType(union) if len(some) < len(arguments) else union

    def _tuple(self, annotation: Any, where: str, bounds: Bounds) -> WireType:
        match get_args(annotation):
            case (first, types.EllipsisType()):
                item = self.read(first, f"{where}[]")
            case _:
                return self._refuse(rules.FIXED_TUPLE.broken(where, type=show(annotation)))
        if isinstance(item, OptionalType):
            self._refuse(rules.NONE_IN_TUPLE.broken(where))
        self._has_broken(bounds, tuple, where)
        return TupleType(item, bounds)

    def _refuse(self, violation: Violation) -> WireType:
        self.violations.append(violation)
        return _PLACEHOLDER


def unresolved(error: Unresolvable, where: str) -> Violation:
    """What is wrong with annotations that raise an exception: mostly a missing import, sometimes a wrong bound."""
    if isinstance(error.__cause__, NameError):
        return rules.UNRESOLVED.broken(where, error=error)
    return rules.WRONG_ANNOTATION.broken(where, error=f"{type(error.__cause__).__name__}: {error}")


def is_message(annotation: Any) -> bool:
    """Whether values of the type may cross as messages: a `Message`, a frozen dataclass, or a concrete generic one."""
    python = class_of(annotation)
    if not isinstance(python, type) or not _has_hash(annotation):
        return False
    if isinstance(python, MessageMeta):
        return True
    # There is no documented way to ask a dataclass whether it is frozen.
    parameters = vars(python).get("__dataclass_params__")
    return bool(getattr(parameters, "frozen", False))


def _has_hash(annotation: Any) -> bool:
    """Whether a type can be looked up; `Page[Annotated[int, {}]]` cannot."""
    try:
        hash(annotation)
    except TypeError:
        return False
    return True


def _defaults(python: Any) -> list[tuple[str, object]]:
    if isinstance(python, MessageMeta):
        fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
        return [(f.name, _default(f.default, f.default_factory, msgspec.NODEFAULT)) for f in fields]
    return [(f.name, _default(f.default, f.default_factory, dataclasses.MISSING)) for f in dataclasses.fields(python)]


def _default(value: object, factory: Any, missing: object) -> object:
    if value is not missing:
        return value
    return Field.REQUIRED if factory is missing else factory()
