"""What an attribute of a value is, found without running any code of the application."""

import functools
import inspect
from types import FunctionType, MemberDescriptorType, ModuleType
from typing import Any, Final, cast

from .values import UNKNOWN, Above, Bound, Instance, Known, Value, Values

_MISSING: Final = object()


def attribute_of(value: Value, name: str) -> tuple[Values, FunctionType | None]:
    """What it may be; and the code of a property that makes it, where there is one."""
    match value:
        case Instance(cls, fields):
            if name in fields:
                return fields[name], None
            return _of_class(inspect.getattr_static(cls, name, _MISSING), value)
        case Above(receiver, classes):
            found = next((vars(cls)[name] for cls in classes if name in vars(cls)), _MISSING)
            return _of_class(found, receiver)
        case Known(thing):
            return _of_object(thing, name)
        case _:
            return UNKNOWN, None


def _of_object(thing: Any, name: str) -> tuple[Values, FunctionType | None]:
    cls = cast("type[object]", type(thing))
    if isinstance(thing, ModuleType | type):
        found = inspect.getattr_static(thing, name, _MISSING)
        if isinstance(found, staticmethod | classmethod):
            inner: Any = cast("Any", found).__func__
            return ((Bound(inner, Known(thing)),) if isinstance(found, classmethod) else (Known(inner),)), None
        return (UNKNOWN if found is _MISSING else (Known(found),)), None
    own: dict[str, Any] = getattr(thing, "__dict__", {})
    if name in own:
        return (Known(own[name]),), None
    return _of_class(inspect.getattr_static(cls, name, _MISSING), Known(thing))


def _of_class(found: Any, receiver: Value) -> tuple[Values, FunctionType | None]:
    """What an attribute of a class is for an object of it."""
    if isinstance(found, staticmethod):
        return (Known(found.__func__),), None
    if isinstance(found, property | functools.cached_property):
        made: Any = found.fget if isinstance(found, property) else found.func
        return UNKNOWN, made if isinstance(made, FunctionType) else None
    if isinstance(found, MemberDescriptorType) and isinstance(receiver, Known):
        # A slot runs no code.
        return (Known(getattr(receiver.object, found.__name__, None)),), None
    function = found if isinstance(found, FunctionType) else getattr(found, "__wrapped__", None)
    if isinstance(function, FunctionType):
        return (Bound(function, receiver),), None
    is_value = found is not _MISSING and not hasattr(found, "__get__")
    return ((Known(found),) if is_value else UNKNOWN), None
