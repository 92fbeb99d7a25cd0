"""Wire types with named parts: messages, their fields, and unions of messages."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from .containers import OptionalType, TupleType
from .json_data import as_object, in_words
from .scalars import EnumType, ScalarType
from .wire_type import Problems, WireType

_REQUIRED = object()


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a message."""

    REQUIRED: ClassVar[object] = _REQUIRED

    name: str
    wire_name: str
    type: WireType
    default: object = _REQUIRED

    def absent(self, at: str, problems: Problems) -> object:
        """The value of a field that was not sent; proto3 peers leave out zeros, empty texts and lists, and nulls (docs/adr/0015)."""
        if self.default is not _REQUIRED:
            return self.default
        if isinstance(self.type, OptionalType):
            return None
        if isinstance(self.type, TupleType):
            return self.type.decode([], at, problems)
        if isinstance(self.type, ScalarType | EnumType) and self.type.zero is not None:
            unfit = Problems()
            zero = self.type.decode(self.type.zero, at, unfit)
            if not unfit:
                return zero
        problems.add(at, "is missing")
        return None

    def json_schema(self) -> dict[str, object]:
        """The schema of its type, with the default where that is neither nothing nor empty."""
        schema = self.type.json_schema()
        if self.default is _REQUIRED or self.default is None or self.default == ():
            return schema
        return schema | {"default": self.type.encode(self.default, "", Problems())}


class MessageType:
    """A message or frozen dataclass travels as an object. Its fields are set after construction, since messages may nest themselves.

    Attributes:
        python: The class of its values.
        annotation: What msgspec reads: the class, or `Page[Item]` where the class is generic.
    """

    def __init__(self, python: type, name: str, annotation: Any = None) -> None:
        self.python = python
        self.annotation = annotation or python
        self.name = name
        self.fields: tuple[Field, ...] = ()
        self._is_being_shown = False

    @property
    def is_native(self) -> bool:
        """A dataclass is native when its names are spelled the same in JSON; msgspec renames only our own messages."""
        renames = not dataclasses.is_dataclass(self.python)
        return renames or all(field.name == field.wire_name for field in self.fields)

    @property
    def parts(self) -> tuple[WireType, ...]:
        return tuple(field.type for field in self.fields)

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if type(value) is not self.python:
            problems.add(at, f"expected {self.name}, got {type(value).__name__}")
            return None
        data: dict[str, object] = {}
        for field in self.fields:
            encoded = field.type.encode(getattr(value, field.name), inside(at, field.wire_name), problems)
            # Without a default, None is written as null, which every peer reads as unset.
            if encoded is not None or field.default is _REQUIRED:
                data[field.wire_name] = encoded
        return data

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        sent = as_object(data)
        if sent is None:
            problems.add(at, f"expected an object, got {in_words(data)}")
            return None
        before = len(problems)
        values = {field.name: self._field(field, sent, at, problems) for field in self.fields}
        if len(problems) > before:
            return None
        try:
            return self.python(**values)
        except Exception as error:  # noqa: BLE001 - a check of the message's own, in __post_init__
            problems.add(at, str(error) or type(error).__name__)
            return None

    @staticmethod
    def _field(field: Field, data: dict[str, object], at: str, problems: Problems) -> object:
        sent = data.get(field.wire_name)
        if sent is None:
            sent = data.get(field.name)
        at = inside(at, field.wire_name)
        return field.absent(at, problems) if sent is None else field.type.decode(sent, at, problems)

    def json_schema(self) -> dict[str, object]:
        # A message that nests itself is met again while it is shown.
        if self._is_being_shown:
            return {"title": self.name, "type": "object"}
        self._is_being_shown = True
        try:
            properties = {field.wire_name: field.json_schema() for field in self.fields}
        finally:
            self._is_being_shown = False
        required = [
            f.wire_name
            for f in self.fields
            if f.default is _REQUIRED and not isinstance(f.type, OptionalType | TupleType)
        ]
        return {"title": self.name, "type": "object", "properties": properties, "required": required}


class UnionType:
    """A union of messages travels as an object with one key, the member's name: a protobuf `oneof`."""

    is_native = False

    def __init__(self, members: Mapping[str, MessageType]) -> None:
        self.parts: tuple[WireType, ...] = tuple(members.values())
        self.members = members
        self._keys: dict[Any, str] = {member.python: key for key, member in members.items()}

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        key = self._keys.get(type(value))
        if key is None:
            problems.add(at, f"expected one of {', '.join(self.members)}, got {type(value).__name__}")
            return None
        return {key: self.members[key].encode(value, f"{at}.{key}", problems)}

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        sent = as_object(data) or {}
        present = [key for key in self.members if sent.get(key) is not None]
        if len(present) != 1:
            problems.add(at, f"expected an object with exactly one of {', '.join(self.members)}")
            return None
        return self.members[present[0]].decode(sent[present[0]], f"{at}.{present[0]}", problems)

    def json_schema(self) -> dict[str, object]:
        return {
            "oneOf": [
                {"type": "object", "properties": {key: member.json_schema()}, "required": [key]}
                for key, member in self.members.items()
            ]
        }


def inside(at: str, name: str) -> str:
    """The place of a field within a place."""
    return f"{at}.{name}" if at else name
