"""Fields of protobuf → fields of the model, as their JSON mapping and their numbers make them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from plures.compat import ABSENT, Choice, Field, ListOf, MapOf, Named, OneOf, Scalar, Type
from plures.errors import Rule
from plures.exports import Notes
from plures.imports import rules

from .files import ProtoField, ProtoMessage

_INT32: Final = {"ge": -(2**31), "le": 2**31 - 1}
_UINT32: Final = {"ge": 0, "le": 2**32 - 1}
_SCALARS: Final = {
    "bool": Scalar("bool"),
    "string": Scalar("string"),
    "bytes": Scalar("bytes"),
    "double": Scalar("double"),
    "float": Scalar("double"),
    **dict.fromkeys(("int32", "sint32", "sfixed32"), Scalar("int64", _INT32)),
    **dict.fromkeys(("uint32", "fixed32"), Scalar("int64", _UINT32)),
    **dict.fromkeys(("int64", "sint64", "sfixed64"), Scalar("int64")),
    **dict.fromkeys(("uint64", "fixed64"), Scalar("int64", {"ge": 0})),
}
_WELL_KNOWN: Final = {
    "google.protobuf.Timestamp": Scalar("timestamp"),
    "google.protobuf.Duration": Scalar("duration"),
    "google.protobuf.Any": Scalar("any"),
    "google.protobuf.FieldMask": Scalar("string"),
    "google.protobuf.DoubleValue": Scalar("double"),
    "google.protobuf.FloatValue": Scalar("double"),
    "google.protobuf.Int64Value": Scalar("int64"),
    "google.protobuf.UInt64Value": Scalar("int64", {"ge": 0}),
    "google.protobuf.Int32Value": Scalar("int64", _INT32),
    "google.protobuf.UInt32Value": Scalar("int64", _UINT32),
    "google.protobuf.BoolValue": Scalar("bool"),
    "google.protobuf.StringValue": Scalar("string"),
    "google.protobuf.BytesValue": Scalar("bytes"),
}
_NO_PLACE: Final = {
    "google.protobuf.Struct": "Let the peer declare the fields that you need.",
    "google.protobuf.Value": "Let the peer declare a type.",
    "google.protobuf.ListValue": "Let the peer declare the type of its items.",
}
# Their binary form is that of int64, or their JSON is not what the model has.
_ALIKE: Final = frozenset(
    (
        "bool",
        "string",
        "bytes",
        "double",
        "int32",
        "int64",
        "uint32",
        "uint64",
        "google.protobuf.Timestamp",
        "google.protobuf.Any",
        "google.protobuf.Duration",
    )
)
_PYTHON: Final = {"int64": "int", "double": "float", "string": "str", "bytes": "bytes", "bool": "bool"}
_ZEROS: Final = {"bool": False, "string": "", "bytes": "", "int64": 0, "double": 0.0}


@dataclass(frozen=True)
class Told:
    """A rule that something breaks, and what fills its words."""

    rule: Rule
    values: dict[str, str]


@dataclass(frozen=True)
class Names:
    """What messages and enums are called here, read where that is needed.

    Attributes:
        message: By full name; the one that is asked for is read as well.
        member: The member of an enum that has a number.
        declared: A message as the file declares it; None for what is none.
        union: The members of a message that is a union of messages, by key; None for any other.
    """

    message: Callable[[str], str]
    enum: Callable[[str], str]
    member: Callable[[str, int], object]
    declared: Callable[[str], ProtoMessage | None]
    union: Callable[[str], "OneOf | None"]


def read_type(field: ProtoField, names: Names) -> tuple[Type | None, list[Told]]:
    """The type of a field, without its lists and maps; None where there is none."""
    name = field.type_name or field.kind
    told: list[Told] = []
    if field.kind == "group":
        return None, [Told(rules.TYPE, {"type": "a group", "instead": "Let the peer declare a message."})]
    if field.kind == "enum":
        return Named(names.enum(field.type_name)), told
    scalar = _SCALARS.get(field.kind) or _WELL_KNOWN.get(field.type_name)
    if scalar is not None:
        if name not in _ALIKE:
            told.append(Told(rules.BINARY, {"type": name, "python": _PYTHON[scalar.kind]}))
        if name in ("uint64", "fixed64", "google.protobuf.UInt64Value"):
            told.append(Told(rules.RANGE, {"type": name}))
        return scalar, told
    if field.type_name in _NO_PLACE:
        return None, [Told(rules.TYPE, {"type": field.type_name, "instead": _NO_PLACE[field.type_name]})]
    union = names.union(field.type_name)
    return (union if union is not None else Named(names.message(field.type_name))), told


def read_field(field: ProtoField, names: Names, notes: Notes | None) -> tuple[Field | None, list[Told]]:
    """A field; None where a contract has no place for it.

    Args:
        notes: What an export of Plures says of it; None in files of others.
    """
    entry = names.declared(field.type_name) if field.kind == "message" else None
    if entry is not None and entry.is_map_entry:
        return _map(field, entry, names, notes)
    type_, told = read_type(field, names)
    if type_ is None:
        return None, told
    if notes is not None:
        type_ = _noted(type_, notes, is_list=field.repeated)
    doc = _doc(field, notes)
    if field.repeated:
        bounds = notes.bounds if notes is not None else {}
        return Field(ListOf(type_, bounds), field.number, required=False, doc=doc), told
    return replace(_alone(field, type_, names, notes), doc=doc), told


def _map(field: ProtoField, entry: ProtoMessage, names: Names, notes: Notes | None) -> tuple[Field | None, list[Told]]:
    key, value = entry.fields
    type_, told = read_type(value, names)
    if type_ is None:
        return None, told
    if key.kind != "string":
        told.append(Told(rules.BINARY, {"type": f"a map with keys of {key.kind}", "python": "dict[str, …]"}))
    return Field(MapOf(type_), field.number, required=False, doc=_doc(field, notes)), told


def _alone(field: ProtoField, type_: Type, names: Names, notes: Notes | None) -> Field:
    if notes is not None:
        default = notes.default
        nullable = notes.may_be_left_out or (field.presence and field.kind != "message" and not default)
        return Field(type_, field.number, not nullable and not default, nullable, default[0] if default else ABSENT)
    if field.required:
        return Field(type_, field.number)
    if field.presence and field.default is None:
        return Field(type_, field.number, required=False, nullable=True)
    return Field(type_, field.number, required=False, default=_default(field, type_, names))


def _default(field: ProtoField, type_: Type, names: Names) -> object:
    if isinstance(type_, Named):
        number = field.default if isinstance(field.default, int) else 0
        return names.member(field.type_name, number)
    if isinstance(field.default, bytes):
        return base64.b64encode(field.default).decode()
    if field.default is not None:
        return field.default
    return _ZEROS[type_.kind] if isinstance(type_, Scalar) else ABSENT


def _noted(type_: Type, notes: Notes, *, is_list: bool) -> Type:
    """What an export wrote as text, with what its comment says of it."""
    if notes.choice:
        return Choice(notes.choice)
    if isinstance(type_, Scalar):
        kind = notes.kind or type_.kind
        return Scalar(kind, {} if is_list else notes.bounds)
    return type_


def _doc(field: ProtoField, notes: Notes | None) -> str:
    text = " ".join((notes.doc if notes is not None else field.doc).split())
    return f"Deprecated. {text}".strip() if field.deprecated and not text.lower().startswith("deprecated") else text
