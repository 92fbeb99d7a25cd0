"""Annotations: resolving those that are written as text, and showing them as their author wrote them.

From Python 3.14 on, annotations are evaluated when they are asked for, with the names that a class has then: in a class with a method
`list`, those of its methods cannot say `list[str]`. Here they mean what they meant before: what is no type as a member of the class is
looked for where the class is.
"""

import inspect
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from inspect import isfunction
from types import FunctionType
from typing import Annotated, Any, ClassVar, Final, NewType, get_args, get_origin, get_type_hints

_EVALUATED_LATER: Final = sys.version_info >= (3, 14)
_LATER: Any = import_module("annotationlib") if _EVALUATED_LATER else None


class Unresolvable(Exception):
    """An annotation cannot be turned into what it names."""


def annotations_of(annotated: Any, *, include_extras: bool = False) -> dict[str, Any]:
    """The annotations of a class or function, as `typing.get_type_hints` gives them.

    Raises:
        Unresolvable: One of them raises an exception.
        TypeError: This is nothing that can have annotations.
    """
    if not _may_have(annotated):
        message = f"{annotated!r} is no class and no function"
        raise TypeError(message)
    try:
        found = get_type_hints(annotated, include_extras=include_extras)
        if _EVALUATED_LATER and isinstance(annotated, FunctionType) and any(map(isfunction, found.values())):
            return _outside_of_its_class(annotated, include_extras=include_extras)
    # An annotation is code: besides a NameError for a missing import, `Meta(ge=1, gt=1)` raises a ValueError, and so on.
    except Exception as error:
        if _EVALUATED_LATER and isinstance(annotated, FunctionType):
            return _outside_of_its_class(annotated, include_extras=include_extras)
        raise Unresolvable(str(error)) from error
    return found


def _may_have(annotated: Any) -> bool:
    # From Python 3.14 on, a partial function counts as a routine.
    is_partial = issubclass(type(annotated), partial)
    if inspect.isclass(annotated) or (not is_partial and inspect.isroutine(annotated)):
        return True
    try:
        return getattr(annotated, "__annotations__", None) is not None
    # Where it is evaluated by this.
    except Exception:  # noqa: BLE001 - an annotation is code
        return True


def _outside_of_its_class(method: FunctionType, *, include_extras: bool) -> dict[str, Any]:
    """What its annotations say without the other methods of its class; raises `Unresolvable`."""
    outside = FunctionType(method.__code__, method.__globals__, closure=method.__closure__)
    try:
        written = _LATER.get_annotations(method, format=_LATER.Format.STRING)
        found = _LATER.get_annotations(method, format=_LATER.Format.FORWARDREF)
        outside.__annotations__ = {n: written[n] if isfunction(each) else each for n, each in found.items()}
        return get_type_hints(outside, include_extras=include_extras)
    except Exception as error:
        raise Unresolvable(str(error)) from error


def signature_of(called: Callable[..., Any]) -> inspect.Signature:
    """Its parameters; what an annotation names that cannot be resolved is left as it is. Raises `TypeError` or `ValueError`."""
    how: dict[str, Any] = {"annotation_format": _LATER.Format.FORWARDREF} if _EVALUATED_LATER else {}
    return inspect.signature(called, **how)


def own_annotations(python: type) -> dict[str, Any]:
    """What a class itself annotates, unresolved where it is text or cannot be resolved."""
    if _EVALUATED_LATER:
        return dict(_LATER.get_annotations(python, format=_LATER.Format.FORWARDREF))
    return dict(inspect.get_annotations(python))


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


def is_text(annotation: Any) -> bool:
    """Whether it is `str`, with or without bounds, a `NewType` of it, or any of these or None."""
    if get_origin(annotation) is Annotated:
        return is_text(get_args(annotation)[0])
    if isinstance(annotation, NewType):
        return is_text(annotation.__supertype__)
    members = [member for member in get_args(annotation) if member is not type(None)]
    return annotation is str or (len(members) == 1 and type(None) in get_args(annotation) and is_text(members[0]))


def members_of(python: type) -> list[tuple[str, Any]]:
    """What a class and its bases define, by name, as it stands there: no attribute is asked for, so no code of the class runs."""
    # `inspect.getmembers_static` finds the same, and looks through all bases for each name.
    return sorted({name: each for base in reversed(python.__mro__) for name, each in vars(base).items()}.items())
