"""Wire types without parts: text, numbers, times, enums."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Annotated, Any

import msgspec

from .bounds import Bounds, decimal_check
from .json_data import in_words
from .scalar_json import KEYWORDS, READ, SCHEMA, WRITE, ZERO
from .survivors import numbered, survivor
from .wire_type import Problems, WireType


class ScalarType:
    """A type that travels as one JSON scalar.

    Attributes:
        bounded: The type with its bounds as an annotation, as far as msgspec can apply them.
        zero: What a peer means that leaves it out, as JSON; None where it cannot mean any value.
        check: Applies the bounds that msgspec cannot; raises `ValueError`.
    """

    def __init__(self, python: type, *, is_native: bool = True, bounds: Bounds = ()) -> None:
        self.python = python
        self.check: Callable[[Any], Any] | None = decimal_check(bounds) if bounds and python is Decimal else None
        self.is_native = is_native and self.check is None
        self.parts: tuple[WireType, ...] = ()
        self.zero = ZERO.get(python)
        self.bounds = bounds
        self.bounded: Any = python
        for meta in bounds if self.check is None else ():
            self.bounded = Annotated[self.bounded, meta]

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if not self._fits(value):
            problems.add(at, f"expected {self.python.__name__}, got {type(value).__name__}")
            return None
        try:
            return WRITE[self.python](value) if self.python in WRITE else value
        except (ValueError, OverflowError) as error:  # the latter for an int that no float can hold
            problems.add(at, str(error))
            return None

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        try:
            value = READ[self.python](data) if self.python in READ else data
            if not self._fits(value):
                problems.add(at, f"expected {self.python.__name__}, got {in_words(data)}")
            elif self.check is not None:
                self.check(value)
            elif self.bounds:
                msgspec.convert(value, self.bounded)
        except (ValueError, InvalidOperation, OverflowError) as error:  # msgspec.ValidationError is a ValueError
            problems.add(at, str(error) or f"not a {self.python.__name__}")
            return None
        return value

    def _fits(self, value: object) -> bool:
        if type(value) is self.python:
            return True
        if isinstance(value, bool | datetime):  # a bool is an int, and a datetime a date, only to Python
            return False
        return isinstance(value, (float, int) if self.python is float else self.python)

    def json_schema(self) -> dict[str, object]:
        schema = dict(SCHEMA[self.python])
        for meta in self.bounds:
            schema |= {KEYWORDS[name]: bound for name in KEYWORDS if (bound := getattr(meta, name)) is not None}
        return schema


class LiteralType:
    """`Literal["asc", "desc"]` travels as text that is one of these."""

    is_native = True
    python = str

    def __init__(self, values: Sequence[str]) -> None:
        self.parts: tuple[WireType, ...] = ()
        self.values = tuple(values)

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        return self.decode(value, at, problems)

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        if isinstance(data, str) and data in self.values:
            return data
        given = repr(data) if isinstance(data, str) else in_words(data)
        problems.add(at, f"expected {' or '.join(map(repr, self.values))}, got {given}")
        return None

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "enum": list(self.values)}


class EnumType:
    """An enum travels by the name of its member; names that only the peer knows survive as pseudo-members.

    Attributes:
        zero: The name of the member that a peer means that leaves the field out: the one with number 0, or the first one where
            members have no numbers. None where they have numbers, but none of them is 0.
    """

    def __init__(self, python: type[Enum], *, by_value: bool = False) -> None:
        """Prepare.

        Args:
            by_value: The value of a member may stand for it: a model may keep the values alone.
        """
        self.is_native = False
        self._by_value = by_value
        self.parts: tuple[WireType, ...] = ()
        self.python = python
        self._by_number = numbered(python)
        first = self._by_number.get(0) if self._by_number else next(iter(python))
        self.zero = None if first is None else first.name

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if self._by_value and not isinstance(value, self.python):
            value = next((member for member in self.python if member.value == value), value)
        if not isinstance(value, self.python):
            problems.add(at, f"expected {self.python.__name__}, got {type(value).__name__}")
            return None
        # What was not declared goes back as it came: a number as a number.
        return value.name if value.name in self.python.__members__ else value.value

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        if isinstance(data, str):
            return (
                self.python.__members__[data] if data in self.python.__members__ else self._survivor(data, at, problems)
            )
        if isinstance(data, int) and not isinstance(data, bool):
            return self._by_number[data] if data in self._by_number else self._survivor(data, at, problems)
        problems.add(at, f"expected the name of a {self.python.__name__}, got {in_words(data)}")
        return None

    def _survivor(self, data: str | int, at: str, problems: Problems) -> Enum | None:
        try:
            return survivor(self.python, data)
        except Exception:  # noqa: BLE001 - a base without an empty value, such as date
            problems.add(at, f"{data!r} is no name of a {self.python.__name__}")
            return None

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "enum": list(self.python.__members__)}
