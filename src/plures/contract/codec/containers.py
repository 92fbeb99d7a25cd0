"""Wire types around one other type: tuples and optional values."""

from typing import Any

import msgspec

from .json_data import as_list, in_words, is_tuple
from .wire_type import Problems, WireType


class TupleType:
    """`tuple[T, ...]` travels as a list; `bound` says how many items there may be."""

    is_native = True

    def __init__(self, item: WireType, bounds: tuple[msgspec.Meta, ...] = ()) -> None:
        self.parts: tuple[WireType, ...] = (item,)
        self._item = item
        self._least = max((b.min_length for b in bounds if b.min_length is not None), default=0)
        self._most = min((b.max_length for b in bounds if b.max_length is not None), default=None)
        self.bound = msgspec.Meta(min_length=self._least, max_length=self._most)

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if not is_tuple(value):
            problems.add(at, f"expected tuple, got {type(value).__name__}")
            return None
        encode, told = self._item.encode, problems.until_enough
        return [encode(item, f"{at}[{n}]", problems) for n, item in told(enumerate(value))]

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        items = as_list(data)
        if items is None:
            problems.add(at, f"expected a list, got {in_words(data)}")
            return None
        if len(items) < self._least or (self._most is not None and len(items) > self._most):
            problems.add(at, f"has {len(items)} items, allowed are {self._least} to {self._most or 'any number'}")
            items = items[: self._most]
        decode, told = self._item.decode, problems.until_enough
        return tuple([decode(item, f"{at}[{n}]", problems) for n, item in told(enumerate(items))])

    def json_schema(self) -> dict[str, object]:
        schema: dict[str, object] = {"type": "array", "items": self._item.json_schema()}
        if self._least:
            schema["minItems"] = self._least
        return schema if self._most is None else schema | {"maxItems": self._most}


class OptionalType:
    """`T | None`: `None` is left out. Where bounds stand around it, as in `Annotated[T | None, …]`, msgspec cannot read it."""

    def __init__(self, inner: WireType, *, is_native: bool = True) -> None:
        self.is_native = is_native
        self.parts: tuple[WireType, ...] = (inner,)
        self._inner = inner

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        return None if value is None else self._inner.encode(value, at, problems)

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        return None if data is None else self._inner.decode(data, at, problems)

    def json_schema(self) -> dict[str, object]:
        return self._inner.json_schema()
