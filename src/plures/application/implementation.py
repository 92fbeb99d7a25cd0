"""What implements a capability: a class, a function, or a context manager; its annotations, and the service that it builds."""

import dataclasses
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from types import NoneType
from typing import Any, Final, get_args, get_origin

from plures.contract import Unresolvable, annotations_of, is_contract, signature_of

_ASGI_PARAMETERS: Final = ["scope", "receive", "send"]
_WSGI_PARAMETERS: Final = 2
_ENVIRONS: Final = ("environ", "env", "wsgi_environ")
_OPENINGS: Final = (AsyncIterator, AsyncGenerator, AbstractAsyncContextManager)


def hints_of(implementation: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of its parameters and of what it returns. Raises `Unresolvable` or `TypeError`."""
    if not inspect.isclass(implementation):
        return annotations_of(implementation)
    # The constructor that `@dataclass` writes does not know in which module an inherited field was annotated; its class does.
    if dataclasses.is_dataclass(implementation):
        fields = {field.name for field in dataclasses.fields(implementation)}
        if fields >= signature_of(implementation).parameters.keys():
            return annotations_of(implementation)
    return annotations_of(implementation.__init__)


def is_opened(implementation: Callable[..., Any]) -> bool:
    """Whether it returns a context manager, which is held open while the service is in use."""
    if inspect.isclass(implementation):
        return False
    if inspect.isasyncgenfunction(inspect.unwrap(implementation)):
        return not inspect.isasyncgenfunction(implementation)
    return get_origin(_returned(implementation)) is AbstractAsyncContextManager


def is_asgi_application(edge: Callable[..., Any]) -> bool:
    """Whether it is an ASGI application itself, rather than what makes one: it is called with a scope, receive and send."""
    if inspect.isclass(edge) or not callable(edge):
        return False
    called = edge if inspect.isroutine(edge) else type(edge).__call__
    return inspect.iscoroutinefunction(called) and [*signature_of(edge).parameters] == _ASGI_PARAMETERS


def is_wsgi_application(edge: Callable[..., Any]) -> bool:
    """Whether it is a WSGI application itself: it is called with an environ and start_response, by these names or close to them."""
    if inspect.isclass(edge) or not callable(edge):
        return False
    called = edge if inspect.isroutine(edge) else type(edge).__call__
    if inspect.iscoroutinefunction(called):
        return False
    try:
        names = [*signature_of(edge).parameters]
    except (TypeError, ValueError):
        return False
    return len(names) == _WSGI_PARAMETERS and (names[0] in _ENVIRONS or names[1].startswith("start_res"))


def service_class(implementation: Callable[..., Any]) -> type | None:
    """The class of the service that it builds, as far as it says."""
    if inspect.isclass(implementation):
        return implementation
    returned = _returned(implementation)
    if get_origin(returned) in _OPENINGS:
        returned = get_args(returned)[0]
    tells = inspect.isclass(returned) and returned not in (Any, object, *_OPENINGS) and not is_contract(returned)
    return returned if tells else None


def show(annotation: Any) -> str:
    """An annotation as a message names it; None is a missing one."""
    if annotation is None:
        return "nothing (it has no annotation)"
    if annotation is NoneType:
        return "None"
    return annotation.__qualname__ if isinstance(annotation, type) else str(annotation)


def _returned(implementation: Callable[..., Any]) -> Any:
    try:
        return hints_of(implementation).get("return")
    except (Unresolvable, TypeError):
        return None
