"""Why a type cannot cross: what was given, in the words of its own library, and what to write instead. Imports none of these."""

import io
import sys
import typing
from collections import abc, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import Flag
from types import NoneType
from typing import Any, Final, Literal, TypeVar, get_origin
from uuid import UUID

from msgspec import Meta, Struct

from plures.errors import Rule, Violation

from . import rules
from .annotations import show
from .declare import CONTRACT
from .error import ContractError
from .generics import parameters_of

_SCALARS: Final = (str, bytes, int, float, Decimal, UUID, date, datetime, time, timedelta)
_INSTEAD_OF_OWN: Final[Mapping[type, str]] = {
    **dict.fromkeys([list, set, deque], "list[T] or tuple[T, ...]"),
    dict: "dict[str, T]",
    bytearray: "bytes",
    **{scalar: scalar.__name__ for scalar in _SCALARS},
}
_INSTEAD_OF_VAGUE: Final[Mapping[Any, str]] = {
    **dict.fromkeys([object, Any], "the messages that it may be, as a union, or str with the JSON of it"),
    **dict.fromkeys(
        [frozenset, abc.Sequence, abc.MutableSequence, abc.Set, abc.MutableSet], "list[T] or tuple[T, ...]"
    ),
    **dict.fromkeys([abc.Collection, abc.Iterable, tuple], "list[T] or tuple[T, ...]"),
    **dict.fromkeys([abc.Mapping, abc.MutableMapping], "dict[str, T]"),
    complex: "a message with two floats",
    tzinfo: "str, the name of the time zone",
    Literal: "Literal with texts alone, or an Enum with these members",
    NoneType: "no parameter or field here, or T | None",
}


def refusal(annotation: Any, where: str) -> Violation:
    """Why a type cannot cross."""
    name, plain = show(annotation), get_origin(annotation) or annotation
    if not _has_hash(annotation):
        return rules.FOREIGN_TYPE.broken(where, type=name)
    if plain in _INSTEAD_OF_VAGUE:
        return rules.VAGUE_TYPE.broken(where, type=name, instead=_INSTEAD_OF_VAGUE[plain])
    if isinstance(plain, type):
        values = {"type": name, "name": plain.__name__, "module": plain.__module__}
        return _rule_for(plain).broken(where, **values, **_instead(plain))
    is_open = isinstance(annotation, TypeVar) or parameters_of(annotation)
    return (rules.OPEN_TYPE if is_open else rules.FOREIGN_TYPE).broken(where, type=name)


def _rule_for(python: type) -> Rule:
    return next((rule for applies, rule in _KINDS if applies(python)), rules.PLAIN_CLASS)


def _instead(python: type) -> Mapping[str, str]:
    """What takes the place of a class that inherits one of Python's own."""
    own = next((base for base in python.__mro__ if base in _INSTEAD_OF_OWN), None)
    return {"base": own.__name__, "instead": _INSTEAD_OF_OWN[own]} if own else {}


def items_of(annotation: Any) -> Iterator[Any]:
    """What a container holds that cannot cross itself: its items must be able to, once it is a tuple."""
    plain = get_origin(annotation)
    if isinstance(plain, type) and issubclass(plain, abc.Iterable):
        arguments = typing.get_args(annotation)
        several = arguments[:1] if issubclass(plain, abc.Generator | abc.AsyncGenerator) else arguments
        yield from (argument for argument in several if argument is not Ellipsis)


def foreign_bounds(annotation: Any, where: str) -> Iterator[Violation]:
    """Bounds in the words of another library, which Plures would not hold: `Annotated[int, Field(ge=0)]`."""
    metadata: Sequence[object] = annotation.__metadata__
    foreign = [each for each in metadata if _package(type(each)) in ("pydantic", "annotated_types")]
    if foreign and not any(isinstance(each, Meta) for each in metadata):
        yield rules.BOUND_FOREIGN.broken(where, bounds=", ".join(map(repr, foreign)))


def _has_hash(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _package(python: type) -> str:
    return str(python.__module__).partition(".")[0]


def _inherits(package: str, name: str = "") -> Callable[[type], object]:
    """Whether a class has a base of another library, which need not be installed."""

    def applies(python: type) -> bool:
        return any(_package(base) == package and name in ("", base.__name__) for base in python.__mro__)

    return applies


def _has(*attributes: str) -> Callable[[type], object]:
    return lambda python: all(hasattr(python, attribute) for attribute in attributes)


def _is(*bases: type) -> Callable[[type], object]:
    return lambda python: issubclass(python, bases)


# The first that applies: a class of SQLModel is a pydantic model as well, a NamedTuple a tuple, a mapped class often a dataclass.
_KINDS: Final[Sequence[tuple[Callable[[type], object], Rule]]] = (
    (_has(CONTRACT), rules.CONTRACT_AS_TYPE),
    (_is(ContractError), rules.ERROR_AS_TYPE),
    (_is(BaseException), rules.EXCEPTION_AS_TYPE),
    (_has("__mapper__"), rules.MAPPED_CLASS),
    (_inherits("sqlalchemy", "DeclarativeBase"), rules.MAPPED_CLASS),
    (_inherits("django", "Model"), rules.MAPPED_CLASS),
    (_inherits("pydantic", "BaseModel"), rules.OLD_MODEL),
    (_inherits("pydantic", "_SecretBase"), rules.SECRET),
    (_inherits("pydantic", "NaiveDatetime"), rules.NAIVE_TYPE),
    (_inherits("pydantic"), rules.PYDANTIC_TYPE),
    (_inherits("django", "QuerySet"), rules.QUERYSET),
    (_inherits("django", "Manager"), rules.QUERYSET),
    (_is(io.IOBase, typing.IO), rules.FILE),
    (_is(abc.Iterator, abc.AsyncIterator), rules.GENERATOR),
    (_has("__attrs_attrs__"), rules.ATTRS_CLASS),
    (_is(Struct), rules.STRUCT),
    (_has("__required_keys__", "__total__"), rules.TYPED_DICT),
    (_has("_fields", "_asdict"), rules.NAMED_TUPLE),
    (_is(Flag), rules.FLAG),
    (_is(list, set, deque, dict, bytearray), rules.MUTABLE_TYPE),
    (_is(*_SCALARS), rules.SUBCLASS),
    (parameters_of, rules.OPEN_TYPE),
    (lambda python: _package(python) in sys.stdlib_module_names - {"__main__"}, rules.STANDARD_TYPE),
)
