"""Types and values → Python source, and the imports that it needs."""

import dataclasses
import re
import types
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Annotated, Any, Final, Literal, NewType, TypeGuard, Union, get_args, get_origin
from uuid import UUID

import msgspec

from plures.contract import Message, Meta
from plures.imports import Names, Unspellable, text_source

_OWN_MODULES: Final = (date, datetime, time, timedelta)
_OWN_NAME: Final = re.compile(r"\b(datetime|zoneinfo)\.(\w+)")
_META: Final = (
    "gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "tz",
    "title", "description", "examples", "extra_json_schema", "extra",
)  # fmt: skip


def type_source(annotation: Any, names: Names) -> str:  # noqa: PLR0911 - a table of cases
    """The source of a type that crosses a contract."""
    if annotation is None or annotation is types.NoneType:
        return "None"
    if isinstance(annotation, NewType):
        return names.named(annotation.__module__ or "", annotation.__name__)
    # A concrete model of pydantic is a class of its own, whose name is no Python.
    made_of: Any = getattr(annotation, "__pydantic_generic_metadata__", None) or {"origin": None}
    origin, arguments = get_origin(annotation), get_args(annotation)
    if made_of["origin"] is not None:
        origin, arguments = made_of["origin"], made_of["args"]
    if origin is Annotated:
        return _annotated(arguments, names)
    if origin in (Union, types.UnionType):
        return " | ".join(type_source(each, names) for each in arguments)
    if origin is Literal:
        return f"{names.named('typing', 'Literal')}[{', '.join(value_source(each, names) for each in arguments)}]"
    if origin is not None:
        listed = ", ".join("..." if each is Ellipsis else type_source(each, names) for each in arguments)
        return f"{names.named(origin.__module__, origin.__qualname__)}[{listed}]"
    if isinstance(annotation, type):
        return names.named(annotation.__module__, annotation.__qualname__)
    raise Unspellable(str(annotation), "has no name")


def value_source(value: Any, names: Names) -> str:
    """The source of a default."""
    plain = _plain(value, names)
    if plain is not None:
        return plain
    if isinstance(value, list | tuple):
        items: tuple[Any, ...] = tuple(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        listed = ", ".join(value_source(each, names) for each in items)
        return f"[{listed}]" if isinstance(value, list) else f"({listed},)" if len(items) == 1 else f"({listed})"
    if isinstance(value, dict):
        pairs: dict[Any, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return f"{{{', '.join(f'{value_source(k, names)}: {value_source(v, names)}' for k, v in pairs.items())}}}"
    fields = _fields(value)
    if fields is not None:
        given = ", ".join(f"{name}={value_source(each, names)}" for name, each in fields.items())
        return f"{type_source(value.__class__, names)}({given})"
    raise Unspellable(f"the default {value!r}", "has no source")


def _annotated(arguments: tuple[Any, ...], names: Names) -> str:
    """Of what else an annotation carries, nothing is part of the contract."""
    bounds = [_meta(each, names) for each in arguments[1:] if isinstance(each, Meta)]
    inner = type_source(arguments[0], names)
    return f"{names.named('typing', 'Annotated')}[{', '.join([inner, *bounds])}]" if bounds else inner


def _meta(meta: Meta, names: Names) -> str:
    said = {name: each for name in _META if (each := getattr(meta, name)) is not None}
    given = ", ".join(f"{name}={value_source(each, names)}" for name, each in said.items())
    return f"{names.named('plures', 'Meta')}({given})"


def _plain(value: Any, names: Names) -> str | None:  # noqa: PLR0911 - a table of cases
    """The source of a value without parts; None of any other."""
    if isinstance(value, Enum):
        return f"{type_source(type(value), names)}.{value.name}"
    python = value.__class__
    if python is str:
        return text_source(value)
    if python is float and not isfinite(value):
        return f"{names.named('builtins', 'float')}({text_source(str(value))})"
    if value is None or python in (bool, int, float, bytes):
        return repr(value)
    if python in (Decimal, UUID):
        return f"{names.named(python.__module__, python.__qualname__)}({text_source(str(value))})"
    # Python spells these with their module: `datetime.date(2026, 1, 1)`.
    if python in _OWN_MODULES:
        return _OWN_NAME.sub(lambda found: names.named(*found.groups()), repr(value))
    return None


def _fields(value: Any) -> Mapping[str, Any] | None:
    """The fields of a message, of a dataclass or of a model; None of any other value."""
    if isinstance(value, Message):
        struct: Any = value
        return {name: getattr(value, name) for name in msgspec.structs.asdict(struct)}
    if _is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    of_model: Mapping[str, Any] | None = getattr(value.__class__, "__pydantic_fields__", None)
    return None if of_model is None else {name: getattr(value, name) for name in of_model}


def _is_dataclass(value: Any) -> "TypeGuard[Any]":
    return dataclasses.is_dataclass(value) and not isinstance(value, type)
