"""What an expression may be, as far as reading alone can tell."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias


@dataclass(frozen=True, eq=False)
class Known:
    """An object that is there: a module, a class, a function, a client."""

    object: Any


@dataclass(eq=False)
class Instance:
    """An object of a class of the application, which is made when it runs."""

    cls: type
    fields: dict[str, "Values"] = field(default_factory=dict[str, "Values"])


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of an object."""

    # By type a `FunctionType`, which type checkers would bind.
    function: Any
    receiver: "Value"


@dataclass(frozen=True, eq=False)
class Inner:
    """A function within a function, with what it can see."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: Any


@dataclass(frozen=True, eq=False)
class Above:
    """`super()` within a method."""

    receiver: "Value"
    classes: tuple[type, ...]


@dataclass(frozen=True, eq=False)
class Several:
    """A collection of any of these."""

    items: "Values"


Value: TypeAlias = Known | Instance | Bound | Inner | Above | Several
Values: TypeAlias = tuple[Value, ...]
"""All that it may be; nothing where it is unknown."""

UNKNOWN: Values = ()
_MOST: Final = 8


def union(*several: Values) -> Values:
    """Any of these, each once; so many at most that reading ends."""
    found: dict[object, Value] = {}
    for value in (value for values in several for value in values):
        found.setdefault(identity(value), value)
    return tuple(found.values())[:_MOST]


def identity(value: Value) -> object:
    """What tells values apart."""
    match value:
        case Known(thing):
            return id(thing)
        case Bound(function, receiver):
            return function, identity(receiver)
        case Inner(node, frame):
            return node, id(frame)
        case _:
            return id(value)


def items_of(values: Values) -> Values:
    """What iterating over it yields."""
    found: list[Values] = []
    for value in values:
        if isinstance(value, Several):
            found.append(value.items)
        elif isinstance(value, Known):
            found.append(tuple(map(Known, _in(value.object))))
    return union(*found)


def _in(collection: Any) -> Iterable[Any]:
    if is_a(collection, Mapping):
        return tuple(collection.values())
    return collection if is_a(collection, list, tuple, set, frozenset) else ()


def is_a(thing: object, *classes: type) -> bool:
    """`isinstance` for what may be anything: a type checker should go on to think so."""
    return isinstance(thing, classes)


def parts_of(made: "partial[Any]") -> Values:
    """What a `functools.partial` calls and passes."""
    return (Known(made.func), *map(Known, made.args), *map(Known, made.keywords.values()))
