"""Types and defaults of the model in the words of Python."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from plures.compat import Choice, Contract, ListOf, MapOf, Named, OneOf, Scalar, TupleOf, Type
from plures.imports.names import parameter_name

from .spelling import Names, text_source

_PYTHON: Final[Mapping[str, tuple[str, str]]] = {
    "bool": ("builtins", "bool"),
    "string": ("builtins", "str"),
    "int64": ("builtins", "int"),
    "double": ("builtins", "float"),
    "bytes": ("builtins", "bytes"),
    "timestamp": ("datetime", "datetime"),
    "date": ("datetime", "date"),
    "time": ("datetime", "time"),
    "duration": ("datetime", "timedelta"),
    "uuid": ("uuid", "UUID"),
    "decimal": ("decimal", "Decimal"),
    "any": ("plures", "AnyMessage"),
}
_SIZED: Final[Mapping[tuple[tuple[str, object], ...], str]] = {
    (("ge", -(2**31)), ("le", 2**31 - 1)): "Int32",
    (("ge", 0), ("le", 2**32 - 1)): "UInt32",
}
_SIZES: Final = {"Int32": ("-(2**31)", "2**31 - 1"), "UInt32": ("0", "2**32 - 1")}


class Spelling:
    """Types of one contract in one module.

    Attributes:
        sized: The names of whole numbers of a size that were used, which the module declares.
        later: Messages that are defined further down: what names one is put in quotes.
    """

    def __init__(self, contract: Contract, names: Names) -> None:
        self._contract, self.names = contract, names
        self.sized: set[str] = set()
        self.later: set[str] = set()

    def annotation(self, type_: Type, *, nullable: bool = False) -> str:
        """An annotation; in quotes where a class in it is not there yet."""
        spelled = self._type(type_) + (" | None" if nullable else "")
        if self.later.isdisjoint(used(type_)):
            return spelled
        # A quote within quotes, as in a pattern, is not worth a second way of quoting.
        return f"'{spelled}'" if '"' in spelled else f'"{spelled}"'

    def sizes(self) -> list[str]:
        """The lines that declare whole numbers of a size."""
        if not self.sized:
            return []
        annotated, meta = self.names.named("typing", "Annotated"), self.names.named("plures", "Meta")
        return [
            f"{name} = {annotated}[int, {meta}(ge={_SIZES[name][0]}, le={_SIZES[name][1]})]"
            for name in sorted(self.sized)
        ]

    def default(self, type_: Type, value: Any) -> str:  # noqa: PLR0911 - a table of cases
        """The source of a default that is given as JSON."""
        match type_:
            case Named(name=name) if name in self._contract.enums:
                return f"{name}.{value}"
            case Named(name=name) if isinstance(value, dict):
                record, given = self._contract.messages[name], cast("dict[str, Any]", value)
                fields = [
                    f"{parameter_name(key)}={self.default(record.fields[key].type, each)}"
                    for key, each in given.items()
                    if key in record.fields
                ]
                return f"{name}({', '.join(fields)})"
            case Scalar(kind="bytes"):
                said = repr(base64.b64decode(str(value)))
                return said if '"' in said else f'b"{said[2:-1]}"'
            case Scalar(kind="double") if isinstance(value, str):
                return f'float("{value.lower()}")'
            case Scalar(kind="double"):
                return repr(float(value))
            case Scalar(kind="int64"):
                return str(int(value))
            case Scalar(kind="uuid" | "decimal"):
                return f"{self.names.named(*_PYTHON[type_.kind])}({text_source(str(value))})"
            case Scalar(kind="date" | "time" | "timestamp"):
                name = self.names.named(*_PYTHON[type_.kind])
                # Python 3.11 reads a Z as well.
                return f"{name}.fromisoformat({text_source(str(value))})"
            case Scalar(kind="duration"):
                seconds = float(str(value).removesuffix("s"))
                return f"{self.names.named('datetime', 'timedelta')}(seconds={seconds!r})"
            case _:
                return text_source(value) if isinstance(value, str) else repr(value)

    def _type(self, type_: Type) -> str:  # noqa: PLR0911 - a table of cases
        match type_:
            case Scalar(kind=kind, bounds=bounds):
                return self._bounded(self.names.named(*_PYTHON[kind]), kind, bounds)
            case Choice(values=values):
                literal = self.names.named("typing", "Literal")
                return f"{literal}[{', '.join(map(text_source, values))}]"
            case Named(name=name):
                return name
            case ListOf(item=item, bounds=bounds):
                return self._bounded(f"{self.names.named('builtins', 'tuple')}[{self._type(item)}, ...]", "", bounds)
            case MapOf(value=value):
                key = self.names.named("builtins", "str")
                return f"{self.names.named('builtins', 'dict')}[{key}, {self._type(value)}]"
            case TupleOf(parts=parts):
                return f"{self.names.named('builtins', 'tuple')}[{', '.join(map(self._type, parts))}]"
            case OneOf(members=members):
                return " | ".join(map(self._type, members.values()))

    def _bounded(self, python: str, kind: str, bounds: Mapping[str, object]) -> str:
        if not bounds:
            return python
        sized = _SIZED.get(tuple(sorted(bounds.items()))) if kind == "int64" and python == "int" else None
        if sized is not None:
            self.sized.add(sized)
            return sized
        given = ", ".join(f"{name}={self._bound(kind, each)}" for name, each in bounds.items())
        annotated, meta = self.names.named("typing", "Annotated"), self.names.named("plures", "Meta")
        return f"{annotated}[{python}, {meta}({given})]"

    def _bound(self, kind: str, value: object) -> str:
        if kind in ("string", "bytes", "") or not isinstance(value, str):
            return text_source(value) if isinstance(value, str) else repr(value)
        return self.default(Scalar(kind), value)


def used(type_: Type) -> Iterable[str]:
    """The messages and enums that a type names."""
    match type_:
        case Named(name=name):
            yield name
        case ListOf(item=part) | MapOf(value=part):
            yield from used(part)
        case TupleOf(parts=parts):
            for each in parts:
                yield from used(each)
        case OneOf(members=members):
            for each in members.values():
                yield from used(each)
        case _:
            return
