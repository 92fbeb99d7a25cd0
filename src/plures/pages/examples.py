"""An example of a request, which keeps the bounds as far as they can be kept without thinking."""

from typing import Any, Final

from plures.compat import ABSENT, Choice, Contract, Field, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type

_DEEP: Final = 5
_TEXTS: Final = {
    "bytes": "cGx1cmVz",
    "timestamp": "2031-06-30T14:30:00Z",
    "date": "2031-06-30",
    "time": "14:30:00",
    "duration": "3.5s",
    "uuid": "5f2b1c1e-3f0a-4c55-9d0e-2f6f4a1d7c10",
    "decimal": "10.10",
}


def example_of(field: Field, contract: Contract) -> Any:
    """A value of a field as JSON; its default where it has one."""
    return field.default if field.default is not ABSENT else _value(field.type, contract, _DEEP)


def _value(type_: Type, contract: Contract, deep: int) -> Any:  # noqa: PLR0911 - a table of cases
    match type_:
        case Scalar(kind=kind, bounds=bounds):
            return _scalar(kind, dict(bounds))
        case Choice(values=values):
            return values[0] if values else ""
        case Named(name=name) if name in contract.enums:
            return next(iter(contract.enums[name].members), "")
        case Named(name=name):
            record = contract.messages.get(name)
            if record is None or deep == 0:
                return {}
            needed = {key: each for key, each in record.fields.items() if each.required}
            return {key: _value(each.type, contract, deep - 1) for key, each in needed.items()}
        case ListOf(item=item):
            return [_value(item, contract, deep - 1)] if deep else []
        case MapOf(value=value):
            return {"key": _value(value, contract, deep - 1)} if deep else {}
        case TupleOf(parts=parts):
            return [_value(each, contract, deep - 1) for each in parts] if deep else []
        case OneOf(members=members):
            key, first = next(iter(members.items()))
            return {key: _value(first, contract, deep - 1)} if deep else {}


def _scalar(kind: str, bounds: dict[str, Any]) -> Any:
    if kind == "any":
        return {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3.5s"}
    if kind == "bool":
        return True
    if kind in ("int64", "double"):
        least = bounds.get("ge", bounds.get("gt", 0 if kind == "double" else 1))
        number = least if isinstance(least, int | float) else 1
        number = number + 1 if "gt" in bounds else number
        most = bounds.get("le", bounds.get("lt", number))
        return min(number, most) if isinstance(most, int | float) else number
    if kind in _TEXTS:
        return _TEXTS[kind]
    text = "text"
    least = bounds.get("min_length", 0)
    most = bounds.get("max_length")
    text = text.ljust(least, "t") if isinstance(least, int) else text
    return text[:most] if isinstance(most, int) else text
