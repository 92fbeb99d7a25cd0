"""A value that does not fit, and the two questions that all types ask."""

from typing import Any


class Unfit(ValueError):
    """A value that a column of the other store cannot hold."""


def text(value: Any) -> str:
    if type(value) is not str:
        raise other(value, "text")
    if "\0" in value:
        message = "the text holds a NUL character, which PostgreSQL cannot store"
        raise Unfit(message)
    return value


def other(value: Any, wanted: str) -> Unfit:
    held = {"str": "text", "int": "a whole number", "float": "a floating-point number"}
    name = type(value).__name__
    return Unfit(f"it holds {held.get(name, name)} that is not {wanted}")
