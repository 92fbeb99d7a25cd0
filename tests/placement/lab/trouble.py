"""The contract that fails: declared errors and bugs, slowness, streams that end early, effects that may be repeated."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from time import sleep
from typing import Protocol

from plures import ContractError, command, contract, query

from .echo import Point, Square


class Refused(ContractError, status="permission_denied"):
    """It may not be done."""

    who: str
    until: datetime
    attempts: int = 0


class Gone(ContractError, status="not_found"):
    """It is no longer there."""


class Word(StrEnum):
    HELLO = "hello"


class Undeclared(ContractError):
    """No contract declares this."""


@contract("lab.trouble.v1", owner="tests")
class Trouble(Protocol):
    @query(errors=[Refused, Gone], deadline_s=20)
    async def fail(self, how: str) -> str: ...
    @query(deadline_s=0.2)
    async def slow(self, seconds: float) -> str: ...
    @query(deadline_s=30)
    async def patient(self, seconds: float) -> str: ...
    @query(errors=[Gone], deadline_s=0.1)
    async def blocks(self, seconds: float, then: str = "") -> str: ...
    @query(deadline_s=30)
    async def blocks_patiently(self, seconds: float) -> str: ...
    @query(deadline_s=0.1)
    def blocking_stream(self, seconds: float, more: int) -> AsyncIterator[int]: ...
    @query(deadline_s=30)
    def flood(self, count: int, size: int) -> AsyncIterator[str]: ...
    @query(deadline_s=20)
    async def was_cancelled(self) -> int: ...
    @query(deadline_s=20)
    async def wrong_answer(self) -> int: ...
    @query(deadline_s=20)
    async def wrong_nothing(self) -> None: ...
    @query(deadline_s=20)
    async def wrong_text(self) -> str | None: ...
    @query(deadline_s=20)
    async def wrong_tuple(self) -> tuple[str, ...]: ...
    @query(deadline_s=20)
    async def wrong_item(self) -> tuple[Point, ...]: ...
    @query(deadline_s=20)
    async def wrong_message(self) -> Point: ...
    @query(deadline_s=20)
    async def wrong_part(self) -> Point: ...
    @query(deadline_s=20)
    def wrong_step(self) -> AsyncIterator[int]: ...
    @query(deadline_s=20)
    async def odd_text(self) -> str: ...
    @query(deadline_s=20)
    async def odd_number(self) -> float: ...
    @query(errors=[Gone], deadline_s=2)
    def stream(self, count: int, pause_s: float = 0.0, then: str = "") -> AsyncIterator[int]: ...
    @query(deadline_s=20)
    def iterator(self, count: int) -> AsyncIterator[int]: ...
    @query(deadline_s=20)
    async def streams_closed(self) -> int: ...
    @command(idempotent=True, deadline_s=20)
    async def put(self, key: str, value: int) -> int: ...
    @command(deadline_s=20)
    async def add(self, value: int) -> int: ...
    @query(deadline_s=20)
    async def total(self) -> int: ...


class Countdown:
    """An iterator that is no generator: it cannot be closed."""

    def __init__(self, count: int) -> None:
        self._left = count

    def __aiter__(self) -> "Countdown":
        return self

    async def __anext__(self) -> int:
        if not self._left:
            raise StopAsyncIteration
        self._left -= 1
        return self._left


class TroubleService:
    def __init__(self) -> None:
        self._cancelled = 0
        self._streams_closed = 0
        self._values: dict[str, int] = {}
        self._total = 0

    async def fail(self, how: str) -> str:
        match how:
            case "refused":
                raise Refused(who="tester", until=datetime(2030, 1, 1, tzinfo=UTC), attempts=2**60)
            case "gone":
                raise Gone
            case "undeclared":
                raise Undeclared
            case "bug":
                message = "secret of the callee"
                raise ValueError(message)
            case "wrong field":
                raise Refused(who=17, until=datetime(2030, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]  # what a bug does
            case "not yielded":
                raise StopAsyncIteration
            case "cancelled itself":
                raise asyncio.CancelledError
            case "no unicode":
                raise Refused(who="\ud800", until=datetime(2030, 1, 1, tzinfo=UTC))
            case "much":
                raise Refused(who="x" * 1024 * 1024, until=datetime(2030, 1, 1, tzinfo=UTC))
        return how

    async def slow(self, seconds: float) -> str:
        return await self._sleep(seconds)

    async def patient(self, seconds: float) -> str:
        return await self._sleep(seconds)

    async def _sleep(self, seconds: float) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self._cancelled += 1
            raise
        return "slept"

    async def blocks(self, seconds: float, then: str = "") -> str:
        # It never waits: that is the trouble.
        sleep(seconds)  # noqa: ASYNC251
        return await self.fail(then)

    async def blocks_patiently(self, seconds: float) -> str:
        return await self.blocks(seconds)

    async def blocking_stream(self, seconds: float, more: int) -> AsyncIterator[int]:
        yield 0
        sleep(seconds)  # noqa: ASYNC251
        for n in range(more):
            yield n + 1

    async def flood(self, count: int, size: int) -> AsyncIterator[str]:
        try:
            for _ in range(count):
                yield "x" * size
        finally:
            self._streams_closed += 1

    async def was_cancelled(self) -> int:
        return self._cancelled

    async def wrong_answer(self) -> int:
        return "not a number"  # type: ignore[return-value]  # what a bug does

    async def wrong_nothing(self) -> None:
        return 5  # type: ignore[return-value]

    async def wrong_text(self) -> str | None:
        return 5  # type: ignore[return-value]

    async def wrong_tuple(self) -> tuple[str, ...]:
        return ["a"]  # type: ignore[return-value]

    async def wrong_item(self) -> tuple[Point, ...]:
        return (Point(1), Square(2.0))  # type: ignore[return-value]

    async def wrong_message(self) -> Point:
        return Square(2.0)  # type: ignore[return-value]

    async def wrong_part(self) -> Point:
        return Point("not a number")  # type: ignore[arg-type]

    async def wrong_step(self) -> AsyncIterator[int]:
        yield "not a number"  # type: ignore[misc]

    async def odd_text(self) -> str:
        # A text all the same.
        return Word.HELLO

    async def odd_number(self) -> float:
        return 5

    async def stream(self, count: int, pause_s: float = 0.0, then: str = "") -> AsyncIterator[int]:
        try:
            for n in range(count):
                yield n
                await asyncio.sleep(pause_s)
            if then == "gone":
                raise Gone
            if then == "bug":
                message = "secret of the callee"
                raise ValueError(message)
        finally:
            self._streams_closed += 1

    def iterator(self, count: int) -> AsyncIterator[int]:
        return Countdown(count)

    async def streams_closed(self) -> int:
        return self._streams_closed

    async def put(self, key: str, value: int) -> int:
        self._values[key] = value
        return len(self._values)

    async def add(self, value: int) -> int:
        self._total += value
        return self._total

    async def total(self) -> int:
        return self._total
