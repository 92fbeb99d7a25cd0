"""On whose behalf a request is made: set at the edge, and read wherever the work for it comes."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, TypeVar, overload

from .acting import (
    Acting,
    ContextMismatch,
    ContextMissing,
    ContextOutsideRequest,
    ContextTorn,
    acting_of,
    check,
    in_block,
)
from .context import CallContext, EdgeContext, acting_now, current

T = TypeVar("T")
D = TypeVar("D")
_RAISE: Final[Any] = object()


@contextmanager
def acting_for(message: object) -> Generator[None]:
    """Say on whose behalf the calls in a block are made.

    Calls, events and sagas that begin in it carry the message, into other processes too. The innermost block counts.

    Raises:
        ContextMismatch: The application declares another class for it.
        ContextNotWritable, ContextTooLarge: It cannot travel.
        ContextTorn: At its end: the block began in another thread or task, and what ran in between has not seen it.
    """
    token = in_block.set(_acting_here(message))
    is_abandoned = False
    try:
        yield
    except GeneratorExit:
        # A generator that is not read to its end is closed anywhere, and nothing comes after it.
        is_abandoned = True
        raise
    finally:
        try:
            in_block.reset(token)
        except ValueError:
            if not is_abandoned:
                raise ContextTorn(type(message).__qualname__) from None


def set_request_context(message: object) -> None:
    """Say on whose behalf the whole request to the edge is made, from now on, in each task and thread that works for it.

    For code that cannot put a block around the rest of the request, such as a dependency of FastAPI.

    Raises:
        ContextOutsideRequest: The running code works for no request to the edge, or is a service.
        ContextMismatch, ContextNotWritable, ContextTooLarge: As of `acting_for`.
    """
    call = current.get()
    if not isinstance(call, EdgeContext):
        is_service = call is not None
        reason = "a service has no say in who its caller is" if is_service else "the running code works for no request"
        raise ContextOutsideRequest(type(message).__qualname__, reason)
    call.acting = _acting_here(message)


@overload
def request_context(kind: type[T]) -> T: ...
@overload
def request_context(kind: type[T], default: D) -> T | D: ...


def request_context(kind: type[Any], default: Any = _RAISE) -> Any:
    """Tell on whose behalf the running code works: an object of the class that the application has declared.

    Args:
        kind: What `Application(…, context=…)` names.
        default: The answer where nothing has said so.

    Raises:
        ContextMissing: Nothing has said so, and there is no default.
        ContextMismatch: It is of another class.
    """
    acting = acting_now()
    if acting is None:
        if default is _RAISE:
            raise ContextMissing(kind.__qualname__)
        return default
    if not isinstance(acting.message, kind):
        raise ContextMismatch(kind.__qualname__, f"the context is a {type(acting.message).__qualname__}")
    return acting.message


def _acting_here(message: object) -> Acting:
    acting = acting_of(message)
    call: CallContext | None = current.get()
    root = None if call is None else call.root or call
    # Elsewhere, the client that calls another process knows what the application has declared.
    if isinstance(root, EdgeContext):
        check(acting, root.kind)
    return acting
