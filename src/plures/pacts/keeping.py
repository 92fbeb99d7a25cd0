"""Whether a contract can keep what consumers expect of it, told from the contract alone: no service runs."""

import json
from collections.abc import Mapping
from typing import Any

from plures.contract import (
    Codec,
    ContractDescription,
    FixedTupleType,
    Malformed,
    MapType,
    MessageType,
    OperationDescription,
    OptionalType,
    TooDeep,
    TupleType,
    UnionType,
    WireType,
    as_list,
    as_object,
)

from .expectation import Expectation


def why_broken(each: Expectation, contract: ContractDescription) -> str:
    """Why no service that keeps the contract can answer so; empty where one can."""
    operation = next((known for known in contract.operations.values() if known.path == each.path), None)
    if operation is None:
        return f"there is no operation {each.operation}"
    problem = _unread(operation.request, each.request)
    if problem:
        return f"the request is refused: {problem}"
    if each.streams != operation.streams:
        return "it streams" if operation.streams else "it does not stream"
    if each.error:
        return _error(operation, each)
    answers = as_list(each.answer) or [] if each.streams else [each.answer]
    return next(filter(None, (_unread(operation.answer, answer, expected=True) for answer in answers)), "")


def _error(operation: OperationDescription, each: Expectation) -> str:
    declared = next((known for known in operation.errors if known.name == each.error), None)
    if declared is None:
        return f"{each.error.rpartition('.')[2]} is no error that {each.operation} declares"
    return _unread(declared.codec, each.answer, expected=True)


def _unread(codec: Codec, body: Any, *, expected: bool = False) -> str:
    """What is wrong with a body by a contract.

    Args:
        expected: Whether a consumer reads it, and misses what the contract has no more.
    """
    try:
        codec.decode(json.dumps(body).encode())
    except (Malformed, TooDeep) as error:
        return str(error)
    return next(iter(_gone(codec.message, body, "")), "") if expected else ""


def _gone(wire_type: WireType, value: Any, at: str) -> list[str]:  # noqa: PLR0911 - a table of cases
    """The fields of a value that its type does not have."""
    match wire_type:
        case OptionalType():
            return [] if value is None else _gone(wire_type.parts[0], value, at)
        case MessageType():
            known = {field.wire_name: field.type for field in wire_type.fields}
            fields = as_object(value) or {}
            gone = [
                f"{at}.{name}".lstrip(".") + " is gone"
                for name, part in fields.items()
                if name not in known and part is not None
            ]
            return gone + [
                each
                for name in known.keys() & fields.keys()
                for each in _gone(known[name], fields[name], f"{at}.{name}")
            ]
        case UnionType():
            return [
                each
                for key, part in (as_object(value) or {}).items()
                for each in _gone(wire_type.members[key], part, f"{at}.{key}")
            ]
        case TupleType():
            return [each for item in as_list(value) or [] for each in _gone(wire_type.parts[0], item, f"{at}[]")]
        case FixedTupleType():
            pairs = zip(wire_type.parts, as_list(value) or [], strict=False)
            return [each for part, item in pairs for each in _gone(part, item, f"{at}[]")]
        case MapType():
            return [
                each
                for item in (as_object(value) or {}).values()
                for each in _gone(wire_type.parts[0], item, f"{at}[…]")
            ]
        case _:
            return []


def touches(each: Expectation, places: tuple[str, ...]) -> bool:
    """Whether an expectation has to do with a change at one of these places.

    Args:
        places: `Find response.hits[].price`; the shortest way for each operation. None for the whole contract.
    """
    return not places or any(_touches(each, place) for place in places)


def _touches(each: Expectation, place: str) -> bool:
    operation, _, path = place.partition(" ")
    if operation != each.operation:
        return False
    side, *steps = path.replace("[]", "").split(".")
    if not steps or side not in ("request", "response"):
        return True
    # A field that is new is in no expectation: what it is in counts.
    return _has(each.request if side == "request" else each.answer, steps[:-1])


def _has(value: Any, steps: list[str]) -> bool:
    items = as_list(value)
    if items is not None:
        return any(_has(item, steps) for item in items)
    if not steps:
        return value is not None
    fields: Mapping[str, Any] | None = as_object(value)
    return fields is not None and steps[0] in fields and _has(fields[steps[0]], steps[1:])
