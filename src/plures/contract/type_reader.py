"""Annotations → wire types. What could not cross the wire becomes a violation that says what to write instead."""

import dataclasses
import types
from collections import abc
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag
from typing import Annotated, Any, Final, Literal, NewType, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec

from plures.errors import Violation

from . import rules
from .annotations import Unresolvable, show, signature_of
from .bounds import broken_bounds
from .codec import (
    Bounds,
    EnumType,
    Field,
    FixedTupleType,
    LiteralType,
    MapType,
    MessageType,
    OptionalType,
    Problems,
    ScalarType,
    TupleType,
    UnionType,
    WireType,
)
from .foreign import is_mapped, is_model, keeps_values, maker, model_problem, read_fields, stands_for
from .generics import class_of, field_hints, name_of, parameters_of
from .message import MessageMeta, defaults_of, is_frozen
from .names import camel, is_spellable, member
from .refusals import foreign_bounds, items_of, refusal
from .wellknown import AnyMessage, Duration, Timestamp

# True where msgspec's own JSON is the wire form: not for time spans, and not for datetimes, since msgspec accepts naive ones.
_SCALARS: Final[Mapping[Any, bool]] = {
    **dict.fromkeys([bool, str, int, float, bytes, UUID, Decimal, date], True),
    **dict.fromkeys([datetime, time, timedelta, Timestamp, Duration, AnyMessage], False),
}
# What arrives, and what may be sent, of each that travels as a list.
_LISTS: Final[Mapping[Any, tuple[type[Any], tuple[type[Any], ...]]]] = {
    tuple: (tuple, (tuple,)),
    list: (list, (list,)),
    abc.Sequence: (tuple, (tuple, list)),
}
_MAPS: Final = (dict, abc.Mapping)
_PLACEHOLDER: Final = ScalarType(str)
# More of one class in one contract than anyone writes: a generic message that nests itself in ever new types never ends.
_MOST_CONCRETE: Final = 100


