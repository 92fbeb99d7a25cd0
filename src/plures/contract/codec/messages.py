"""Wire types with named parts: messages, their fields, and unions of messages."""

import dataclasses
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, ClassVar

from .containers import MapType, OptionalType, TupleType
from .json_data import as_object, in_words
from .scalars import EnumType, ScalarType
from .wire_type import Problems, WireType

_REQUIRED = object()
_OWN = object()
_LEFT_OUT = object()


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a message.

    Attributes:
        default: `OWN` where only its class knows it, as of a factory.
        is_filled: Whether what makes the message puts the default in itself.
        shown: What else its schema says: bounds that its class holds.
    """

    REQUIRED: ClassVar[object] = _REQUIRED
    OWN: ClassVar[object] = _OWN

    name: str
    wire_name: str
    type: WireType
    default: object = _REQUIRED
    is_filled: bool = False
    shown: Mapping[str, object] = dataclasses.field(default_factory=dict[str, object])

    def fresh(self) -> object:
        """The default, which shares nothing that can be changed with another value."""
        return deepcopy(self.default) if self.is_changeable else self.default

    @property
    def is_changeable(self) -> bool:
        """Whether the default can be changed."""
        if isinstance(self.default, list | dict):
            return True
        return isinstance(self.type, MessageType) and not self.type.is_frozen

    def absent(self, at: str, problems: Problems) -> object:
        """The value of a field that was not sent; proto3 peers leave out zeros, empty texts and lists, and nulls (docs/adr/0015)."""
        if self.default is not _REQUIRED:
            return _LEFT_OUT if self.is_filled else self.fresh()
        if isinstance(self.type, OptionalType):
            return None
        if isinstance(self.type, TupleType):
            return self.type.decode([], at, problems)
        if isinstance(self.type, MapType):
            return {}
        if isinstance(self.type, ScalarType | EnumType) and self.type.zero is not None:
            unfit = Problems()
            zero = self.type.decode(self.type.zero, at, unfit)
            if not unfit:
                return zero
        problems.add(at, "is missing")
        return None

    def json_schema(self) -> dict[str, object]:
        """The schema of its type, with the default where that is neither nothing nor empty."""
        schema = self.type.json_schema() | dict(self.shown)
        if self.default in (_REQUIRED, _OWN, None, (), [], {}):
            return schema
        return schema | {"default": self.type.encode(self.default, "", Problems())}


class MessageType:
    """A message, dataclass or model travels as an object. Its fields are set after construction, since messages may nest themselves.

    Attributes:
        python: The class of its values.
        annotation: What msgspec reads: the class, or `Page[Item]` where the class is generic.
        make: Makes a value of its fields by name.
        is_model: Whether the class reads its fields itself, by rules of its own; it fills in what is left out.
        is_frozen: Whether no field can be set anew.
    """

    def __init__(
        self,
        python: type,
        name: str,
        annotation: Any = None,
        *,
        make: Callable[[dict[str, Any]], Any] | None = None,
        is_frozen: bool = True,
    ) -> None:
        self.python = python
        self.make: Callable[[dict[str, Any]], Any] = make or (lambda values: python(**values))
        self.is_model = make is not None
        self.is_frozen = is_frozen
        self.annotation = annotation or python
        self.name = name
        self.fields: tuple[Field, ...] = ()
        self._is_being_shown = False

    @property
    def is_native(self) -> bool:
        """A dataclass is native when its names are spelled the same in JSON; msgspec renames only our own messages."""
        if self.is_model:
            return False
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
        if self.is_model:
            values = {name: value for name, value in values.items() if value is not _LEFT_OUT}
        try:
            return self.make(values)
        except Exception as error:  # noqa: BLE001 - a check of the message's own, in __post_init__ or of a model
            _tell(error, at, problems)
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
            if f.default is _REQUIRED and not isinstance(f.type, OptionalType | TupleType | MapType)
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


def _tell(error: Exception, at: str, problems: Problems) -> None:
    """Note what a class says of its fields; a model says it of each of them."""
    details: Any = getattr(error, "errors", None)
    if not callable(details):
        problems.add(at, str(error) or type(error).__name__)
        return
    told: Any = details()
    for each in told:
        place = ".".join(map(str, each["loc"]))
        problems.add(inside(at, place) if place else at, each["msg"])


def inside(at: str, name: str) -> str:
    """The place of a field within a place."""
    return f"{at}.{name}" if at else name
