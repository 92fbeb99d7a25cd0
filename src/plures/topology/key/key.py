"""What a key of plures.toml says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

IN_WORDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "a table",
}
"""What to call a value of TOML; all others are dates or times."""


@dataclass(frozen=True)
class Key(Generic[T]):
    """One key.

    Attributes:
        name: In capitals where users choose the name.
        types: What its value may be, as `tomllib` reads it.
        default: What holds when it is left out.
        example: How to write it.
        below: The keys of the table that is its value.
    """

    name: str
    types: tuple[type, ...]
    default: T
    meaning: str
    example: str
    below: "tuple[Key[Any], ...]" = ()
    is_required: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether users choose the name."""
        return self.name.isupper()

    @property
    def holds(self) -> str:
        """What its value may be, in words."""
        return " or ".join(IN_WORDS[python] for python in self.types)

    def named(self, name: str) -> "Key[T]":
        """This key under the name that a user chose."""
        return replace(self, name=name, example=self.example.replace(self.name, name))


Table = Mapping[str, Any]


def text(name: str, meaning: str, example: str, *, is_required: bool = False) -> Key[str | None]:
    return Key[str | None](name, (str,), None, meaning, example, is_required=is_required)


def table(name: str, meaning: str, example: str, *below: Key[Any]) -> Key[Table]:
    return Key[Table](name, (dict,), {}, meaning, example, below)
