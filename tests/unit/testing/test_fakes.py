"""Fakes answer as they are told, and refuse to be told what the real thing could never do."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from math import isnan, nan
from typing import Any, Protocol

import pytest
from lab import Circle, Echo, Empty, Gone, Square, Tree, Trouble

from plures import Unavailable, contract, query
from plures.errors import InvalidInput, Outcome
from plures.testing import WrongFake, fake


async def items(stream: Any) -> list[Any]:
    return [item async for item in stream]


async def test_a_value_is_answered() -> None:
    echo = fake(Echo, number=5, nothing=None, empty=Empty(), texts=("a", "b"), shape=Square(1.5), maybe=None)
    assert await echo.number(1) == 5
    assert await echo.nothing() is None
    assert await echo.empty() == Empty()
    assert await echo.texts() == ("a", "b")
    assert await echo.shape(Circle(1.0)) == Square(1.5)
    assert await echo.maybe("x") is None
    assert isnan(await fake(Echo, ratio=nan).ratio(1.0))
    assert await fake(Echo, ratio=5).ratio(1.0) == 5


@pytest.mark.parametrize("error", [Gone(), Unavailable("a/B", "why", outcome=Outcome.NOT_SENT), KeyError("x")])
async def test_an_exception_is_raised(error: Exception) -> None:
    trouble = fake(Trouble, fail=error, stream=error)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            await trouble.fail("x")
        assert caught.value is error
    with pytest.raises(type(error)):
        await items(trouble.stream(1))


async def doubled(value: int) -> int:
    return 2 * value


@pytest.mark.parametrize("function", [lambda value: 2 * value, doubled])
async def test_a_function_is_called_with_the_arguments(function: Callable[..., Any]) -> None:
    echo = fake(Echo, number=function)
    assert await echo.number(4) == 8
    assert await echo.number(value=5) == 10


async def test_a_function_may_raise() -> None:
    def fail(how: str) -> str:
        raise Gone

    with pytest.raises(Gone):
        await fake(Trouble, fail=fail).fail("x")


async def test_arguments_must_fit_the_operation() -> None:
    with pytest.raises(TypeError):
        await fake(Echo, number=5).number()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        await fake(Echo, number=5).number(1, 2)  # type: ignore[call-arg]


async def counting(count: int, pause_s: float = 0.0, then: str = "") -> AsyncIterator[int]:
    for n in range(count):
        yield n
    if then == "gone":
        raise Gone


@pytest.mark.parametrize(
    "answer",
    [(0, 1), [0, 1], (n for n in range(2)), lambda count, **_: range(count), counting],
    ids=["tuple", "list", "generator", "function", "async generator"],
)
async def test_streams(answer: Any) -> None:
    trouble = fake(Trouble, stream=answer)
    assert await items(trouble.stream(2)) == [0, 1]
    assert await items(trouble.stream(2)) == [0, 1]


async def test_a_stream_may_end_with_an_error() -> None:
    seen: list[int] = []
    with pytest.raises(Gone):
        async for n in fake(Trouble, stream=counting).stream(2, then="gone"):
            seen.append(n)
    assert seen == [0, 1]


async def test_what_was_not_mentioned_must_not_be_called() -> None:
    echo = fake(Echo, number=5)
    with pytest.raises(
        AssertionError, match=r"not told how to answer lab\.echo\.v1\.Echo/Maybe \(called with \('x',\) {}\)"
    ):
        await echo.maybe("x")
    with pytest.raises(AssertionError):
        await items(fake(Trouble).stream(1))


def test_operations_that_do_not_exist() -> None:
    with pytest.raises(WrongFake) as caught:
        fake(Echo, numbr=5, number=5, txt=1)
    assert caught.value.what == "Cannot fake numbr, txt of lab.echo.v1.Echo"
    assert "number" in caught.value.fix


@pytest.mark.parametrize(
    ("operation", "answer", "says"),
    [
        ("number", "5", "'5' is not a valid answer: it would arrive as 5"),
        ("number", 5.5, "5.5 is not a valid answer"),
        ("number", True, "True is not a valid answer"),
        ("number", None, "None is not a valid answer"),
        ("number", 2**63, "does not fit into 64 bits"),
        ("nothing", 5, "expected None, got int"),
        ("empty", None, "None is not a valid answer"),
        ("empty", Tree("x"), "is not a valid answer"),
        ("shape", Tree("x"), "is not a valid answer"),
        ("texts", ["a"], "['a'] is not a valid answer: it would arrive as ('a',)"),
        ("texts", ("a", 5), "is not a valid answer"),
        ("maybe", Gone, "is not a valid answer"),
    ],
)
def test_values_that_could_not_be_an_answer(operation: str, answer: Any, says: str) -> None:
    with pytest.raises(WrongFake) as caught:
        fake(Echo, **{operation: answer})
    assert says in caught.value.why
    assert caught.value.fix


@pytest.mark.parametrize(
    ("answer", "says"), [(5, "it streams, and 5 has no items"), ((1, "x"), "'x' is not a valid answer")]
)
def test_streams_that_could_not_be_one(answer: Any, says: str) -> None:
    with pytest.raises(WrongFake) as caught:
        fake(Trouble, stream=answer)
    assert says in caught.value.why


@pytest.mark.parametrize("thing", [str, Tree, None, 5])
def test_only_contracts_are_faked(thing: Any) -> None:
    with pytest.raises(WrongFake, match="it is not a contract"):
        fake(thing)


def test_a_contract_that_is_wrong_says_so() -> None:
    @contract("lab.wrong.v1", owner="tests")
    class Wrong(Protocol):
        @query()
        async def ask(self, items: set[int]) -> datetime: ...

    with pytest.raises(InvalidInput):
        fake(Wrong, ask=datetime(2030, 1, 1, tzinfo=UTC))
