"""Calls by reference of operations that declare a limit for their messages: what would be too large over the wire is so here.

Measuring a message means writing it, as JSON. So it is done for operations alone that ask for it by a limit of their own.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from plures.contract import Malformed, OperationDescription, TooDeep
from plures.runtime import connect
from plures.runtime.failures import bad_request
from plures.runtime.policy import check_request


def within_limits(operation: OperationDescription, call: Callable[..., Any]) -> Callable[..., Any]:
    """The call of an operation, with both of its messages measured; itself where the operation has the usual limits."""
    if not operation.declaration.limits:
        return call
    return _stream(operation, call) if operation.streams else _unary(operation, call)


def _unary(operation: OperationDescription, call: Callable[..., Any]) -> Callable[..., Any]:
    request = connect.request_builder(operation)

    async def limited(*args: Any, **kwargs: Any) -> Any:
        _measure_request(operation, request(*args, **kwargs))
        answer = await call(*args, **kwargs)
        connect.encoded_answer(operation, answer, connect.plainly)
        return answer

    return limited


def _stream(operation: OperationDescription, call: Callable[..., Any]) -> Callable[..., Any]:
    request = connect.request_builder(operation)

    async def limited(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        _measure_request(operation, request(*args, **kwargs))
        async with aclosing(call(*args, **kwargs)) as stream:
            async for item in stream:
                connect.encoded_answer(operation, item, connect.plainly)
                yield item

    return limited


def _measure_request(operation: OperationDescription, request: Any) -> None:
    try:
        check_request(operation, operation.request.encode(request))
    except (Malformed, TooDeep) as error:
        raise bad_request(error, operation) from None
