"""`fake`: a stand-in for a capability, checked against its contract."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from typing_extensions import TypeForm

from plures.contract import Malformed, OperationDescription, is_contract, read_contract
from plures.errors import InvalidInput, PluresError

T = TypeVar("T")


class WrongFake(PluresError):
    """A fake is given something that its contract does not know or allow."""

    code = "testing.wrong_fake"


def fake(contract: TypeForm[T], **operations: Any) -> T:
    """A service that answers as told.

    Args:
        operations: For each operation that may be called: a value to answer, an exception to raise, or a function of the
            arguments (async or not) that does either. A streaming operation yields the items of its value, and its function
            may be an async generator. Operations that are not mentioned raise `AssertionError` when called.

    Raises:
        WrongFake: An operation does not exist, or its value could not cross the wire.
    """
    python: Any = contract
    if not is_contract(python):
        what = f"Cannot fake {python!r}"
        raise WrongFake(what, why="it is not a contract", fix='Pass a class with @contract("….v1", owner="…").')
    description, violations = read_contract(python)
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
        answer = _checked(operation, answer)

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
        items = await method(*args, **kwargs)
        if hasattr(items, "__aiter__"):
            async for item in items:
                yield item
        else:
            for item in items:
                yield item

    return stream


def _checked(operation: OperationDescription, answer: Any) -> Any:
    """The answer, or the items of a stream, once each of them could cross the wire."""
    if not operation.streams:
        _check(operation, answer)
        return answer
    if not hasattr(answer, "__iter__"):
        raise _wrong(
            operation, f"it streams, and {answer!r} has no items", "Answer with a tuple of what the contract says."
        )
    items: tuple[Any, ...] = tuple(answer)  # A generator would be used up by the check.
    for item in items:
        _check(operation, item)
    return items


def _check(operation: OperationDescription, item: Any) -> None:
    problem = _problem(operation, item)
    if problem:
        raise _wrong(operation, f"{item!r} is no answer of it: {problem}", "Answer with what the contract says.")


def _wrong(operation: OperationDescription, why: str, fix: str) -> WrongFake:
    return WrongFake(f"Cannot fake {operation.full_name}", why=why, fix=fix)


def _problem(operation: OperationDescription, item: Any) -> str:
    message = operation.answer.message
    if operation.wraps_answer and not message.fields:
        return "" if item is None else f"expected None, got {type(item).__name__}"
    wrap = operation.wraps_answer
    try:
        arrived = operation.answer.decode(operation.answer.encode(message.python(item) if wrap else item))
    except Malformed as error:
        return str(error)
    arrived = arrived.value if wrap else arrived
    # The wire forgives "5" for 5; a caller in the same process would get the text. (NaN equals itself in writing only.)
    return "" if arrived == item or repr(arrived) == repr(item) else f"it would arrive as {arrived!r}"
