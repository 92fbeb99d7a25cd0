"""What every wire type can do: turn a Python value into plain JSON data and back, and say whether msgspec alone does it right."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")
SAFE_INT: Final = 2**53 - 1
"""The widest integer that every JSON peer reads exactly; wider ones travel as strings."""


MOST_PROBLEMS: Final = 20
"""After so many problems no further items are looked at: a megabyte of wrong items would take seconds, and make megabytes of text."""
_NO_MORE: Final = f"after {MOST_PROBLEMS} problems, no further items were looked at"


class Problems(list[str]):
    """What is wrong with a value, one sentence per place."""

    def until_enough(self, items: Iterable[T]) -> Iterator[T]:
        """The items, until there are `MOST_PROBLEMS`."""
        for item in items:
            if len(self) >= MOST_PROBLEMS:
                if self[-1] != _NO_MORE:
                    self.append(_NO_MORE)
                return
            yield item

    def add(self, at: str, problem: str) -> None:
        """Note a problem at a place such as `lines[2].quantity`; the empty place is the whole value."""
        self.append(f"{at or 'the body'}: {problem}")


class WireType(Protocol):
    """How one Python type crosses the wire."""

    @property
    def is_native(self) -> bool:
        """Whether msgspec's own JSON is this type's wire form. It leaves aside the parts, `null`, and integers beyond `SAFE_INT`."""
        ...

    @property
    def parts(self) -> tuple["WireType", ...]:
        """The types that this one is made of."""
        ...

    def encode(self, value: Any, at: str, problems: Problems) -> object:
        """Turn a value into data that `json` can write; `None` means that the field is left out."""
        ...

    def decode(self, data: object, at: str, problems: Problems) -> Any:
        """Turn parsed JSON into a value; where problems are added, the result is meaningless."""
        ...

    def json_schema(self) -> dict[str, object]:
        """The type as a JSON Schema."""
        ...


def is_native_throughout(wire_type: WireType) -> bool:
    """Whether the type and all its parts are native."""
    return all(part.is_native for part in reachable(wire_type))


def nests_itself(wire_type: WireType) -> bool:
    """Whether the type is among its own parts."""
    return any(below is wire_type for part in wire_type.parts for below in reachable(part))


def reachable(start: WireType) -> Iterator[WireType]:
    """The type and all that it is made of, each once."""
    pending, seen = [start], set[WireType]()
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            yield current
            pending.extend(current.parts)
