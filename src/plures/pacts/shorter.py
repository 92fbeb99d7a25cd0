"""Answers as examples: of the items of a list, one of each form says as much as a hundred."""

from collections.abc import Iterator
from typing import Any

from plures.contract import (
    FixedTupleType,
    MapType,
    MessageType,
    OptionalType,
    Problems,
    TupleType,
    UnionType,
    WireField,
    WireType,
    as_list,
    as_object,
)

from .expectation import canonical, shape


def shortened(wire_type: WireType, value: Any) -> Any:  # noqa: PLR0911 - a table of cases
    """The JSON of a value with one item of each form in its lists, where their bounds allow it, and without what is as by default."""
    match wire_type:
        case OptionalType():
            return None if value is None else shortened(wire_type.parts[0], value)
        case TupleType():
            return _list(wire_type, as_list(value) or [])
        case FixedTupleType():
            return [shortened(part, item) for part, item in zip(wire_type.parts, as_list(value) or [], strict=True)]
        case MapType():
            return {key: shortened(wire_type.parts[0], part) for key, part in (as_object(value) or {}).items()}
        case UnionType():
            return {key: shortened(wire_type.members[key], part) for key, part in (as_object(value) or {}).items()}
        case MessageType():
            fields = {field.wire_name: field for field in wire_type.fields}
            said = {
                name: part for name, part in (as_object(value) or {}).items() if not _is_default(fields[name], part)
            }
            return {name: shortened(fields[name].type, part) for name, part in said.items()}
        case _:
            return value


def _is_default(field: WireField, value: Any) -> bool:
    """Whether a test that makes the message said nothing of the field: then its consumer expects nothing of it."""
    if field.default in (WireField.REQUIRED, WireField.OWN):
        return False
    return bool(value == field.type.encode(field.default, "", Problems()))


def _list(wire_type: TupleType, items: list[Any]) -> list[Any]:
    short = one_of_each([shortened(wire_type.parts[0], item) for item in items])
    return short if len(short) >= (wire_type.bound.min_length or 0) else items


def map_paths(wire_type: WireType, path: str = "$", within: tuple[WireType, ...] = ()) -> Iterator[str]:
    """Where in values of a type names are data: tools of Pact would take them for fields."""
    if wire_type in within:
        return
    inside = (*within, wire_type)
    match wire_type:
        case MapType():
            yield path
            yield from map_paths(wire_type.parts[0], f"{path}.*", inside)
        case MessageType():
            for field in wire_type.fields:
                yield from map_paths(field.type, f"{path}.{field.wire_name}", inside)
        case UnionType():
            for key, member in wire_type.members.items():
                yield from map_paths(member, f"{path}.{key}", inside)
        case TupleType():
            yield from map_paths(wire_type.parts[0], f"{path}[*]", inside)
        case _:
            for part in wire_type.parts:
                yield from map_paths(part, path, inside)


def one_of_each(items: list[Any]) -> list[Any]:
    """The first item of each form."""
    forms: dict[str, Any] = {}
    for item in items:
        forms.setdefault(canonical(shape(item)), item)
    return list(forms.values())
