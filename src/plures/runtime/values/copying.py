"""Calls by reference whose messages can be changed: what the callee gets, and what it answers, is copied on the way.

Over the wire nothing is shared either, so a service cannot tell where its caller runs. Contracts of immutable messages are left alone.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, nullcontext
from typing import Any, Final

from plures.contract import Codec, Copy, Malformed, OperationDescription, TooDeep, copier_of
from plures.runtime.failures import Refusal, bad_answer, bad_request

from .fitting import answer_shape, refuse_misfit

_OTHER: Final = "its values cannot be copied"


def with_copies(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a service, behind copies; itself where nothing that it takes or answers can be changed."""
    request, message = operation.request, operation.answer.message
    take = copier_of(request.message)
    give = copier_of(message.fields[0].type if operation.wraps_answer and message.fields else message)
    if take is None and give is None:
        return method
    answered = _answered(operation, give)

    def begin(*args: Any, **kwargs: Any) -> Any:
        if take is None:
            return answered(method(*args, **kwargs))
        given = operation.request_of(*args, **kwargs)
        arrived = _taken(operation, take, given)
        return answered(method(**{name: getattr(arrived, name) for name in operation.signature.parameters}))

    return begin


def _taken(operation: OperationDescription, take: Copy, request: Any) -> Any:
    """What would arrive of a request; raises `CallError` where that breaks the contract."""
    try:
        return take(request)
    except Exception:  # noqa: BLE001 - the exact way says what is wrong
        try:
            return _crossed(operation.request, request)
        except (Malformed, TooDeep) as error:
            raise bad_request(error, operation) from None


def _answered(operation: OperationDescription, give: Copy | None) -> Callable[[Any], Any]:
    """What turns the work of a method into one whose answer, or items, are copied."""
    if give is None:
        return lambda work: work
    fits = answer_shape(operation)

    def given(answer: Any) -> Any:
        if not fits(answer):
            refuse_misfit(operation, answer)
        try:
            return give(answer)
        except Exception:  # noqa: BLE001 - as above
            python = operation.answer.message.python
            try:
                arrived = _crossed(operation.answer, python(answer) if operation.wraps_answer else answer)
            except (Malformed, TooDeep) as error:
                raise Refusal(bad_answer(error, operation)) from None
            return arrived.value if operation.wraps_answer else arrived

    async def awaited(work: Any) -> Any:
        return given(await work)

    async def streamed(items: Any) -> AsyncIterator[Any]:
        async with aclosing(items) if hasattr(items, "aclose") else nullcontext():
            async for item in items:
                yield given(item)

    return streamed if operation.streams else awaited


def _crossed(codec: Codec, value: Any) -> Any:
    return codec.decode(codec.encode_checked(value))
