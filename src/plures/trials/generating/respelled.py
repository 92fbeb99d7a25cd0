"""The same request, written in another way that every reader must take."""

from typing import Any, Final

from plures.contract import (
    FixedTupleType,
    MapType,
    MessageType,
    OptionalType,
    ScalarType,
    TupleType,
    UnionType,
    WireType,
    as_list,
    as_object,
)

UNKNOWN: Final = "sentByNewerCallers"
"""The name of a field that no contract has."""


def respelled(wire_type: WireType, value: Any) -> Any:  # noqa: PLR0911 - a table of cases
    """With a field that the contract does not know in each message, null for what is left out, whole numbers as text, and fields in another order."""
    match wire_type:
        case OptionalType():
            return None if value is None else respelled(wire_type.parts[0], value)
        case ScalarType() if wire_type.python is int and isinstance(value, int):
            return str(value)
        case TupleType():
            return [respelled(wire_type.parts[0], item) for item in as_list(value) or []]
        case FixedTupleType():
            pairs = zip(wire_type.parts, as_list(value) or [], strict=True)
            return [respelled(part, item) for part, item in pairs]
        case MapType():
            return {key: respelled(wire_type.parts[0], part) for key, part in (as_object(value) or {}).items()}
        case UnionType():
            return {key: respelled(wire_type.members[key], part) for key, part in (as_object(value) or {}).items()}
        case MessageType():
            return _message(wire_type, as_object(value) or {})
        case _:
            return value


def _message(message: MessageType, value: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {UNKNOWN: {"n": [1]}}
    for field in reversed(message.fields):
        if field.wire_name in value:
            made[field.wire_name] = respelled(field.type, value[field.wire_name])
        elif isinstance(field.type, OptionalType):
            made[field.wire_name] = None
    return made
