"""Does a value of one annotated type fit where another is promised? Judges what is plain, and lets pass what is not.

A type checker knows more. This is for what reaches assembly unchecked: a wrong type would show only once the capability is
split out, as a request or an answer that cannot be encoded.
"""

import types
import typing
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from typing import Annotated, Any, Final, NewType, TypeVar, Union, get_args, get_origin

# The class of `type X = …`, from Python 3.12 on.
_ALIAS: Final[Any] = getattr(typing, "TypeAliasType", None)
_UNIONS: Final = (Union, types.UnionType)
_STREAMS: Final = (AsyncIterator, AsyncGenerator, AsyncIterable)
# The promotions of PEP 484.
_PROMOTIONS: Final = {(int, float), (int, complex), (float, complex)}


def fits(offered: Any, wanted: Any) -> bool:
    """Whether each value of `offered` is one of `wanted`. True where that cannot be told from the annotations."""
    offered, wanted = _plain(offered), _plain(wanted)
    if offered == wanted or wanted is object or Any in (offered, wanted):
        return True
    if get_origin(offered) in _UNIONS:
        return all(fits(member, wanted) for member in get_args(offered))
    if get_origin(wanted) in _UNIONS:
        return any(fits(offered, member) for member in get_args(wanted))
    if isinstance(wanted, NewType):
        return _is_made_from(offered, wanted) or not isinstance(offered, type | NewType)
    if isinstance(offered, NewType):
        return fits(offered.__supertype__, wanted)
    return _class_fits(offered, wanted)


def _class_fits(offered: Any, wanted: Any) -> bool:
    offered_class, wanted_class = get_origin(offered) or offered, get_origin(wanted) or wanted
    if not (isinstance(offered_class, type) and isinstance(wanted_class, type)) or _is_structural(wanted_class):
        return True
    if (offered_class, wanted_class) in _PROMOTIONS:
        return True
    if not issubclass(offered_class, wanted_class):
        return False
    return _items_fit(offered, wanted, offered_class, wanted_class)


def _items_fit(offered: Any, wanted: Any, offered_class: type, wanted_class: type) -> bool:
    """Whether what a tuple or a stream holds fits too. Other generic classes are not judged."""
    offered_args, wanted_args = get_args(offered), get_args(wanted)
    if not offered_args or not wanted_args:
        return True
    if wanted_class in _STREAMS and offered_class in _STREAMS:
        return fits(offered_args[0], wanted_args[0])
    if offered_class is wanted_class is tuple:
        if wanted_args[-1] is Ellipsis:
            return all(fits(item, wanted_args[0]) for item in offered_args if item is not Ellipsis)
        same_length = len(offered_args) == len(wanted_args) and offered_args[-1] is not Ellipsis
        return same_length and all(map(fits, offered_args, wanted_args))
    return True


def _plain(annotation: Any) -> Any:
    """The annotation without what only describes it."""
    if isinstance(annotation, TypeVar):
        return Any
    if annotation is None:
        return types.NoneType
    if _ALIAS is not None and isinstance(annotation, _ALIAS):
        return _plain(annotation.__value__)
    return _plain(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _is_made_from(offered: Any, wanted: NewType) -> bool:
    while isinstance(offered, NewType):
        if offered is wanted:
            return True
        offered = offered.__supertype__
    return False


def _is_structural(wanted: type) -> bool:
    return bool(getattr(wanted, "_is_protocol", False))
