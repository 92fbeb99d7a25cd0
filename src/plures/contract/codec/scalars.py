"""Wire types without parts: text, numbers, times, enums."""

from datetime import datetime
from decimal import InvalidOperation
from enum import Enum
from typing import Annotated, Any, Final

import msgspec

from .json_data import in_words
from .scalar_json import KEYWORDS, READ, SCHEMA, WRITE
from .wire_type import Problems, WireType

_MOST_UNKNOWN_MEMBERS: Final = 1000
"""How many names an enum remembers that it does not declare: a hostile peer must not fill the memory with invented ones."""


class ScalarType:
    """A type that travels as one JSON scalar.

    Attributes:
        bounded: The type with its bounds, as an annotation.
    """

    def __init__(self, python: type, *, is_native: bool = True, bounds: tuple[msgspec.Meta, ...] = ()) -> None:
        self.python = python
        self.is_native = is_native
        self.parts: tuple[WireType, ...] = ()
        self.bounds = bounds
        self.bounded: Any = python
        for meta in bounds:
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


class EnumType:
    """An enum travels by the name of its member; names that only the peer knows survive as pseudo-members."""

    def __init__(self, python: type[Enum]) -> None:
        self.is_native = False
        self.parts: tuple[WireType, ...] = ()
        self.python = python
        self._unknown: dict[object, Enum] = {}

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if not isinstance(value, self.python):
            problems.add(at, f"expected {self.python.__name__}, got {type(value).__name__}")
            return None
        # What was not declared goes back as it came: a number as a number.
        return value.name if value.name in self.python.__members__ else value.value

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        if isinstance(data, str):
            return self.python.__members__[data] if data in self.python.__members__ else self._survivor(data)
        if isinstance(data, int) and not isinstance(data, bool):
            by_value = {member.value: member for member in self.python}
            return by_value[data] if data in by_value else self._survivor(data)
        problems.add(at, f"expected the name of a {self.python.__name__}, got {in_words(data)}")
        return None

    def _survivor(self, data: str | int) -> Enum:
        if data not in self._unknown:
            if len(self._unknown) >= _MOST_UNKNOWN_MEMBERS:
                self._unknown.clear()
            # Enum has no public way to make a value that it did not declare; `Flag` makes its own in this same way.
            base: Any = next((base for base in (str, int) if issubclass(self.python, base)), object)
            payload = () if base is object else (data,) if isinstance(data, base) else (base(),)
            survivor: Any = base.__new__(self.python, *payload)
            survivor._name_, survivor._value_ = str(data), data
            self._unknown[data] = survivor
        return self._unknown[data]

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "enum": list(self.python.__members__)}
