"""The numbers that a message has in the binary form, and what of it is written although it is zero. They come from lock files, never from here."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias

import msgspec

from plures.contract.codec import (
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

MAX_NUMBER: Final = 2**29 - 1
_FEW: Final = 8
_ZEROS: Final = ("", 0, 0.0, False)
Keys: TypeAlias = Mapping[str, int]


class Numbers(msgspec.Struct, frozen=True):
    """The numbers of one contract.

    Attributes:
        fields: Of each message: wire name → number.
        unions: Of each field that holds one of several messages, by its message and its wire name: key → number.
        enums: Of each enum: name of a member → number.
    """

    fields: Mapping[MessageType, Keys]
    unions: Mapping[tuple[MessageType, str], Keys]
    enums: Mapping[type[Enum], Keys]


def has_presence(field: Field) -> bool:
    """Whether left out and zero are two things: what proto3 calls `optional`. The files of `plures.exports` say the same."""
    if isinstance(field.type, OptionalType) or field.default is Field.OWN:
        return True
    if field.default is Field.REQUIRED:
        return False
    if isinstance(field.type, EnumType):
        return True
    return field.type.encode(field.default, "", Problems()) not in _ZEROS


def is_loose(wire_type: WireType) -> bool:
    """Whether protobuf has no type for it, so that it travels as `google.protobuf.Value` does: lists within lists, and the like."""
    return isinstance(wire_type, TupleType | FixedTupleType | MapType)


def is_text(wire_type: WireType) -> bool:
    """Whether it travels as the text that JSON has for it, such as a date."""
    return isinstance(wire_type, LiteralType) or (
        isinstance(wire_type, ScalarType) and wire_type.python.__name__ in {"date", "time", "UUID", "Decimal"}
    )


def is_flat(message: MessageType) -> bool:
    """Whether it is so small and plain that it is written and read where it stands, without a function of its own."""
    inner = [field.type.parts[0] if isinstance(field.type, OptionalType) else field.type for field in message.fields]
    return len(inner) <= _FEW and not any(
        isinstance(each, MessageType | UnionType | TupleType | MapType) for each in inner
    )
