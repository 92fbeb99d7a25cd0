"""What belongs to a function that is there: what it wraps, the names that it sees, the classes above its own."""

import inspect
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from .values import Above, Instance, Value


def innermost(function: FunctionType) -> FunctionType:
    found = inspect.unwrap(function)
    return found if isinstance(found, FunctionType) else function


def names_of(function: FunctionType) -> Mapping[str, Any]:
    names = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            names[name] = cell.cell_contents
        except ValueError:
            # It is not assigned yet.
            names.pop(name, None)
    return names


def above_of(function: FunctionType, receiver: Value) -> Above | None:
    cls = receiver.cls if isinstance(receiver, Instance) else type(getattr(receiver, "object", None))
    for number, each in enumerate(cls.__mro__):
        if function in vars(each).values():
            return Above(receiver, cls.__mro__[number + 1 :])
    return None
