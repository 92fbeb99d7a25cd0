"""One example for each message: the same for the same contract, and valid by its schema."""

import re
from collections.abc import Iterable
from typing import Any, Final

from plures.compat import ABSENT, Choice, Contract, Field, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type
from plures.exports.names import snake

from .scalars import limits

_SAID: Final = {
    "bytes": "UGx1cmVz",
    "timestamp": "2031-06-30T14:30:00Z",
    "date": "2031-06-30",
    "time": "14:30:00",
    "duration": "3.5s",
    "uuid": "6f1d9c3e-2b7a-4c58-9e0d-1a2b3c4d5e6f",
}
_USUAL: Final = ("EUR", "DE", "de", "en-GB", "a@example.org", "https://example.org", "2031-06-30", "+49301234567", "0")
_DEEPEST: Final = 4
# Messages that must hold each other without end have no value.
_MOST: Final = 20


class Examples:
    """The examples of one contract. `ABSENT` stands where none is known: a pattern may ask for anything."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def message(self, name: str, depth: int = 0) -> Any:
        """That of a message."""
        if depth > _MOST:
            return ABSENT
        made: dict[str, Any] = {}
        for key, field in self._contract.messages[name].fields.items():
            value = self._field(key, field, depth)
            if value is not ABSENT:
                made[key] = value
            elif _is_needed(field):
                return ABSENT
        return made

    def _field(self, key: str, field: Field, depth: int) -> Any:
        if not _is_needed(field):
            # What is optional and large would hide what must be there.
            if field.default is not ABSENT:
                return field.default
            if field.nullable or depth >= _DEEPEST:
                return ABSENT
        return self._value(field.type, key, depth)

    def _value(self, type_: Type, key: str, depth: int) -> Any:  # noqa: PLR0911 - a table of cases
        match type_:
            case Scalar():
                return _scalar(type_, key)
            case Choice(values=values):
                return values[0]
            case Named(name=name) if name in self._contract.enums:
                return next(iter(self._contract.enums[name].members))
            case Named(name=name):
                return self.message(name, depth + 1)
            case ListOf(item=item, bounds=bounds):
                count = max(1, int(str(bounds.get("min_length", 1)))) if bounds.get("max_length", 1) else 0
                return _whole([self._value(item, key, depth + 1) for _ in range(count)])
            case MapOf(value=value):
                inner = self._value(value, key, depth + 1)
                return ABSENT if inner is ABSENT else {"name": inner}
            case TupleOf(parts=parts):
                return _whole([self._value(part, key, depth + 1) for part in parts])
            case OneOf(members=members):
                options = {name: self._value(member, name, depth + 1) for name, member in list(members.items())[:1]}
                return ABSENT if ABSENT in options.values() else options


def _whole(items: list[Any]) -> Any:
    return ABSENT if any(item is ABSENT for item in items) else items


def _is_needed(field: Field) -> bool:
    is_filled = isinstance(field.type, ListOf) and bool(field.type.bounds.get("min_length"))
    return field.required or (is_filled and field.default is ABSENT and not field.nullable)


def _scalar(scalar: Scalar, key: str) -> Any:
    bounds = scalar.bounds
    match scalar.kind:
        case "bool":
            return True
        case "int64":
            return _number(*limits(bounds), step=int(str(bounds.get("multiple_of", 1))))
        case "double" | "decimal":
            number = _fraction(bounds)
            return number if scalar.kind == "double" or number is ABSENT else str(number)
        case "string":
            return _text(key, bounds)
        case "any":
            return {"@type": "type.googleapis.com/google.protobuf.Empty"}
        case kind:
            return ABSENT if bounds and kind == "bytes" else _SAID.get(kind, ABSENT)


def _number(low: int, high: int, step: int) -> Any:
    least = -(-max(low, 1) // step) * step
    if least <= high:
        return least
    most = high // step * step
    return most if low <= most <= high else ABSENT


def _fraction(bounds: Any) -> Any:
    candidates = [
        1.5,
        0.5,
        0.0,
        -1.5,
        *(float(str(bound)) + more for bound in bounds.values() for more in (0, 0.5, -0.5, 1, -1)),
    ]
    return next((each for each in candidates if _keeps(each, bounds)), ABSENT)


def _keeps(value: float, bounds: Any) -> bool:
    return (
        value >= bounds.get("ge", value)
        and value <= bounds.get("le", value)
        and ("gt" not in bounds or value > bounds["gt"])
        and ("lt" not in bounds or value < bounds["lt"])
        and ("multiple_of" not in bounds or value % bounds["multiple_of"] == 0)
    )


def _text(key: str, bounds: Any) -> Any:
    least, most = bounds.get("min_length", 0), bounds.get("max_length", 200)
    pattern = bounds.get("pattern")
    named = snake(key).replace("_", "-")
    candidates = [named, *_USUAL, *_repeated()] if pattern is not None else [named]
    for each in candidates:
        text = (each * (least // max(1, len(each)) + 1) if len(each) < least else each)[:most]
        if pattern is None or re.search(str(pattern), text):
            return text
    return ABSENT


def _repeated() -> Iterable[str]:
    for count in range(1, 33):
        yield from (letter * count for letter in "A0a")
