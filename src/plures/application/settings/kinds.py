"""What the fields of settings may be, and what is wrong with those that are something else."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from .settings import Secret, Settings

_PLAIN: Final = (
    *(str, int, float, bool, Decimal, UUID, Path, NoneType),
    *(dt.datetime, dt.date, dt.time, dt.timedelta),
)
_MANY: Final = (tuple, frozenset, Mapping)


def variable_of(capability: str, path: tuple[str, ...]) -> str:
    """The variable of a field, by its path through settings within settings."""
    return "_".join((capability, *path)).upper().replace("-", "_")


def fields_of(settings: type[Settings]) -> dict[str, msgspec.structs.FieldInfo]:
    """The fields by name."""
    # For type checkers, Settings are no structs of msgspec.
    python: Any = settings
    return {field.name: field for field in msgspec.structs.fields(python)}


def kinds_of(settings: type[Settings]) -> dict[str, Any]:
    """Field → its annotation. Raises `NameError` or `TypeError` where one cannot be resolved."""
    hints = get_type_hints(settings, include_extras=True)
    return {name: hints[name] for name in fields_of(settings)}


def is_secret(kind: Any) -> bool:
    """Whether it is a `Secret`, alone or beside None."""
    return any(each is Secret or get_origin(each) is Secret for each in _alone(kind))


def plain(kind: Any) -> Any:
    """What a `Secret` holds, None beside it; else the kind itself."""
    if not is_secret(kind):
        return kind
    [secret] = [each for each in _alone(kind) if each is not NoneType]
    held = next(iter(get_args(secret)), str)
    return held if secret is kind else held | None


def is_text(kind: Any) -> bool:
    """Whether any text is one of its values."""
    return any(each in (str, Path) for each in _alone(kind))


def is_map(kind: Any) -> bool:
    return any(get_origin(each) is Mapping for each in _alone(kind))


def _alone(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def settings_in(kind: Any) -> type[Settings] | None:
    """The class of settings that a field holds, alone or beside None."""
    if get_origin(kind) in (Union, UnionType):
        found = [each for each in get_args(kind) if each is not NoneType]
        return settings_in(found[0]) if len(found) == 1 else None
    return kind if isinstance(kind, type) and issubclass(kind, Settings) else None


def is_many(kind: Any) -> bool:
    """Whether it holds several values, which a text separates by commas."""
    return any(get_origin(each) in (tuple, frozenset) for each in _alone(kind))


def field_problems(settings: type[Settings], within: tuple[type, ...] = ()) -> Iterator[tuple[str, str]]:
    """Field and what is wrong with its annotation."""
    try:
        kinds = kinds_of(settings)
    except (NameError, TypeError) as error:
        yield settings.__qualname__, f"cannot be resolved: {error}"
        return
    for name, kind in kinds.items():
        inner = settings_in(kind)
        if inner in (*within, settings):
            yield f"{settings.__qualname__}.{name}", "contains itself"
        elif inner is not None:
            yield from field_problems(inner, (*within, settings))
        elif not _is_known(plain(kind)):
            yield f"{settings.__qualname__}.{name}", f"is {getattr(kind, '__qualname__', kind)}"


def _is_known(kind: Any) -> bool:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return True
    if origin in (Union, UnionType):
        return all(map(_is_known, arguments))
    if origin is Annotated:
        return _is_known(arguments[0])
    if origin in _MANY:
        return all(map(_is_known, (each for each in arguments if each is not ...)))
    return isinstance(kind, type) and (kind in _PLAIN or issubclass(kind, Enum))