class TypeReader:
    """Reads annotations of one application. Violations gather in `violations`, in the order of reading."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self._messages: dict[Any, MessageType] = {}
        # The model whose fields are being read: it holds its bounds itself.
        self._model: Any = None

    def read(self, annotation: Any, where: str, bounds: Bounds = ()) -> WireType:  # noqa: PLR0911 - a table of cases
        """The wire type of an annotation; a placeholder where there is a violation."""
        if isinstance(annotation, NewType):
            return self.read(annotation.__supertype__, where, bounds)
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            if self._model is None:
                self.violations.extend(foreign_bounds(annotation, where))
            found = tuple(a for a in arguments[1:] if isinstance(a, msgspec.Meta))
            return self.read(arguments[0], where, bounds + found)
        generic = self._generic(annotation, where, bounds)
        if generic is not None:
            return generic
        if self._model is not None and stands_for(annotation) is not None:
            return self.read(stands_for(annotation), where, bounds)
        if isinstance(annotation, type) and annotation in _SCALARS:
            return self._scalar(annotation, where, bounds)
        self._has_broken(bounds, annotation, where)
        if isinstance(annotation, type) and issubclass(annotation, Enum) and not issubclass(annotation, Flag):
            return (
                EnumType(annotation, by_value=self._model is not None and keeps_values(self._model))
                if len(annotation)
                else self._refuse(rules.NO_MEMBERS.broken(where, type=show(annotation)))
            )
        if is_message(annotation):
            return self.message(annotation, where)
        for item in items_of(annotation):
            self.read(item, f"{where}[]")
        return self._refuse(refusal(annotation, where))

    def _generic(self, annotation: Any, where: str, bounds: Bounds) -> WireType | None:
        """The wire type of a union, of what travels as a list or a map, or of a choice of texts; None of all else."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin in (Union, types.UnionType):
            return self._union(arguments, where, bounds)
        if origin in _LISTS and arguments != ((),):
            return self._list(annotation, where, bounds)
        if origin in _MAPS and arguments:
            return self._map(annotation, where, bounds)
        if origin is Literal and all(isinstance(each, str) for each in arguments):
            self._has_broken(bounds, annotation, where)
            return LiteralType(arguments)
        return None

    def message(self, annotation: Any, where: str = "") -> MessageType:
        """The wire type of a message class, of a frozen dataclass or of a concrete generic one; each is read once."""
        known = self._messages.get(annotation)
        if known is None:
            python = class_of(annotation)
            known = self._messages[annotation] = MessageType(
                python, name_of(annotation), annotation, make=_maker(python), is_frozen=is_frozen(python)
            )
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
        if is_model(python):
            return self._model_fields(python, where)
        try:
            hints = field_hints(annotation)
        except Unresolvable as error:
            self._refuse(unresolved(error, where))
            return ()
        self._check_construction(python, where)
        with self._within(None):
            return tuple(
                self.field(name, hints[name], default, f"{where}.{name}")
                for name, default in defaults_of(python, required=Field.REQUIRED)
            )

    def _model_fields(self, python: Any, where: str) -> tuple[Field, ...]:
        problem = model_problem(python)
        if problem:
            self._refuse(rules.MODEL.broken(where, problem=problem, type=python.__name__))
        try:
            fields = read_fields(python, required=Field.REQUIRED, computed=Field.OWN)
        except Exception as error:  # noqa: BLE001 - its annotations are code
            self._refuse(rules.UNRESOLVED.broken(where, error=str(error).splitlines()[0]))
            return ()
        with self._within(python):
            read = [self.field(each.name, each.annotation, each.default, f"{where}.{each.name}") for each in fields]
        return tuple(
            dataclasses.replace(field, is_filled=True, shown=each.bounds)
            for field, each in zip(read, fields, strict=True)
        )

    @contextmanager
    def _within(self, model: Any) -> Generator[None]:
        before, self._model = self._model, model
        try:
            yield
        finally:
            self._model = before

    def _check_construction(self, python: Any, where: str) -> None:
        """A message must consist of its fields, in the one spelling: both ways of the codec rely on that."""
        if isinstance(python, MessageMeta):
            config: Any = python.__struct_config__
            fields = msgspec.structs.fields(cast("type[msgspec.Struct]", python))
            renamed = [field.name for field in fields if field.encode_name != camel(field.name)]
            if renamed or config.array_like or config.tag is not None or config.omit_defaults or not config.frozen:
                named = f" ({', '.join(renamed)})" if renamed else ""
                self._refuse(rules.MESSAGE_OPTIONS.broken(where, fields=named))
        elif set(signature_of(python).parameters) != {field.name for field in dataclasses.fields(python)}:
            self._refuse(rules.CONSTRUCTOR.broken(where))

    def field(self, name: str, annotation: Any, default: object, where: str) -> Field:
        """One field or parameter; its name and default must cross as well as its type."""
        if not is_spellable(name):
            self._refuse(rules.FIELD_NAME.broken(where, name=name))
        wire_type = self.read(annotation, where)
        if default is not Field.REQUIRED and default is not Field.OWN:
            self._check_default(wire_type, default, where)
        return Field(name, camel(name), wire_type, default)

    def _check_default(self, wire_type: WireType, default: object, where: str) -> None:
        if isinstance(wire_type, OptionalType):
            if default is not None:
                self._refuse(rules.DEFAULT_FOR_NONE.broken(where, default=default))
        elif isinstance(wire_type, TupleType | MapType) and default not in ((), [], {}):
            empty = "{}" if isinstance(wire_type, MapType) else "[]" if wire_type.python is list else "()"
            self._refuse(rules.DEFAULT_FOR_EMPTY.broken(where, default=default, empty=empty))
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
        if not bounds:
            return False
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

    def _list(self, annotation: Any, where: str, bounds: Bounds) -> WireType:
        python, accepts = _LISTS[get_origin(annotation)]
        arguments = get_args(annotation)
        if python is tuple and len(accepts) == 1 and arguments[-1] is not Ellipsis:
            self._has_broken(bounds, annotation, where)
            return FixedTupleType([self._item(each, f"{where}[{n}]") for n, each in enumerate(arguments)])
        item = self._item(arguments[0], f"{where}[]")
        self._has_broken(bounds, tuple, where)
        return TupleType(item, bounds, python=python, accepts=accepts)

    def _map(self, annotation: Any, where: str, bounds: Bounds) -> WireType:
        key, value = get_args(annotation)
        while isinstance(key, NewType):
            key = key.__supertype__
        if key is not str:
            self._refuse(rules.MAP_KEY.broken(where, type=show(annotation), key=show(key)))
        self._has_broken(bounds, annotation, where)
        return MapType(self._item(value, f"{where}[]"))

    def _item(self, annotation: Any, where: str) -> WireType:
        item = self.read(annotation, where)
        if isinstance(item, OptionalType):
            self._refuse(rules.NONE_IN_TUPLE.broken(where.rpartition("[")[0]))
        return item

    def _refuse(self, violation: Violation) -> WireType:
        self.violations.append(violation)
        return _PLACEHOLDER


def unresolved(error: Unresolvable, where: str) -> Violation:
    """What is wrong with annotations that raise an exception: mostly a missing import, sometimes a wrong bound."""
    if isinstance(error.__cause__, NameError):
        return rules.UNRESOLVED.broken(where, error=error)
    return rules.WRONG_ANNOTATION.broken(where, error=f"{type(error.__cause__).__name__}: {error}")


def is_message(annotation: Any) -> bool:
    """Whether values of the type may cross as messages: a `Message`, a dataclass, a model, or a concrete generic one."""
    python = class_of(annotation)
    if not isinstance(python, type) or not _has_hash(annotation):
        return False
    if isinstance(python, MessageMeta):
        return True
    return not is_mapped(python) and (is_model(python) or "__dataclass_params__" in vars(python))


def _maker(python: Any) -> Callable[[dict[str, Any]], Any] | None:
    return maker(python) if is_model(python) else None


def _has_hash(annotation: Any) -> bool:
    """Whether a type can be looked up; `Page[Annotated[int, {}]]` cannot."""
    try:
        hash(annotation)
    except TypeError:
        return False
    return True
