"""Exceptions of an existing application: which attributes one has, read from its constructor, and how it is made of them again."""

import inspect
import sys
from typing import Any

from plures.contract.annotations import signature_of


def is_plain(error: Any) -> bool:
    """Whether it is an exception class of an application, rather than of Python."""
    if not (isinstance(error, type) and issubclass(error, Exception)):
        return False
    return str(error.__module__).partition(".")[0] not in sys.stdlib_module_names - {"__main__"}


def parameters_of(error: type[Exception]) -> dict[str, inspect.Parameter]:
    """What its constructor takes; one text, its message, where it has no constructor of its own."""
    if not inspect.isfunction(error.__init__):
        message = inspect.Parameter("message", inspect.Parameter.POSITIONAL_ONLY, default="", annotation=str)
        return {"message": message}
    return dict(list(signature_of(error.__init__).parameters.items())[1:])


def values_of(error: Exception) -> dict[str, Any]:
    """The values of its parameters: its attributes of that name, and else what it was made with."""
    names = list(parameters_of(type(error)))
    given = dict(zip(names, error.args, strict=False))
    return {name: getattr(error, name, given.get(name, "")) for name in names}


def made_again(python: type[Exception], values: dict[str, Any]) -> Exception:
    """An exception with these values."""
    positional = [name for name, each in parameters_of(python).items() if each.kind is each.POSITIONAL_ONLY]
    arguments = [values[name] for name in positional]
    if arguments == [""] and "message" in positional:
        return python()
    return python(*arguments, **{name: value for name, value in values.items() if name not in positional})
