"""`fake`: a stand-in for a capability, checked against its contract."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, TypeVar

from typing_extensions import TypeForm

from plures.contract import Malformed, OperationDescription, describe, is_contract
from plures.errors import InvalidInput, PluresError

T = TypeVar("T")


class WrongFake(PluresError):
    """A fake is given something that its contract does not know or allow."""

    code = "testing.wrong_fake"


def fake(contract: TypeForm[T], **operations: Any) -> T:
    """A service that answers as told.

    Args:
        operations: For each operation that may be called: a value to answer, an exception to raise, or a function of the
            arguments (async or not) that does either. A streaming operation yields the items of its value. Operations that
            are not mentioned raise `AssertionError` when called.

    Raises:
        WrongFake: An operation does not exist, or its value could not cross the wire.
    """
    python: Any = contract
    if not is_contract(python):
        what = f"Cannot fake {python!r}"
        raise WrongFake(what, why="it is not a contract", fix='Pass a class with @contract("….v1", owner="…").')
    description, violations = describe(python)
    if violations:
        subject = f"contract {description.service}"
        raise InvalidInput(subject, violations)
    unknown = operations.keys() - description.operations.keys()
    if unknown:
        what = f"Cannot fake {', '.join(sorted(unknown))} of {description.service}"
        raise WrongFake(
            what, why="the contract has no such operation", fix=f"It has {', '.join(description.operations)}."
        )
    stand_in: Any = type(f"Fake{python.__name__}", (), {})()
    for name, operation in description.operations.items():
        method = _answering(operation, operations[name]) if name in operations else _unexpected(operation)
        setattr(stand_in, name, _streaming(method) if operation.streams else method)
    return stand_in  # type: ignore[no-any-return]  # it has every operation of the contract, made above


def _answering(operation: OperationDescription, answer: Any) -> Callable[..., Any]:
    if callable(answer) and not isinstance(answer, type):
        return _computed(answer)
    if not isinstance(answer, BaseException):
        _check(operation, answer)

    async def method(*args: Any, **kwargs: Any) -> Any:
        operation.signature.bind(*args, **kwargs)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return method


def _computed(function: Callable[..., Any]) -> Callable[..., Any]:
    async def method(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        return await answer if hasattr(answer, "__await__") else answer

    return method


def _unexpected(operation: OperationDescription) -> Callable[..., Any]:
    async def method(*args: Any, **kwargs: Any) -> Any:
        message = f"the fake was not told how to answer {operation.full_name} (called with {args} {kwargs})"
        raise AssertionError(message)

    return method


def _streaming(method: Callable[..., Any]) -> Callable[..., AsyncIterator[Any]]:
    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for item in await method(*args, **kwargs):
            yield item

    return stream


def _check(operation: OperationDescription, answer: Any) -> None:
    items: Iterable[Any] = answer if operation.streams else (answer,)
    for item in items:
        problem = _problem(operation, item)
        if problem:
            what = f"Cannot fake {operation.full_name}"
            why = f"{item!r} is no answer of it: {problem}"
            raise WrongFake(what, why=why, fix="Answer with what the contract says.")


def _problem(operation: OperationDescription, item: Any) -> str:
    message = operation.answer.message
    if operation.wraps_answer and not message.fields:
        return "" if item is None else f"expected None, got {type(item).__name__}"
    try:
        operation.answer.decode(operation.answer.encode(message.python(item) if operation.wraps_answer else item))
    except Malformed as error:
        return str(error)
    return ""
