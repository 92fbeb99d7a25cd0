"""Typed access to the tables of a TOML document; collects what is wrong instead of stopping at it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from plures.errors import Rule, Violation, did_you_mean

from . import rules
from .key import IN_WORDS, Key, Table
from .lines import Path, line_of

T = TypeVar("T")


class Section(msgspec.Struct, frozen=True):
    """One table, and the place where it stands.

    Attributes:
        file: Name of the document.
        header: Header above it, such as `topology.sale`.
        path: Keys below the header that lead here, such as `search.replicas`.
        violations: Shared by all sections of a document.
        place: Header and path in one, each key by itself.
        lines: Where the tables and keys of the document stand.
    """

    values: Mapping[str, Any]
    file: str
    header: str = ""
    path: str = ""
    violations: list[Violation] = msgspec.field(default_factory=list[Violation])
    place: Path = ()
    lines: Mapping[Path, int] = msgspec.field(default_factory=dict[Path, int])

    def report(self, rule: Rule, key: str = "", **values: object) -> None:
        """Note that a key breaks a rule; without a key, the section itself does."""
        header = f"[{self.header}]" if self.header else ""
        line = line_of(self.lines, (*self.place, key) if key else self.place)
        file = f"{self.file}:{line}" if line else self.file
        where = " ".join(part for part in (file, header, _joined(self.path, key)) if part)
        self.violations.append(rule.broken(where, **values))

    def get(self, key: Key[T]) -> T:
        """The value of a key; its default where it is absent or wrong."""
        if key.name not in self.values:
            if key.is_required:
                self.report(rules.REQUIRED, key.name, example=key.example)
            return key.default
        value: object = self.values[key.name]
        if type(value) not in key.types:  # `isinstance` takes true for a number
            self.report(rules.TYPE, key.name, found=_in_words(value), wanted=key.holds, example=key.example)
            return key.default
        return cast("T", value)

    def texts(self, key: Key[Sequence[str]]) -> tuple[str, ...]:
        """A list of strings; what is not a string is reported and left out."""
        items: list[object] = [*self.get(key)]
        for item in items:
            if not isinstance(item, str):
                self.report(rules.ITEM, key.name, found=_in_words(item), example=key.example)
        return tuple(item for item in items if isinstance(item, str))

    def inline(self, key: Key[Any]) -> "Section":
        """The table below this one; empty when it is absent or wrong."""
        value = self.get(key)
        values = cast("Table", value if isinstance(value, Mapping) else {})
        return replace(self, values=values, path=_joined(self.path, key.name), place=(*self.place, key.name)).checked(
            key
        )

    def headed(self, key: Key[Table]) -> "Section":
        """Like `inline`, for a table with a `[header]` of its own."""
        return replace(
            self, values=self.get(key), header=_joined(self.header, key.name), place=(*self.place, key.name)
        ).checked(key)

    def checked(self, key: Key[Any]) -> "Section":
        """Itself, after reporting every name in it that is not one of the keys below this key."""
        names = [below.name for below in key.below]
        for name in self.values:
            if name not in names and not any(below.is_chosen for below in key.below):
                hint = did_you_mean(name, names) or f"Known keys here: {', '.join(names)}."
                self.report(rules.UNKNOWN_KEY, name, hint=hint)
        return self


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _in_words(value: object) -> str:
    return IN_WORDS.get(type(value), "a date or time")
