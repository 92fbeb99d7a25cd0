"""Typed access to the tables of a TOML document that collects what is wrong instead of stopping at it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from plures.errors import Violation

from .suggestion import did_you_mean

_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "list": "a list",
    "dict": "a table",
}


@dataclass(frozen=True)
class Table:
    """One table, and the place where it stands.

    Attributes:
        file: Name of the document.
        header: Header above it, such as `topology.sale`.
        path: Keys below the header that lead here, such as `search.replicas`.
        violations: Shared by all tables of a document.
    """

    values: Mapping[str, Any]
    file: str
    header: str = ""
    path: str = ""
    violations: list[Violation] = field(default_factory=list[Violation])

    def where(self, key: str = "") -> str:
        header = f"[{self.header}]" if self.header else ""
        return " ".join(part for part in (self.file, header, _joined(self.path, key)) if part)

    def violate(self, rule: str, key: str, what: str, fix: str) -> None:
        self.violations.append(Violation(f"topology.{rule}", self.where(key), what, fix))

    def only(self, *known: str) -> None:
        """Report every key that is not one of these."""
        for key in self.values:
            if key not in known:
                fix = did_you_mean(key, known) or f"Known keys here: {', '.join(known)}."
                self.violate("unknown_key", key, "is not a key that Plures knows", fix)

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A string; None when it is absent or wrong."""
        value = self._typed(key, str, f'Write {key} = "…".', required=required)
        return cast("str | None", value)

    def flag(self, key: str) -> bool | None:
        return cast("bool | None", self._typed(key, bool, f"Write {key} = true, or leave it out."))

    def number(self, key: str) -> int | None:
        return cast("int | None", self._typed(key, int, f"Write {key} = 2."))

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of strings; what is not a string is reported and left out."""
        fix = f'Write {key} = ["…"].'
        items = cast("Collection[Any]", self._typed(key, list, fix, required=required) or ())
        for item in items:
            if not isinstance(item, str):
                self.violate("type", key, f"has {_name(item)} in it where a string belongs", fix)
        return tuple(item for item in items if isinstance(item, str))

    def table(self, key: str) -> "Table":
        """A table below this one; empty when it is absent or wrong."""
        values = self._typed(key, dict, f"Write {key} = {{ … }}.")
        return replace(self, values=cast("Mapping[str, Any]", values or {}), path=_joined(self.path, key))

    def section(self, key: str) -> "Table":
        """Like `table`, for one that has a `[header]` of its own."""
        header = _joined(self.header, key)
        values = self._typed(key, dict, f"Begin it with [{header}].")
        return replace(self, values=cast("Mapping[str, Any]", values or {}), header=header)

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """Each key with the table below it; what is not a table is reported and left out."""
        for key, value in self.values.items():
            below = self.table(key)
            if isinstance(value, dict):
                yield key, below

    def _typed(self, key: str, kind: type, fix: str, *, required: bool = False) -> object:
        if key not in self.values:
            if required:
                self.violate("required", key, "is missing", fix)
            return None
        value: object = self.values[key]
        if type(value) is not kind:  # `isinstance` takes true for a number
            self.violate("type", key, f"is {_name(value)} where {_NAMES[kind.__name__]} belongs", fix)
            return None
        return value


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _name(value: object) -> str:
    return _NAMES.get(type(value).__name__, "a date or time")
