"""`fake`: a stand-in for a capability, checked against its contract."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from plures.contract import Malformed, OperationDescription, is_contract, read_contract
from plures.errors import InvalidInput, PluresError
from plures.runtime import calling

from .recording import recorder

# It is younger than many a lock of an application, and only type checkers need it.
if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")


class WrongFake(PluresError):
    """A test gave a fake something that the contract does not know or allow."""

    code = "testing.wrong_fake"


def fake(contract: "TypeForm[T]", **operations: Any) -> T:
    """A service that answers as you tell it.

    Args:
        operations: For each operation that may be called: a value to answer, an exception to raise, or a function of the
            arguments (async or not) that does either. A streaming operation yields the items of its value, and its function
            may be an async generator. Operations that are not mentioned raise `AssertionError` when called.

    Raises:
        WrongFake: An operation does not exist, or its value could not cross the wire.
    """
    python: Any = contract
    if not is_contract(python):
        fix = 'Pass a class with @contract("….v1", owner="…").'
        raise WrongFake(f"Cannot fake {python!r}", why="it is not a contract", fix=fix)
    description, violations = read_contract(python)
    if violations:
        raise InvalidInput(f"contract {description.service}", violations)
    unknown = operations.keys() - description.operations.keys()
    if unknown:
        what = f"Cannot fake {', '.join(sorted(unknown))} of {description.service}"
        fix = f"It has {', '.join(description.operations)}."
        raise WrongFake(what, why="the contract has no such operation", fix=fix)
    stand_in: Any = type(f"Fake{python.__name__}", (), {})()
    for name, operation in description.operations.items():
        method = _answering(operation, operations[name]) if name in operations else _unexpected(operation)
        setattr(stand_in, name, calling(operation, _spelled(operation, _recorded(operation, stand_in, method))))
    # It has every operation of the contract, made above.
    return stand_in  # type: ignore[no-any-return]


def _spelled(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
    if operation.streams:
        return _streaming(operation, method)
    if not operation.blocks:
        return method

    def blocks(*args: Any, **kwargs: Any) -> Any:
        # What it awaits, if anything, is a function of the test.
        work = method(*args, **kwargs)
        try:
            work.send(None)
        except StopIteration as ended:
            return ended.value
        work.close()
        why = "it is called without `await`, and the function that answers for it waits for something"
        raise _wrong(operation, why, "Answer with a function that is not `async def`.")

    return blocks


def _answering(operation: OperationDescription, answer: Any) -> Callable[..., Any]:
    if callable(answer) and not isinstance(answer, type):
        return _computed(operation, answer)
    if not isinstance(answer, BaseException):
        answer = _checked(operation, answer)

    async def method(*args: Any, **kwargs: Any) -> Any:
        operation.signature.bind(*args, **kwargs)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return method


def _computed(operation: OperationDescription, function: Callable[..., Any]) -> Callable[..., Any]:
    async def method(*args: Any, **kwargs: Any) -> Any:
        answer = function(*args, **kwargs)
        answer = await answer if hasattr(answer, "__await__") else answer
        if not operation.streams:
            _check(operation, answer)
        return answer

    return method


def _recorded(operation: OperationDescription, stand_in: object, method: Callable[..., Any]) -> Callable[..., Any]:
    async def recorded(*args: Any, **kwargs: Any) -> Any:
        now = recorder()
        if now is None:
            return await method(*args, **kwargs)
        try:
            answer = await method(*args, **kwargs)
            if operation.streams:
                items = [item async for item in answer] if hasattr(answer, "__aiter__") else list(answer)
                answer = items
        except Exception as error:
            now.note(operation, stand_in, (args, kwargs), error)
            raise
        now.note(operation, stand_in, (args, kwargs), answer)
        return answer

    return recorded


def _unexpected(operation: OperationDescription) -> Callable[..., Any]:
    async def method(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError(f"the fake was not told how to answer {operation.full_name} (called with {args} {kwargs})")

    return method


def _streaming(operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., AsyncIterator[Any]]:
    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        items = await method(*args, **kwargs)
        if hasattr(items, "__aiter__"):
            async for item in items:
                _check(operation, item)
                yield item
        else:
            for item in items:
                _check(operation, item)
                yield item

    return stream


def _checked(operation: OperationDescription, answer: Any) -> Any:
    """The answer, or the items of a stream. Raises `WrongFake` unless each of them could cross the wire."""
    if not operation.streams:
        _check(operation, answer)
        return answer
    if not hasattr(answer, "__iter__"):
        why = f"it streams, and {answer!r} has no items"
        raise _wrong(operation, why, "Answer with a tuple of what the contract says.")
    # The check would use a generator up.
    items: tuple[Any, ...] = tuple(answer)
    for item in items:
        _check(operation, item)
    return items


def _check(operation: OperationDescription, item: Any) -> None:
    problem = _problem(operation, item)
    if problem:
        raise _wrong(operation, f"{item!r} is not a valid answer: {problem}", "Answer with what the contract says.")


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
    # The wire forgives "5" for 5, but a caller in the same process would get the text. NaN equals only its own text.
    return "" if arrived == item or repr(arrived) == repr(item) else f"it would arrive as {arrived!r}"
