"""Descriptors of protoc as plain values: the seam to the library of Google, which is known here alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

_KINDS: Final = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32", 8: "bool", 9: "string",
    10: "group", 11: "message", 12: "bytes", 13: "uint32", 14: "enum", 15: "sfixed32", 16: "sfixed64", 17: "sint32",
    18: "sint64",
}  # fmt: skip
_REPEATED: Final = 3
_REQUIRED: Final = 2
_LEVELS: Final = ("", "NO_SIDE_EFFECTS", "IDEMPOTENT")
# google.api.field_behavior and its value REQUIRED.
_BEHAVIOUR: Final = 1052
_BEHAVIOUR_REQUIRED: Final = 2
_MESSAGE_TAG, _ENUM_TAG, _SERVICE_TAG = 4, 5, 6
_FIELD_TAG, _NESTED_TAG, _NESTED_ENUM_TAG, _VALUE_TAG, _METHOD_TAG = 2, 3, 4, 2, 2


@dataclass(frozen=True)
class ProtoField:
    """One field.

    Attributes:
        kind: As the file spells a scalar; `message`, `enum`, `group` for others, whose full name is `type_name`.
        presence: Whether left out and zero are two things.
        oneof: The `oneof` that it belongs to; empty for none.
        default: What the file gives for it; None where it gives nothing.
        options: Names of options that are not protobuf's own.
    """

    name: str
    json_name: str
    number: int
    kind: str
    type_name: str
    repeated: bool
    presence: bool
    required: bool
    oneof: str
    default: object
    deprecated: bool
    options: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class ProtoMessage:
    """A message; `name` is that within its package, as `Order.Line`."""

    name: str
    package: str
    fields: tuple[ProtoField, ...]
    reserved: tuple[tuple[int, int], ...]
    reserved_names: tuple[str, ...]
    extended: bool
    is_map_entry: bool
    options: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class ProtoEnum:
    """An enum: its members in the order of the file, aliases among them."""

    name: str
    package: str
    members: tuple[tuple[str, int], ...]
    reserved: tuple[tuple[int, int], ...]
    reserved_names: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class ProtoMethod:
    """A method; requests and answers by their full names."""

    name: str
    request: str
    answer: str
    client_streams: bool
    server_streams: bool
    idempotency: str
    deprecated: bool
    options: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class ProtoService:
    """A service."""

    name: str
    methods: tuple[ProtoMethod, ...]
    deprecated: bool
    options: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class ProtoFile:
    """A file, with all messages and enums that it can name, by their full names."""

    path: str
    package: str
    head: str
    services: tuple[ProtoService, ...]
    messages: Mapping[str, ProtoMessage]
    enums: Mapping[str, ProtoEnum]


def read_files(descriptors: bytes, name: str) -> ProtoFile:
    """The file of that name, from what protoc wrote."""
    descriptor_pb2, descriptor_pool = (
        import_module(f"google.protobuf.{n}") for n in ("descriptor_pb2", "descriptor_pool")
    )
    files: Any = descriptor_pb2.FileDescriptorSet.FromString(descriptors)
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    reading = _Reading(pool, _extensions(files))
    for each in files.file:
        reading.file(each)
    main = next(each for each in files.file if each.name == name)
    services = tuple(reading.services(main))
    head = next((_clean(d) for at in main.source_code_info.location for d in at.leading_detached_comments), "")
    return ProtoFile(name, main.package, head, services, reading.messages, reading.enums)


def _extensions(files: Any) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}

    def add(owner: Any, scope: str) -> None:
        for each in getattr(owner, "extension", ()):
            found[each.extendee.lstrip("."), each.number] = f"{scope}.{each.name}".lstrip(".")
        for each in getattr(owner, "message_type", getattr(owner, "nested_type", ())):
            add(each, f"{scope}.{each.name}")

    for file in files.file:
        add(file, file.package)
    return found


class _Reading:
    def __init__(self, pool: Any, extensions: Mapping[tuple[str, int], str]) -> None:
        self._pool, self._extensions = pool, extensions
        self._docs: dict[tuple[int, ...], str] = {}
        self.messages: dict[str, ProtoMessage] = {}
        self.enums: dict[str, ProtoEnum] = {}

    def file(self, file: Any) -> None:
        self._docs = {tuple(at.path): text for at in file.source_code_info.location if (text := _doc(at))}
        for number, each in enumerate(file.message_type):
            self._message(each, each.name, file.package, (_MESSAGE_TAG, number))
        for number, each in enumerate(file.enum_type):
            self._enum(each, each.name, file.package, (_ENUM_TAG, number))

    def services(self, file: Any) -> Iterator[ProtoService]:
        docs = {tuple(at.path): text for at in file.source_code_info.location if (text := _doc(at))}
        for number, each in enumerate(file.service):
            place = (_SERVICE_TAG, number)
            methods = tuple(
                ProtoMethod(
                    m.name,
                    m.input_type.lstrip("."),
                    m.output_type.lstrip("."),
                    m.client_streaming,
                    m.server_streaming,
                    _LEVELS[int(m.options.idempotency_level)],
                    m.options.deprecated,
                    self._options(m.options, "Method"),
                    docs.get((*place, _METHOD_TAG, at), ""),
                )
                for at, m in enumerate(each.method)
            )
            options = self._options(each.options, "Service")
            yield ProtoService(each.name, methods, each.options.deprecated, options, docs.get(place, ""))

    def _message(self, message: Any, name: str, package: str, place: tuple[int, ...]) -> None:
        full = f"{package}.{name}".lstrip(".")
        described = self._pool.FindMessageTypeByName(full)
        fields = tuple(
            self._field(each, described.fields_by_name[each.name], message, (*place, _FIELD_TAG, number))
            for number, each in enumerate(message.field)
        )
        self.messages[full] = ProtoMessage(
            name,
            package,
            fields,
            tuple((each.start, each.end - 1) for each in message.reserved_range),
            tuple(message.reserved_name),
            bool(message.extension_range),
            message.options.map_entry,
            self._options(message.options, "Message"),
            self._docs.get(place, ""),
        )
        for number, each in enumerate(message.nested_type):
            self._message(each, f"{name}.{each.name}", package, (*place, _NESTED_TAG, number))
        for number, each in enumerate(message.enum_type):
            self._enum(each, f"{name}.{each.name}", package, (*place, _NESTED_ENUM_TAG, number))

    def _field(self, field: Any, described: Any, owner: Any, place: tuple[int, ...]) -> ProtoField:
        in_oneof = field.HasField("oneof_index") and not field.proto3_optional
        repeated = field.label == _REPEATED
        # Editions say it otherwise than by the label.
        required = field.label == _REQUIRED or getattr(described, "is_required", False)
        return ProtoField(
            field.name,
            field.json_name,
            field.number,
            # The library knows what editions make of a field: a message in the form of a group.
            _KINDS[described.type],
            field.type_name.lstrip("."),
            repeated,
            not repeated and described.has_presence,
            required or _is_required(field.options),
            owner.oneof_decl[field.oneof_index].name if in_oneof else "",
            described.default_value if field.HasField("default_value") else None,
            field.options.deprecated,
            self._options(field.options, "Field"),
            self._docs.get(place, ""),
        )

    def _enum(self, enum: Any, name: str, package: str, place: tuple[int, ...]) -> None:
        self.enums[f"{package}.{name}".lstrip(".")] = ProtoEnum(
            name,
            package,
            tuple((each.name, each.number) for each in enum.value),
            tuple((each.start, each.end) for each in enum.reserved_range),
            tuple(enum.reserved_name),
            self._docs.get(place, ""),
        )

    def _options(self, options: Any, owner: str) -> tuple[str, ...]:
        extendee = f"google.protobuf.{owner}Options"
        return tuple(dict.fromkeys(self._extensions.get((extendee, n), f"number {n}") for n, _ in _unknown(options)))


def _unknown(options: Any) -> Iterator[tuple[int, object]]:
    unknown: Any = import_module("google.protobuf.unknown_fields").UnknownFieldSet(options)
    for each in unknown:
        yield each.field_number, each.data


def _is_required(options: Any) -> bool:
    wanted = (_BEHAVIOUR_REQUIRED, bytes([_BEHAVIOUR_REQUIRED]))
    return any(number == _BEHAVIOUR and data in wanted for number, data in _unknown(options))


def _doc(location: Any) -> str:
    return _clean(location.leading_comments or location.trailing_comments)


def _clean(comment: str) -> str:
    lines = [line.removeprefix(" ").rstrip() for line in comment.strip("\n").splitlines()]
    return "\n".join(line for line in lines if not line.startswith("buf:lint:")).strip()
