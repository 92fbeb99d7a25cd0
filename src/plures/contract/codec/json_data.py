"""Parsed JSON: its shapes, told to the type checkers in one place, and their names in a sentence."""

from typing import Any, TypeGuard


def is_object(data: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(data, dict)


def is_list(data: object) -> TypeGuard[list[Any]]:
    return isinstance(data, list)


def is_text(data: object) -> TypeGuard[str]:
    return isinstance(data, str)


def is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def as_object(data: object) -> dict[str, Any] | None:
    """A JSON object, or None where the data is something else."""
    return data if is_object(data) else None


def as_list(data: object) -> list[Any] | None:
    """A JSON list, or None where the data is something else."""
    return data if is_list(data) else None


def in_words(data: object) -> str:
    """What to call a piece of JSON in a sentence."""
    names: dict[type, str] = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(data), "a number")
