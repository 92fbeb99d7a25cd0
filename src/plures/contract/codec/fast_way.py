"""The fast way: the form of a type, which msgspec reads and writes at once, and the way from a value to its form and back.

Most types are their own form. A message with a part that msgspec would spell in another way gets a stand-in: a struct of the same
fields, made of the forms of their types. A form need not take every value: where a conversion fails, the exact way is taken.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from inspect import Parameter, Signature, signature
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from plures.contract.wellknown import AnyMessage, Duration, Timestamp, read_any, write_any

from .containers import FixedTupleType, MapType, OptionalType, TupleType
from .messages import Field, MessageType, UnionType
from .scalar_json import READ, WRITE
from .scalars import EnumType, LiteralType, ScalarType
from .wire_type import WireType, is_native_throughout, nests_itself, reachable

Convert: TypeAlias = Callable[[Any], Any]


class Form(NamedTuple):
    """What msgspec reads and writes, and how to get there and back; None where the value is its own form."""

    type: Any
    to: Convert | None = None
    back: Convert | None = None


def takes_in_order(callee: Signature, names: Sequence[str]) -> bool:
    """Whether these are its parameters, in this order, and all may be passed by position."""
    parameters = callee.parameters
    return list(parameters) == list(names) and all(
        parameter.kind is Parameter.POSITIONAL_OR_KEYWORD for parameter in parameters.values()
    )


def form_of(message: MessageType) -> Form | None:
    """The form of a message; None where it has a part that nests itself and is not its own form."""
    if any(nests_itself(part) and not is_native_throughout(part) for part in reachable(message)):
        return None
    return _of_message(message)


def _form(wire_type: WireType) -> Form:  # noqa: PLR0911 - a table of cases
    if isinstance(wire_type, MessageType):
        return _of_message(wire_type)
    if isinstance(wire_type, UnionType):
        return _of_union(wire_type)
    if isinstance(wire_type, TupleType):
        return _of_tuple(wire_type)
    if isinstance(wire_type, FixedTupleType):
        return _of_fixed_tuple(wire_type)
    if isinstance(wire_type, MapType):
        return _of_map(wire_type)
    if isinstance(wire_type, OptionalType):
        return _of_optional(wire_type)
    if isinstance(wire_type, LiteralType):
        return Form(Literal[wire_type.values])
    if isinstance(wire_type, EnumType):
        return _of_enum(wire_type)
    if isinstance(wire_type, ScalarType):
        return _of_scalar(wire_type)
    raise TypeError(wire_type)


def _of_scalar(scalar: ScalarType) -> Form:
    if scalar.python is datetime:
        return Form(Annotated[scalar.bounded, msgspec.Meta(tz=True)], WRITE[datetime])
    if scalar.python in (time, timedelta, Timestamp, Duration):
        return Form(str, WRITE[scalar.python], READ[scalar.python])
    if scalar.python is AnyMessage:
        return Form(dict[str, Any], write_any, read_any)
    return Form(scalar.bounded, None, scalar.check)


def _of_enum(enum: EnumType) -> Form:
    # By identity, since members hash slowly. A name that only the peer knows is not among these, and so goes the exact way.
    names = {id(member): member.name for member in enum.python}

    def to(value: object) -> str:
        return names[id(value)]

    return Form(str, to, dict(enum.python.__members__).__getitem__)


def _of_tuple(tuple_type: TupleType) -> Form:
    item = _form(tuple_type.parts[0])
    python = tuple_type.python
    many: Any = list[item.type] if python is list else tuple[item.type, ...]  # type: ignore[name-defined]  # a type made at run time
    return Form(
        Annotated[many, tuple_type.bound], item.to and _each(item.to, python), item.back and _each(item.back, python)
    )


def _of_fixed_tuple(fixed: FixedTupleType) -> Form:
    forms = [_form(part) for part in fixed.parts]
    together: Any = tuple.__class_getitem__(tuple(form.type for form in forms))
    tos, backs = [form.to for form in forms], [form.back for form in forms]
    return Form(together, _each_its_own(tos) if any(tos) else None, _each_its_own(backs) if any(backs) else None)


def _of_map(map_type: MapType) -> Form:
    value = _form(map_type.parts[0])
    many: Any = dict[str, value.type]  # type: ignore[name-defined]  # a type made at run time
    return Form(many, value.to and _each_value(value.to), value.back and _each_value(value.back))


def _of_optional(optional: OptionalType) -> Form:
    inner = _form(optional.parts[0])
    return Form(inner.type | None, inner.to and _none_as(None, inner.to), inner.back and _none_as(None, inner.back))


def _of_union(union: UnionType) -> Form:
    forms = {key: _of_message(member) for key, member in union.members.items()}
    stand_in = _stand_in("Union", [(key, form.type | None, False) for key, form in forms.items()])
    numbers = {member.python: number for number, member in enumerate(union.members.values())}
    tos, backs = [form.to for form in forms.values()], [form.back for form in forms.values()]

    def to(value: Any) -> Any:
        number = numbers[type(value)]
        convert = tos[number]
        return stand_in(**{f"f{number}": convert(value) if convert else value})

    def back(data: Any) -> Any:
        [(number, member)] = [(n, m) for n, m in enumerate(astuple(data)) if m is not UNSET and m is not None]
        convert = backs[number]
        return convert(member) if convert else member

    return Form(stand_in, to, back)


def _of_message(message: MessageType) -> Form:
    if is_native_throughout(message):
        return Form(message.annotation)
    forms = {field.name: _form(field.type) for field in message.fields}
    # A struct must have its required fields first.
    fields = sorted(message.fields, key=lambda field: field.default is not Field.REQUIRED)
    stand_in = _stand_in(
        message.name, [(field.wire_name, forms[field.name].type, field.default is Field.REQUIRED) for field in fields]
    )
    values_of, make = _taker(fields), _maker(message, fields)
    conversions = [(_to(field, forms[field.name]), _back(field, forms[field.name])) for field in fields]
    tos = [(number, convert) for number, (convert, _) in enumerate(conversions) if convert is not None]
    backs = [(number, convert) for number, (_, convert) in enumerate(conversions) if convert is not None]

    def to(value: Any) -> Any:
        if type(value) is not message.python:
            # The exact way says what is wrong.
            raise TypeError
        values = list(values_of(value))
        for number, convert in tos:
            values[number] = convert(values[number])
        return stand_in(*values)

    def back(data: Any) -> Any:
        values = list(astuple(data))
        for number, convert in backs:
            values[number] = convert(values[number])
        return make(values)

    return Form(stand_in, to, back)


def _stand_in(name: str, fields: Sequence[tuple[str, Any, bool]]) -> Any:
    """A struct with these names on the wire, types, and whether they are required."""
    members: list[Any] = [
        (f"f{number}", form) if is_required else (f"f{number}", form | UnsetType, UNSET)
        for number, (_, form, is_required) in enumerate(fields)
    ]
    wire_names = {f"f{number}": wire_name for number, (wire_name, *_) in enumerate(fields)}
    return msgspec.defstruct(name, members, rename=wire_names, frozen=True, gc=False)


def _to(field: Field, form: Form) -> Convert | None:
    return _none_as(UNSET, form.to or _itself) if field.default is None else form.to


def _back(field: Field, form: Form) -> Convert | None:
    if field.default is Field.REQUIRED:
        return form.back
    default, back = field.default, form.back or _itself
    if field.is_filled:
        return form.back and (lambda data: data if data is UNSET else back(data))
    if field.is_changeable:
        fresh = field.fresh
        return lambda data: fresh() if data is UNSET else back(data)
    return lambda data: default if data is UNSET else back(data)


def _itself(value: Any) -> Any:
    return value


def _each(convert: Convert, python: type) -> Convert:
    return lambda values: python([convert(value) for value in values])


def _each_its_own(converts: Sequence[Convert | None]) -> Convert:
    return lambda values: tuple([c(value) if c else value for c, value in zip(converts, values, strict=True)])


def _each_value(convert: Convert) -> Convert:
    return lambda entries: {key: convert(value) for key, value in entries.items()}


def _none_as(instead: object, convert: Convert) -> Convert:
    return lambda value: instead if value is None else convert(value)


def _taker(fields: Sequence[Field]) -> Callable[[Any], tuple[Any, ...]]:
    """Takes the fields of a value, in this order."""
    if len(fields) > 1:
        return attrgetter(*[field.name for field in fields])
    return lambda value: tuple([getattr(value, field.name) for field in fields])


def _maker(message: MessageType, fields: Sequence[Field]) -> Callable[[list[Any]], Any]:
    """Makes a value of its fields, in this order."""
    python: Any = message.python
    names = [field.name for field in fields]
    if message.is_model:
        make = message.make
        return lambda values: make({n: v for n, v in zip(names, values, strict=True) if v is not UNSET})
    if takes_in_order(signature(python), names):
        return lambda values: python(*values)
    return lambda values: python(**dict(zip(names, values, strict=True)))
