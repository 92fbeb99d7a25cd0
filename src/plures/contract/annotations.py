"""Annotations: resolving those that are written as text, and showing them as their author wrote them."""

from typing import Any, ClassVar, get_args, get_origin, get_type_hints


class Unresolvable(Exception):
    """An annotation that is written as text cannot be turned into what it names."""


def annotations_of(annotated: Any, *, include_extras: bool = False) -> dict[str, Any]:
    """The annotations of a class or function, as `typing.get_type_hints` gives them.

    Raises:
        Unresolvable: One of them raises an exception.
        TypeError: This is nothing that can have annotations.
    """
    if getattr(annotated, "__annotations__", None) is None:
        return get_type_hints(annotated)
    try:
        return get_type_hints(annotated, include_extras=include_extras)
    # An annotation is code: besides a NameError for a missing import, `Meta(ge=1, gt=1)` raises a ValueError, and so on.
    except Exception as error:
        raise Unresolvable(str(error)) from error


def show(annotation: Any) -> str:
    """An annotation about as its author wrote it."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "")


def is_class_variable(annotation: object) -> bool:
    # Under `from __future__ import annotations` it is text.
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar"))
    return annotation is ClassVar or get_origin(annotation) is ClassVar
