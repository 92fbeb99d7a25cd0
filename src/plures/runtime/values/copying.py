"""Calls by reference whose messages can be changed: what the callee gets, and what it answers, is copied on the way.

Over the wire nothing is shared either, so a service cannot tell where its caller runs. Contracts of immutable messages are left alone.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, nullcontext
from typing import Any

from plures.contract import Codec, Copy, Malformed, OperationDescription, TooDeep, copier_of
from plures.runtime.failures import Refusal, bad_answer, bad_request

from .fitting import answer_shape, refuse_misfit


def with_copies(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a service, behind copies; itself where nothing that it takes or answers can be changed."""
    take, give = arguments_copier(operation), answer_copier(operation)
    if take is None and give is None:
        return method
    answered = _answered(operation, give)

    def begin(*args: Any, **kwargs: Any) -> Any:
        return answered(method(*args, **kwargs) if take is None else method(**take(*args, **kwargs)))

    return begin


def arguments_copier(operation: OperationDescription) -> Callable[..., dict[str, Any]] | None:
    """What makes of the arguments of a call those that its callee gets; None where none of them can be changed.

    What it makes raises `CallError` where they break the contract.
    """
    take = copier_of(operation.request.message)
    if take is None:
        return None
    names = [field.name for field in operation.request.message.fields]

    def taken(*args: Any, **kwargs: Any) -> dict[str, Any]:
        arrived = _taken(operation, take, operation.request_of(*args, **kwargs))
        return {name: getattr(arrived, name) for name in names} | _headers(operation, args, kwargs)

    return taken


def _headers(operation: OperationDescription, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The argument that travels as headers: it cannot be changed."""
    beside = operation.beside
    return {} if beside is None or not beside.parameter else {beside.parameter: operation.headers_of(*args, **kwargs)}


def answer_copier(operation: OperationDescription) -> Callable[[Any], Any] | None:
    """What makes of an answer, or of an item of a stream, that which its caller gets; None where it cannot be changed.

    What it makes raises `Refusal` where the answer breaks the contract.
    """
    message = operation.answer.message
    give = copier_of(message.fields[0].type if operation.wraps_answer and message.fields else message)
    if give is None:
        return None
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

    return given


def _taken(operation: OperationDescription, take: Copy, request: Any) -> Any:
    """What would arrive of a request; raises `CallError` where that breaks the contract."""
    try:
        return take(request)
    except Exception:  # noqa: BLE001 - the exact way says what is wrong
        try:
            return _crossed(operation.request, request)
        except (Malformed, TooDeep) as error:
            raise bad_request(error, operation) from None


def _answered(operation: OperationDescription, given: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """What turns the work of a method into one whose answer, or items, are copied."""
    if given is None:
        return lambda work: work

    async def awaited(work: Any) -> Any:
        return given(await work)

    async def streamed(items: Any) -> AsyncIterator[Any]:
        async with aclosing(items) if hasattr(items, "aclose") else nullcontext():
            async for item in items:
                yield given(item)

    return streamed if operation.streams else awaited


def _crossed(codec: Codec, value: Any) -> Any:
    return codec.decode(codec.encode_checked(value))
