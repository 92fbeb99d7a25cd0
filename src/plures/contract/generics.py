"""Concrete generic messages such as `Page[Item]`: their class, their name, and the types of their fields."""

import types
from collections.abc import Mapping
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin

from .annotations import annotations_of, own_annotations, show
from .foreign import model_name

Variables = Mapping[Any, Any]


def class_of(annotation: Any) -> Any:
    """`Page` of `Page[Item]`; any other annotation is its own."""
    origin = get_origin(annotation)
    return origin if isinstance(origin, type) and parameters_of(origin) else annotation


def parameters_of(python: Any) -> tuple[Any, ...]:
    """The type variables of a generic class, or those that are left open in a type."""
    found: tuple[Any, ...] = getattr(python, "__parameters__", None) or ()
    return found


def name_of(annotation: Any) -> str:  # noqa: PLR0911 - a table of cases
    """`PageOfItem` of `Page[Item]`: a name that peers in other languages can spell as well."""
    origin, arguments = model_name(annotation) or (get_origin(annotation), get_args(annotation))
    if origin is Annotated:
        return name_of(arguments[0])
    if origin is tuple:
        return f"{name_of(arguments[0])}Tuple"
    if origin in (list, dict):
        return f"{name_of(arguments[-1])}{origin.__name__.title()}"
    if origin in (Union, types.UnionType):
        some = "Or".join(name_of(argument) for argument in arguments if argument is not type(None))
        return some if type(None) not in arguments else f"Optional{some}"
    if isinstance(annotation, type | NewType) and not arguments:
        return annotation.__name__[:1].upper() + annotation.__name__[1:]
    if not isinstance(origin, type):
        return show(annotation)
    return f"{origin.__name__}Of{'And'.join(map(name_of, arguments))}"


def field_hints(annotation: Any) -> dict[str, Any]:
    """The types of the fields of a message, generic or not, with what stands for its type variables put in.

    Raises:
        Unresolvable: An annotation raises an exception.
    """
    python = class_of(annotation)
    hints = annotations_of(python, include_extras=True)
    if not parameters_of(python) and not hasattr(python, "__orig_bases__"):
        return hints
    variables = _variables_by_class(annotation)
    declared_by = {name: base for base in reversed(python.__mro__) for name in own_annotations(base)}
    return {name: _put_in(hint, variables.get(declared_by[name], {})) for name, hint in hints.items()}


def _variables_by_class(annotation: Any) -> dict[Any, Variables]:
    """What the type variables of a generic class and of its bases stand for. One variable may stand for another type in each."""
    python: Any = class_of(annotation)
    own: Variables = dict(zip(parameters_of(python), get_args(annotation), strict=False))
    found: dict[Any, Variables] = {python: own}
    for base in python.__dict__.get("__orig_bases__", python.__bases__):
        if isinstance(class_of(base), type):
            found |= _variables_by_class(_put_in(base, own))
    return found


def _put_in(annotation: Any, variables: Variables) -> Any:
    if isinstance(annotation, TypeVar):
        return variables.get(annotation, annotation)
    if get_origin(annotation) is None:
        return annotation
    parameters = parameters_of(annotation)
    return annotation[tuple(variables.get(each, each) for each in parameters)] if parameters else annotation
