"""Calls by reference of operations that declare headers: these are held to what could cross, and come to their caller by the same way."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, nullcontext
from typing import Any

from plures.contract import OperationDescription
from plures.runtime.context import Said, current

from .hearing import HeardHeaders, heard_here
from .sent import sent_headers


def with_headers(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a service; itself where its operation declares no headers."""
    beside = operation.beside
    if beside is None:
        return method

    def begin(*args: Any, **kwargs: Any) -> Any:
        # The running code is still the caller: it listens, and its arguments are held to what could be sent.
        heard = heard_here(operation) if beside.tells else None
        sent_headers(operation, operation.headers_of(*args, **kwargs))
        work = method(*args, **kwargs)
        return _iterated(work, heard) if operation.streams else _awaited(work, heard)

    return begin


async def _awaited(work: Any, heard: HeardHeaders | None) -> Any:
    said = _saying()
    try:
        return await work
    finally:
        if heard is not None:
            heard.take(said.headers, said.trailers)


async def _iterated(items: AsyncIterator[Any], heard: HeardHeaders | None) -> AsyncGenerator[Any, None]:
    said = _saying()
    stream: Any = items
    async with aclosing(stream) if hasattr(stream, "aclose") else nullcontext():
        try:
            async for item in items:
                if not said.is_begun:
                    said.is_begun = True
                    if heard is not None:
                        heard.take(said.headers)
                yield item
        except GeneratorExit:
            raise
        except BaseException:
            _end(said, heard)
            raise
        _end(said, heard)


def _end(said: Said, heard: HeardHeaders | None) -> None:
    said.is_begun = True
    if heard is not None:
        heard.take(said.headers, said.trailers)


def _saying() -> Said:
    """Where the running call says its headers."""
    said, call = Said(), current.get()
    if call is not None:
        call.said = said
    return said
