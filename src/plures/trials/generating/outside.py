"""Requests that are just outside of what a contract allows: each is broken in one place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plures.contract import (
    Codec,
    EnumType,
    FixedTupleType,
    LiteralType,
    Malformed,
    MapType,
    MessageType,
    OptionalType,
    ScalarType,
    TooDeep,
    TupleType,
    UnionType,
    WireType,
    as_list,
    as_object,
)

from .scalars import bounds_of

_LONGEST: Final = 100_000
"""A text or a list that breaks a bound beyond this would be refused for its size."""
_ABSENT: Final = object()


@dataclass(frozen=True)
class Outside:
    """A request that must be refused.

    Attributes:
        where: The place, as `items[0].quantity`; empty for the whole request.
        how: What is wrong there, as `100 is over le=99`.
    """

    where: str
    how: str
    body: object


def outside(codec: Codec, body: object) -> Iterator[Outside]:
    """All that is one step away from a request that the contract allows.

    Args:
        body: The JSON of such a request. What is not in it is not broken, so it should be full.
    """
    yield Outside("", "a list in place of the request", [body])
    for where, how, broken in _broken(codec.message, body, "", {}):
        # A message may check more than its types, and a zero stands for what is left out where its bounds allow it.
        if broken is not _ABSENT and _is_refused(codec, broken):
            yield Outside(where, how, broken)


def _is_refused(codec: Codec, body: object) -> bool:
    try:
        codec.decode(json.dumps(body).encode())
    except (Malformed, TooDeep):
        return True
    return False


def _broken(  # noqa: C901, PLR0912 - a table of cases
    wire_type: WireType, value: Any, at: str, shown: Mapping[str, object]
) -> Iterator[tuple[str, str, Any]]:
    match wire_type:
        case OptionalType():
            yield from () if value is None else _broken(wire_type.parts[0], value, at, shown)
        case ScalarType():
            yield from ((at, how, wrong) for how, wrong in _scalar(wire_type, value, shown))
        case EnumType():
            yield at, "true is no member", True
        case LiteralType():
            yield at, "it is none of the choices", "".join(wire_type.values) + "?"
        case TupleType():
            yield from _list(wire_type, as_list(value) or [], at)
        case FixedTupleType():
            items = as_list(value) or []
            yield at, "it has one item more", [*items, None]
            yield from _items(wire_type.parts, items, at)
        case MapType():
            yield at, "a list in place of an object", [value]
            for key, part in list((as_object(value) or {}).items())[:1]:
                for where, how, wrong in _broken(wire_type.parts[0], part, f"{at}[{key!r}]", {}):
                    yield where, how, {**value, key: wrong}
        case UnionType():
            yield at, "it is none of the union", {}
            for key, part in (as_object(value) or {}).items():
                for where, how, wrong in _broken(wire_type.members[key], part, f"{at}.{key}", {}):
                    yield where, how, {key: wrong}
        case MessageType():
            yield from _message(wire_type, as_object(value) or {}, at)
        case _:
            return


def _message(message: MessageType, value: dict[str, Any], at: str) -> Iterator[tuple[str, str, Any]]:
    if at:
        yield at, "a text in place of an object", "?"
    for field in message.fields:
        where = f"{at}.{field.wire_name}" if at else field.wire_name
        yield where, "it is missing", {name: part for name, part in value.items() if name != field.wire_name}
        if field.wire_name in value:
            for place, how, wrong in _broken(field.type, value[field.wire_name], where, field.shown):
                yield place, how, {**value, field.wire_name: wrong}


def _list(wire_type: TupleType, items: list[Any], at: str) -> Iterator[tuple[str, str, Any]]:
    least, most = wire_type.bound.min_length or 0, wire_type.bound.max_length
    yield at, "a number in place of a list", 0
    if least and items:
        yield at, f"it has {least - 1} items, and the least are {least}", (items * least)[: least - 1]
    if most is not None and most < _LONGEST and items:
        yield at, f"it has {most + 1} items, and the most are {most}", (items * (most + 1))[: most + 1]
    yield from _items([wire_type.parts[0]], items, at)


def _items(parts: Any, items: list[Any], at: str) -> Iterator[tuple[str, str, Any]]:
    for number, (part, item) in enumerate(zip(parts, items, strict=False)):
        for where, how, wrong in _broken(part, item, f"{at}[{number}]", {}):
            yield where, how, [*items[:number], wrong, *items[number + 1 :]]


def _scalar(scalar: ScalarType, value: Any, shown: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    yield ("true in place of it", True) if scalar.python is not bool else ("a text in place of it", "?")
    yield "an object in place of it", {}
    if scalar.python is int:
        yield "it needs more than 64 bits", str(2**63)
    bounds = bounds_of(scalar, shown)
    for name, bound in bounds.items():
        if name in ("ge", "gt", "le", "lt"):
            wrong = _beyond(name, bound, is_whole=scalar.python is int)
            yield f"{wrong} breaks {name}={bound}", wrong
    if "multiple_of" in bounds and scalar.python is int:
        step, base = bounds["multiple_of"], int(value)
        yield f"{base + 1} is no multiple of {step}", base + 1
    if scalar.python is str:
        yield from _texts(bounds, str(value))


def _beyond(name: str, bound: Any, *, is_whole: bool) -> Any:
    """The nearest number that breaks a bound."""
    if name in ("gt", "lt"):
        return bound
    step = 1 if is_whole else 0.5
    return bound - step if name == "ge" else bound + step


def _texts(bounds: Mapping[str, Any], value: str) -> Iterator[tuple[str, Any]]:
    least, most = bounds.get("min_length", 0), bounds.get("max_length")
    if least:
        yield f"it has {least - 1} characters, and the least are {least}", "x" * (least - 1)
    if most is not None and most < _LONGEST:
        yield f"it has {most + 1} characters, and the most are {most}", "x" * (most + 1)
    if "pattern" in bounds:
        for wrong in (value + "?", "?" + value, value[:-1], ""):
            yield f"{wrong!r} does not match {bounds['pattern']}", wrong
