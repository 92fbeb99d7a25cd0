"""How an operation is called: with `await` or without, as its contract has it, and the other way where a caller asks for that."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final, ParamSpec, TypeVar

from plures.contract import OperationDescription

from .direct import direct_of, mark_direct
from .errors import NotAnOperation
from .portal import Portal
from .service import runs_in_thread

P = ParamSpec("P")
T = TypeVar("T")

_CALLS: Final = "__plures_calls__"
_AWAITED: Final = "__plures_awaited__"
_PORTAL: Final = "__plures_portal__"
_END: Final = object()


def operation_of(call: Callable[..., Any]) -> OperationDescription | None:
    """The operation that a function of a client calls; None of any other function."""
    found = getattr(call, _CALLS, None)
    return found if isinstance(found, OperationDescription) else None


def calling(operation: OperationDescription, call: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which says from now on which operation it calls."""
    setattr(call, _CALLS, operation)
    return call


def spelled(operation: OperationDescription, call: Callable[..., Any], portal: Portal | None) -> Callable[..., Any]:
    """What a client has for an operation: the coroutine function that calls it, or a function that blocks.

    Args:
        portal: Leads to the loop on which the coroutine function is called; None where nothing but that loop calls it.
    """
    calling(operation, call)
    if portal is not None:
        setattr(call, _PORTAL, portal)
    if not operation.blocks:
        return call
    return call if portal is None else _blocking(operation, call, portal)


def instead(call: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    """Another function that blocks, for the same operation: what awaits it goes on to use the first one."""
    for name in (_CALLS, _AWAITED, _PORTAL):
        setattr(other, name, getattr(call, name))
    return other


def awaitable(call: Callable[..., Any]) -> Callable[..., Any]:
    """The coroutine function that makes the same call: itself, where its contract says `async def`."""
    behind: Callable[..., Any] | None = getattr(call, _AWAITED, None)
    if behind is not None:
        return behind
    operation = operation_of(call)
    if operation is None or not operation.blocks or inspect.iscoroutinefunction(call):
        return call

    # What stands in for a client in a test.
    async def in_thread(*args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(call, *args, **kwargs)

    return calling(operation, in_thread)


def blocking(operation: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Call an operation that its contract declares with `async def` from code without `await`: `blocking(search.find)("tea")`.

    The call is subject to all that calls are: deadline, request context, errors. It blocks the thread, and is refused where an event loop runs.

    Args:
        operation: Of a client: an attribute of it.

    Raises:
        NotAnOperation: It is something else, or streams.
    """
    call: Any = operation
    described, portal = operation_of(call), getattr(call, _PORTAL, None)
    if described is None:
        raise NotAnOperation(getattr(call, "__qualname__", repr(call)), "it is no operation of a client")
    if described.streams:
        raise NotAnOperation(described.full_name, "it streams, and a stream is read with `async for`")
    if described.blocks:
        return call  # type: ignore[no-any-return]
    if portal is not None:
        return _blocking(described, call, portal)

    # What stands in for a client in a test belongs to no loop.
    @functools.wraps(call)
    def alone(*args: Any, **kwargs: Any) -> Any:
        return asyncio.run(call(*args, **kwargs))

    return alone


def is_blocking(call: Callable[..., Any]) -> bool:
    """Whether it is called without `await`: by a client as its contract says, by a service that stands in for one as it is written."""
    operation = operation_of(call)
    return runs_in_thread(call) if operation is None else operation.blocks


def run_blocking(
    call: Callable[..., Any], function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """Run a coroutine function where a client's operation that blocks would run, and wait for it."""
    operation, portal = operation_of(call), getattr(call, _PORTAL, None)
    if portal is not None and operation is not None:
        return portal.call(operation, function, args, kwargs)
    return asyncio.run(function(*args, **kwargs))


def from_anywhere(operation: OperationDescription, call: Callable[..., Any], portal: Portal) -> Callable[..., Any]:
    """The same call for code on any event loop: it is made on the loop of the host."""
    if operation.blocks:
        return call

    async def anywhere(*args: Any, **kwargs: Any) -> Any:
        if asyncio.get_running_loop() is portal.loop:
            return await call(*args, **kwargs)
        return await portal.visit(operation, call, args, kwargs)

    async def streams_anywhere(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async with aclosing(call(*args, **kwargs)) as items:
            if asyncio.get_running_loop() is portal.loop:
                async for item in items:
                    yield item
                return
            while (item := await portal.visit(operation, anext, (items, _END), {})) is not _END:
                yield item

    mark_direct(anywhere, direct_of(call))
    return spelled(operation, streams_anywhere if operation.streams else anywhere, portal)


def _blocking(operation: OperationDescription, call: Callable[..., Any], portal: Portal) -> Callable[..., Any]:
    cross, direct = portal.call, direct_of(call)

    def blocks(*args: Any, **kwargs: Any) -> Any:
        return cross(operation, call, args, kwargs)

    if direct is not None:
        blocks = direct.through(portal, blocks)
    setattr(blocks, _AWAITED, call)
    setattr(blocks, _PORTAL, portal)
    return calling(operation, blocks)
