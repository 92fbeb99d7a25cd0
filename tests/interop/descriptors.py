"""The contract once more, as the protobuf descriptors that a peer's generated code would carry.

Written by hand and on purpose not derived from the contract: a peer knows only what it was given. In edition 2023, where
every field knows whether it was set, or as in proto3, where zeros are left out.
"""

from protobuf import DescFile
from protobuf._codegen import file_desc  # what generated modules call; the version is pinned
from protobuf.wkt.google.protobuf import duration_pb, timestamp_pb
from protobuf.wkt.google.protobuf.descriptor_pb import (
    DescriptorProto,
    Edition,
    EnumDescriptorProto,
    EnumValueDescriptorProto,
    FeatureSet,
    FieldDescriptorProto,
    FieldOptions,
    FileDescriptorProto,
    FileDescriptorSet,
    FileOptions,
    MethodDescriptorProto,
    MethodOptions,
    OneofDescriptorProto,
    ServiceDescriptorProto,
)

PACKAGE = "interop.depot.v1"
SERVICE = f"{PACKAGE}.Depot"

COLOURS = ("COLOUR_UNSPECIFIED", "RED", "DEEP_BLUE")

# Field names and types in the order of their numbers; "oneof" makes all fields of the message one choice.
MESSAGES: dict[str, dict[str, str]] = {
    "Circle": {"radius": "double"},
    "Square": {"side_mm": "int64"},
    "Shape": {"circle": "oneof Circle", "square": "oneof Square"},
    "Parcel": {
        "wide": "int64", "ratio": "double", "payload": "bytes", "sent_at": "Timestamp", "took": "Duration",
        "price": "string", "packed_on": "string", "parcel_id": "string", "colour": "Colour", "is_fragile": "bool",
        "shape": "Shape", "circles": "repeated Circle", "tags": "repeated string", "note": "string", "inside": "Square",
    },
    "TooHeavy": {"weight_g": "int64", "limit_g": "int64", "advice": "string"},
    "MirrorRequest": {"parcel": "Parcel"},
    "SpellRequest": {"parcel": "Parcel"}, "SpellResponse": {"value": "string"},
    "TurnRequest": {"shape": "Shape"}, "TurnResponse": {"value": "Shape"},
    "NextIdRequest": {"last_id": "int64", "step": "int64", "label": "string"}, "NextIdResponse": {"value": "int64"},
    "LiftRequest": {"weight_g": "int64"}, "LiftResponse": {},
    "WaitRequest": {"hold_s": "double"}, "WaitResponse": {},
    "HurryRequest": {"hold_s": "double"}, "HurryResponse": {},
    "UnloadRequest": {"first": "int64", "count": "int64"},
}  # fmt: skip

METHODS = {
    "Mirror": "Parcel", "Spell": "SpellResponse", "Turn": "TurnResponse", "NextId": "NextIdResponse",
    "Lift": "LiftResponse", "Wait": "WaitResponse", "Hurry": "HurryResponse", "Unload": "Square",
}  # fmt: skip
COMMANDS = {"Lift"}
STREAMS = {"Unload"}

# What proto3 calls `optional`: these are T | None in the contract, or have a default that is not zero.
OPTIONAL = {"note", "label", "step", "advice"}
_IMPLICIT = FeatureSet(field_presence=FeatureSet.FieldPresence.IMPLICIT)
_EXPLICIT = FeatureSet(field_presence=FeatureSet.FieldPresence.EXPLICIT)

_SCALARS = {
    "double": FieldDescriptorProto.Type.DOUBLE,
    "int64": FieldDescriptorProto.Type.INT64,
    "bool": FieldDescriptorProto.Type.BOOL,
    "string": FieldDescriptorProto.Type.STRING,
    "bytes": FieldDescriptorProto.Type.BYTES,
}


def depot(*, as_proto3: bool = False) -> DescFile:
    """The descriptor that `connectrpc` works with."""
    return file_desc(_file(as_proto3=as_proto3).to_binary(), [duration_pb.desc(), timestamp_pb.desc()], {})


def depot_set() -> bytes:
    """The same as a `FileDescriptorSet` with all it imports, for peers in other languages."""
    imported = [duration_pb.desc().proto, timestamp_pb.desc().proto]
    return FileDescriptorSet(file=[*imported, _file()]).to_binary()


def _file(*, as_proto3: bool = False) -> FileDescriptorProto:
    values = [EnumValueDescriptorProto(name=name, number=number) for number, name in enumerate(COLOURS)]
    return FileDescriptorProto(
        name="interop/depot/v1/depot.proto",
        package=PACKAGE,
        syntax="editions",
        edition=Edition.EDITION_2023,
        dependency=["google/protobuf/duration.proto", "google/protobuf/timestamp.proto"],
        message_type=[_message(name, fields) for name, fields in MESSAGES.items()],
        enum_type=[EnumDescriptorProto(name="Colour", value=values)],
        service=[ServiceDescriptorProto(name="Depot", method=[_method(name) for name in METHODS])],
        options=FileOptions(features=_IMPLICIT) if as_proto3 else None,
    )


def _message(name: str, fields: dict[str, str]) -> DescriptorProto:
    is_choice = any(kind.startswith("oneof ") for kind in fields.values())
    return DescriptorProto(
        name=name,
        field=[_field(number, *field) for number, field in enumerate(fields.items(), start=1)],
        oneof_decl=[OneofDescriptorProto(name="choice")] if is_choice else [],
    )


def _field(number: int, name: str, kind: str) -> FieldDescriptorProto:
    quality, _, plain = kind.rpartition(" ")
    head, *rest = name.split("_")
    field = FieldDescriptorProto(name=name, number=number, json_name=head + "".join(word.title() for word in rest))
    field.label = FieldDescriptorProto.Label.REPEATED if quality == "repeated" else FieldDescriptorProto.Label.OPTIONAL
    if quality == "oneof":
        field.oneof_index = 0
    if name in OPTIONAL:
        field.options = FieldOptions(features=_EXPLICIT)
    if plain in _SCALARS:
        field.type = _SCALARS[plain]
        return field
    field.type = FieldDescriptorProto.Type.ENUM if plain == "Colour" else FieldDescriptorProto.Type.MESSAGE
    package = "google.protobuf" if plain in ("Timestamp", "Duration") else PACKAGE
    field.type_name = f".{package}.{plain}"
    return field


def _method(name: str) -> MethodDescriptorProto:
    level = MethodOptions.IdempotencyLevel
    return MethodDescriptorProto(
        name=name,
        input_type=f".{PACKAGE}.{name}Request",
        output_type=f".{PACKAGE}.{METHODS[name]}",
        server_streaming=name in STREAMS,
        options=MethodOptions(
            idempotency_level=level.IDEMPOTENCY_UNKNOWN if name in COMMANDS else level.NO_SIDE_EFFECTS
        ),
    )
