"""Types of a contract as fields of proto3. Protobuf's JSON mapping of what is written here is our wire form."""

from typing import Final

import msgspec

from plures.compat import ABSENT, Choice, Contract, Field, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type
from plures.exports.names import pascal
from plures.exports.notes import MAY_BE_LEFT_OUT, TOLD, bounds_note

_SCALARS: Final = {
    "bool": "bool",
    "string": "string",
    "int64": "int64",
    "double": "double",
    "bytes": "bytes",
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "any": "google.protobuf.Any",
}
IMPORTS: Final = {
    "google.protobuf.Any": "google/protobuf/any.proto",
    "google.protobuf.Timestamp": "google/protobuf/timestamp.proto",
    "google.protobuf.Duration": "google/protobuf/duration.proto",
    "google.protobuf.ListValue": "google/protobuf/struct.proto",
    "google.protobuf.Struct": "google/protobuf/struct.proto",
}
_LIST: Final = "google.protobuf.ListValue"
_OBJECT: Final = "google.protobuf.Struct"
_ZEROS: Final = ("", 0, 0.0, False)


class ProtoField(msgspec.Struct, frozen=True):
    """How a field is declared, and what the type alone does not say."""

    type: str
    label: str = ""
    notes: tuple[str, ...] = ()


def proto_field(field: Field, union: str, contract: Contract) -> ProtoField:
    """How a field is declared.

    Args:
        union: What the message of the union in it is called, if there is one.
    """
    type_ = field.type
    notes = _notes(type_)
    if field.default is not ABSENT:
        notes.append(f"Left out, it is {field.default!r}.")
    match type_:
        case ListOf(item=item):
            return ProtoField(_part(item, union, contract), "repeated ", tuple(notes))
        case MapOf(value=value):
            return ProtoField(f"map<string, {_part(value, union, contract)}>", "", tuple(notes))
        case _:
            pass
    written = _part(type_, union, contract)
    is_message = (
        "." in written or isinstance(type_, OneOf) or (isinstance(type_, Named) and type_.name in contract.messages)
    )
    if is_message:
        # The file has one way to declare a message, and the contract two.
        return ProtoField(written, "", (*notes, *([MAY_BE_LEFT_OUT] if field.nullable else [])))
    return ProtoField(written, "optional " if _has_presence(field, contract) else "", tuple(notes))


def union_name(field_name: str) -> str:
    """What the message around a union is called, within the message of its field."""
    return f"{pascal(field_name)}Union"


def enum_name(contract: Contract, name: str) -> str:
    """What a message or an enum is called.

    Members of all enums of a package share one scope, so where two enums have one of the same name, each stands within a message.
    """
    enum = contract.enums.get(name)
    taken = {each for other, those in contract.enums.items() if other != name for each in those.members}
    return name if enum is None or taken.isdisjoint(enum.members) else f"{name}Enum.{name}"


def _has_presence(field: Field, contract: Contract) -> bool:
    """Whether left out and zero are two things."""
    if field.nullable:
        return True
    if field.required or field.default is ABSENT:
        return not field.required
    if isinstance(field.type, Named) and field.type.name in contract.enums:
        return True
    return field.default not in _ZEROS


def _part(type_: Type, union: str, contract: Contract) -> str:
    match type_:
        case Scalar(kind=kind):
            return _SCALARS.get(kind, "string")
        case Choice():
            return "string"
        case Named(name=name):
            return enum_name(contract, name)
        case OneOf():
            return union
        case ListOf() | TupleOf():
            return _LIST
        case MapOf():
            return _OBJECT


def _notes(type_: Type) -> list[str]:
    match type_:
        case Scalar(kind=kind, bounds=bounds) | ListOf(item=Scalar(kind=kind), bounds=bounds):
            told = [TOLD[kind]] if kind in TOLD else []
        case ListOf(bounds=bounds):
            told = []
        case Choice(values=values):
            return [f"One of {', '.join(map(repr, values))}."]
        case TupleOf(parts=parts):
            return [f"A list of {len(parts)} items."]
        case _:
            return []
    said = bounds_note(bounds)
    return [*told, said] if said else told
