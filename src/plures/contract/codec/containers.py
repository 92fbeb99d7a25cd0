"""Wire types around others: lists in their Python spellings, maps, fixed tuples, and optional values."""

from collections.abc import Sequence
from typing import Any

import msgspec

from .json_data import as_list, as_object, in_words, is_text, is_tuple
from .wire_type import Problems, WireType


class TupleType:
    """`tuple[T, ...]`, `list[T]` and `Sequence[T]` travel as a list; `bound` says how many items there may be.

    Attributes:
        python: What arrives.
        accepts: What may be sent.
    """

    def __init__(
        self,
        item: WireType,
        bounds: tuple[msgspec.Meta, ...] = (),
        *,
        python: type[Any] = tuple,
        accepts: tuple[type[Any], ...] = (),
    ) -> None:
        self.python = python
        self.accepts = accepts or (python,)
        # Of a `Sequence`, msgspec would make a list.
        self.is_native = len(self.accepts) == 1
        self.parts: tuple[WireType, ...] = (item,)
        self._item = item
        self._least = max((b.min_length for b in bounds if b.min_length is not None), default=0)
        self._most = min((b.max_length for b in bounds if b.max_length is not None), default=None)
        self.bound = msgspec.Meta(min_length=self._least, max_length=self._most)

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if not isinstance(value, self.accepts):
            problems.add(at, f"expected {self.python.__name__}, got {type(value).__name__}")
            return None
        items: Sequence[Any] = value
        encode, told = self._item.encode, problems.until_enough
        return [encode(item, f"{at}[{n}]", problems) for n, item in told(enumerate(items))]

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        items = as_list(data)
        if items is None:
            problems.add(at, f"expected a list, got {in_words(data)}")
            return None
        if len(items) < self._least or (self._most is not None and len(items) > self._most):
            problems.add(at, f"has {len(items)} items, allowed are {self._least} to {self._most or 'any number'}")
            items = items[: self._most]
        decode, told = self._item.decode, problems.until_enough
        return self.python([decode(item, f"{at}[{n}]", problems) for n, item in told(enumerate(items))])

    def json_schema(self) -> dict[str, object]:
        schema: dict[str, object] = {"type": "array", "items": self._item.json_schema()}
        if self._least:
            schema["minItems"] = self._least
        return schema if self._most is None else schema | {"maxItems": self._most}


class FixedTupleType:
    """`tuple[float, float]` travels as a list of so many items."""

    is_native = True

    def __init__(self, items: Sequence[WireType]) -> None:
        self.parts: tuple[WireType, ...] = tuple(items)

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        if not is_tuple(value) or len(value) != len(self.parts):
            problems.add(at, f"expected a tuple of {len(self.parts)} items, got {_told(value)}")
            return None
        return [part.encode(item, f"{at}[{n}]", problems) for n, (part, item) in self._pairs(value)]

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        items = as_list(data)
        if items is None or len(items) != len(self.parts):
            given = in_words(data) if items is None else f"a list of {len(items)}"
            problems.add(at, f"expected a list of {len(self.parts)} items, got {given}")
            return None
        return tuple([part.decode(item, f"{at}[{n}]", problems) for n, (part, item) in self._pairs(items)])

    def json_schema(self) -> dict[str, object]:
        count = len(self.parts)
        items = [part.json_schema() for part in self.parts]
        return {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}

    def _pairs(self, items: Sequence[Any]) -> Any:
        return enumerate(zip(self.parts, items, strict=True))


class MapType:
    """`dict[str, T]` and `Mapping[str, T]` travel as an object, whose names are the keys as they are."""

    is_native = True
    python = dict

    def __init__(self, value: WireType) -> None:
        self.parts: tuple[WireType, ...] = (value,)
        self._value = value

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        entries = as_object(value)
        if entries is None:
            problems.add(at, f"expected dict, got {type(value).__name__}")
            return None
        wrong = [key for key in entries if not is_text(key)]
        if wrong:
            problems.add(at, f"expected keys of text, got {wrong[0]!r}")
            return None
        encode, told = self._value.encode, problems.until_enough
        return {key: encode(part, f"{at}[{key!r}]", problems) for key, part in told(entries.items())}

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        entries = as_object(data)
        if entries is None:
            problems.add(at, f"expected an object, got {in_words(data)}")
            return None
        decode, told = self._value.decode, problems.until_enough
        return {key: decode(part, f"{at}[{key!r}]", problems) for key, part in told(entries.items())}

    def json_schema(self) -> dict[str, object]:
        return {"type": "object", "additionalProperties": self._value.json_schema()}


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


def _told(value: object) -> str:
    return f"one of {len(value)}" if is_tuple(value) else type(value).__name__
