"""What the values of a type are, told without the comparison: whether a value has a type, and values that try its edges.

A reader ignores fields that it does not know, and refuses members of a closed choice, bounds that are broken, and required fields that
are not there. A reader of an open enum takes members that it does not know.
"""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from plures.compat.model import Choice, Contract, Field, ListOf, MapOf, Named, OneOf, Record, Scalar, TupleOf, Type

_DEEPEST = 4
_UUID = "11111111-2222-3333-4444-555555555555"


def accepts(type_: Type, value: Any, contract: Contract) -> bool:  # noqa: PLR0911 - a table of cases
    """Whether a reader of the type takes a value."""
    match type_:
        case Scalar():
            return _is_scalar(type_, value)
        case Choice():
            return value in type_.values
        case ListOf():
            return (
                isinstance(value, list)
                and _has_length(value, type_.bounds)
                and all(accepts(type_.item, each, contract) for each in value)
            )
        case MapOf():
            return isinstance(value, dict) and all(accepts(type_.value, each, contract) for each in value.values())
        case TupleOf():
            return (
                isinstance(value, list)
                and len(value) == len(type_.parts)
                and all(accepts(part, each, contract) for part, each in zip(type_.parts, value, strict=True))
            )
        case OneOf():
            if not isinstance(value, dict) or len(value) != 1:
                return False
            [(key, inner)] = value.items()
            return key in type_.members and accepts(type_.members[key], inner, contract)
        case Named(name=name) if name in contract.enums:
            known = contract.enums[name]
            return isinstance(value, str) and (not known.closed or value in known.members)
        case Named(name=name):
            return takes(contract.messages[name], value, contract)


def takes(record: Record, value: Any, contract: Contract) -> bool:
    """Whether a reader of a message takes an object."""
    return isinstance(value, dict) and all(
        _takes_field(field, value.get(name, _MISSING), contract) for name, field in record.fields.items()
    )


_MISSING = object()


def _takes_field(field: Field, value: Any, contract: Contract) -> bool:
    if value is _MISSING:
        return not field.required
    if value is None:
        return field.nullable
    return accepts(field.type, value, contract)


def objects(record: Record, contract: Contract, random: Random, depth: int = 0) -> dict[str, Any]:
    """An object that a writer of the message may write."""
    made: dict[str, Any] = {}
    for name, field in record.fields.items():
        if not field.required and (depth > _DEEPEST or random.random() < 0.3):
            continue
        made[name] = None if field.nullable and random.random() < 0.3 else some(field.type, contract, random, depth + 1)
    return made


def some(type_: Type, contract: Contract, random: Random, depth: int = 0) -> Any:  # noqa: PLR0911 - a table of cases
    """A value of the type, mostly at its edges."""
    match type_:
        case Scalar():
            return _some_scalar(type_, random)
        case Choice():
            return random.choice(type_.values)
        case ListOf():
            least, most = type_.bounds.get("min_length", 0), type_.bounds.get("max_length", 3)
            length = least if depth > _DEEPEST else random.choice([least, most, random.randint(least, most)])  # type: ignore[type-var, arg-type]
            return [some(type_.item, contract, random, depth + 1) for _ in range(length)]  # type: ignore[arg-type]
        case MapOf():
            count = 0 if depth > _DEEPEST else random.randint(0, 2)
            return {f"k{n}": some(type_.value, contract, random, depth + 1) for n in range(count)}
        case TupleOf():
            return [some(part, contract, random, depth + 1) for part in type_.parts]
        case OneOf():
            key = random.choice(list(type_.members))
            return {key: some(type_.members[key], contract, random, depth + 1)}
        case Named(name=name) if name in contract.enums:
            return random.choice(list(contract.enums[name].members))
        case Named(name=name):
            return objects(contract.messages[name], contract, random, depth + 1)


def _is_scalar(type_: Scalar, value: Any) -> bool:
    match type_.kind:
        case "int64":
            return type(value) is int and _keeps(value, type_.bounds)
        case "double":
            return isinstance(value, float) and _keeps(value, type_.bounds)
        case "bool":
            return isinstance(value, bool)
        case "uuid":
            return value == _UUID
        case "string":
            pattern = type_.bounds.get("pattern")
            return (
                isinstance(value, str)
                and _has_length(value, type_.bounds)
                and (pattern is None or re.search(str(pattern), value) is not None)
            )
    raise AssertionError(type_.kind)


def _keeps(value: float, bounds: Mapping[str, Any]) -> bool:
    keeps = {
        "ge": lambda bound: value >= bound,
        "gt": lambda bound: value > bound,
        "le": lambda bound: value <= bound,
        "lt": lambda bound: value < bound,
        "multiple_of": lambda bound: value % bound == 0,
    }
    return all(keeps[name](bound) for name, bound in bounds.items())


def _has_length(value: Any, bounds: Mapping[str, Any]) -> bool:
    return bounds.get("min_length", 0) <= len(value) <= bounds.get("max_length", len(value))


def _some_scalar(type_: Scalar, random: Random) -> Any:
    bounds: Mapping[str, Any] = type_.bounds
    match type_.kind:
        case "bool":
            return random.choice([True, False])
        case "uuid":
            return _UUID
        case "double":
            edges = [float(bound) + step for bound in [*bounds.values(), 0] for step in (-1.0, -0.5, 0.0, 0.5, 1.0)]
            return random.choice([each for each in edges if _keeps(each, bounds)])
        case "int64":
            step = bounds.get("multiple_of", 1)
            edges = [bound + step * n for bound in [*bounds.values(), 0] for n in (-2, -1, 0, 1, 2)]
            edges += [each // step * step for each in edges]
            return random.choice([each for each in edges if _keeps(each, bounds)])
        case "string" if "pattern" in bounds:
            return "a" * max(1, bounds.get("min_length", 1))
        case "string":
            least = bounds.get("min_length", 0)
            return "x" * random.choice([least, bounds.get("max_length", least + 5)])
    raise AssertionError(type_.kind)
