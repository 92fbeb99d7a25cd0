"""The bounds of a type: those that were given, and those of `Decimal`, which msgspec cannot apply."""

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

import msgspec

Bounds: TypeAlias = tuple[msgspec.Meta, ...]

_NAMES: Final = ("ge", "gt", "le", "lt", "multiple_of", "pattern", "min_length", "max_length", "tz")
# Enough digits to divide what anyone counts; a number that needs more is refused rather than computed for minutes.
_EXACT: Final = Context(prec=1000)


def given(bounds: Bounds) -> list[tuple[str, Any]]:
    """Name and value of each bound, in the order of the annotations; a title or a description bounds nothing."""
    found = [(name, getattr(meta, name)) for meta in bounds for name in _NAMES]
    return [(name, value) for name, value in found if value is not None]


def decimal_check(bounds: Bounds) -> Callable[[Decimal], Decimal]:
    """A function that returns a number that keeps the bounds, and raises `ValueError` for any other."""
    limits = [(name, Decimal(str(value))) for name, value in given(bounds)]

    def check(value: Decimal) -> Decimal:
        for name, limit in limits:
            if value.is_nan() or not _KEEPS[name](value, limit):
                message = f"Expected `Decimal` {_WORDS[name]} {limit}"
                raise ValueError(message)
        return value

    return check


def _is_multiple(value: Decimal, of: Decimal) -> bool:
    try:
        return _EXACT.remainder(value, of) == 0
    except InvalidOperation:
        return False


_KEEPS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "ge": Decimal.__ge__,
    "gt": Decimal.__gt__,
    "le": Decimal.__le__,
    "lt": Decimal.__lt__,
    "multiple_of": _is_multiple,
}
_WORDS: Final = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "multiple_of": "that's a multiple of"}
