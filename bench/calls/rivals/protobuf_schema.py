"""The question and the answer as protobuf messages, described in Python so that nothing needs protoc."""

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto

from bench.calls.answer import SERVICE

PACKAGE = SERVICE.rpartition(".")[0]
_TEXT, _INT32, _INT64, _DOUBLE = (
    FieldDescriptorProto.TYPE_STRING,
    FieldDescriptorProto.TYPE_INT32,
    FieldDescriptorProto.TYPE_INT64,
    FieldDescriptorProto.TYPE_DOUBLE,
)
_PRODUCT = {
    "product_id": _TEXT,
    "name": _TEXT,
    "description": _TEXT,
    "amount": _INT64,
    "currency": _TEXT,
    "stock": _INT64,
    "rating": _DOUBLE,
}


def describe_file() -> FileDescriptorProto:
    """The proto3 file with ``Question``, ``Product`` and ``Findings``."""
    return FileDescriptorProto(
        name="bench/search.proto",
        package=PACKAGE,
        syntax="proto3",
        message_type=[
            _message("Question", {"text": _TEXT, "limit": _INT32}),
            _message("Product", _PRODUCT),
            DescriptorProto(name="Findings", field=[_products_field()]),
        ],
    )


def _message(name: str, fields: dict[str, "FieldDescriptorProto.Type"]) -> DescriptorProto:
    return DescriptorProto(
        name=name,
        field=[_field(key, number, kind) for number, (key, kind) in enumerate(fields.items(), start=1)],
    )


def _field(name: str, number: int, kind: "FieldDescriptorProto.Type") -> FieldDescriptorProto:
    first, *others = name.split("_")
    return FieldDescriptorProto(
        name=name,
        json_name=first + "".join(other.capitalize() for other in others),
        number=number,
        type=kind,
        label=FieldDescriptorProto.LABEL_OPTIONAL,
    )


def _products_field() -> FieldDescriptorProto:
    return FieldDescriptorProto(
        name="products",
        json_name="products",
        number=1,
        type=FieldDescriptorProto.TYPE_MESSAGE,
        type_name=f".{PACKAGE}.Product",
        label=FieldDescriptorProto.LABEL_REPEATED,
    )
