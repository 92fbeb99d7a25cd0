"""The JSON of a message that is the same for the same request, however it was spelled and by which version of its contract."""

from typing import Any, cast

import msgspec

from .codec import Codec
from .containers import FixedTupleType, MapType, OptionalType, TupleType
from .messages import Field, MessageType, UnionType
from .scalars import ScalarType
from .wire_type import Problems, WireType


def canonical(codec: Codec, value: Any) -> bytes:
    """The JSON of a message without the fields that have their defaults, at any depth: a later version of its contract may add such.

    Raises:
        Malformed, TooDeep: As `Codec.encode`.
    """
    data = msgspec.json.decode(codec.encode(value))
    return msgspec.json.encode(_bare(codec.message, data), order="sorted")


def _bare(wire_type: WireType, data: Any) -> object:  # noqa: PLR0911 - a table of cases
    if data is None:
        return None
    if isinstance(wire_type, MessageType):
        told = [field for field in wire_type.fields if field.wire_name in data and not _is_default(field, data)]
        return {field.wire_name: _bare(field.type, data[field.wire_name]) for field in told}
    if isinstance(wire_type, UnionType):
        return {key: _bare(wire_type.members[key], part) for key, part in cast("dict[str, Any]", data).items()}
    if isinstance(wire_type, TupleType):
        return [_bare(wire_type.parts[0], item) for item in data]
    if isinstance(wire_type, MapType):
        return {key: _bare(wire_type.parts[0], part) for key, part in cast("dict[str, Any]", data).items()}
    if isinstance(wire_type, FixedTupleType):
        return [_bare(part, item) for part, item in zip(wire_type.parts, data, strict=True)]
    if isinstance(wire_type, OptionalType):
        return _bare(wire_type.parts[0], data)
    # A caller in the same process may pass an int for a float.
    is_whole = isinstance(wire_type, ScalarType) and wire_type.python is float and isinstance(data, int)
    return float(data) if is_whole else data


def _is_default(field: Field, data: Any) -> bool:
    if field.default in (Field.REQUIRED, Field.OWN):
        return False
    default = field.type.encode(field.default, "", Problems())
    return bool(data[field.wire_name] == default)
