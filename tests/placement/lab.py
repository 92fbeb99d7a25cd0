"""An application made to misbehave: every operation that the placement suite needs, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, NewType, Protocol
from uuid import UUID

from plures import Application, Capability, ContractError, Message, Meta, command, contract, query

Sku = NewType("Sku", str)


class Colour(Enum):
    RED = "#f00"
    BLUE = "#00f"


class Empty(Message):
    pass


class Circle(Message):
    radius: float


class Square(Message):
    side_length: float


@dataclass(frozen=True)
class Point:
    x_axis: int
    y_axis: int = 0


class Tree(Message):
    name: str
    children: tuple["Tree", ...] = ()


class Everything(Message):
    text: str
    count: int
    ratio: float
    flag: bool
    raw: bytes
    at: datetime
    day: date
    took: timedelta
    price: Decimal
    key: UUID
    colour: Colour
    sku: Sku
    point: Point
    shape: Circle | Square
    maybe_shape: Circle | Square | None = None
    maybe_text: str | None = None
    many: tuple[Point, ...] = ()
    page_size: int = 20


class Refused(ContractError, status="permission_denied"):
    """It may not be done."""

    who: str
    until: datetime
    attempts: int = 0


class Gone(ContractError, status="not_found"):
    """It is no longer there."""


class Undeclared(ContractError):
    """Nobody was told of this."""


@contract("lab.echo.v1", owner="tests")
class Echo(Protocol):
    @query()
    async def everything(self, value: Everything) -> Everything: ...
    @query()
    async def shape(self, value: Circle | Square | None) -> Circle | Square | None: ...
    @query()
    async def tree(self, value: Tree) -> Tree: ...
    @query()
    async def number(self, value: int) -> int: ...
    @query()
    async def ratio(self, value: float) -> float: ...
    @query()
    async def maybe(self, value: str | None = None) -> str | None: ...
    @query()
    async def texts(self, values: tuple[str, ...] = ()) -> tuple[str, ...]: ...
    @query()
    async def nothing(self) -> None: ...
    @query()
    async def empty(self) -> Empty: ...
    @query()
    async def named(self, first: str, *, second: str = "b", third: str = "c") -> str: ...
    @query()
    async def bounded(
        self, size: Annotated[int, Meta(ge=1, le=10)], name: Annotated[str, Meta(max_length=5)] = ""
    ) -> int: ...
    @query()
    async def repeated(self, text: str, times: int) -> str: ...


@contract("lab.trouble.v1", owner="tests")
class Trouble(Protocol):
    @query(errors=[Refused, Gone])
    async def fail(self, how: str) -> str: ...
    @query(deadline_s=0.2)
    async def slow(self, seconds: float) -> str: ...
    @query(deadline_s=30)
    async def patient(self, seconds: float) -> str: ...
    @query()
    async def was_cancelled(self) -> int: ...
    @query()
    async def wrong_answer(self) -> int: ...
    @query(errors=[Gone], deadline_s=2)
    def stream(self, count: int, pause_s: float = 0.0, then: str = "") -> AsyncIterator[int]: ...
    @query()
    def iterator(self, count: int) -> AsyncIterator[int]: ...
    @query()
    async def streams_closed(self) -> int: ...
    @command(idempotent=True)
    async def put(self, key: str, value: int) -> int: ...
    @command()
    async def add(self, value: int) -> int: ...
    @query()
    async def total(self) -> int: ...


@contract("lab.relay.v1", owner="tests")
class Relay(Protocol):
    """Calls the others, so that contexts cross a hop."""

    @query(deadline_s=0.2)
    async def slow(self, seconds: float) -> str: ...
    @query()
    async def remaining_is_passed_on(self) -> str: ...
    @query(deadline_s=10)
    async def bounce(self, times: int) -> int: ...
    @query()
    async def fail(self, how: str) -> str: ...
    @query(deadline_s=0.2)
    async def slow_together(self, count: int) -> str: ...
    @query(deadline_s=10)
    async def gather(self, count: int) -> tuple[int, ...]: ...


class EchoService:
    async def everything(self, value: Everything) -> Everything:
        return value

    async def shape(self, value: Circle | Square | None) -> Circle | Square | None:
        return value

    async def tree(self, value: Tree) -> Tree:
        return value

    async def number(self, value: int) -> int:
        return value

    async def ratio(self, value: float) -> float:
        return value

    async def maybe(self, value: str | None = None) -> str | None:
        return value

    async def texts(self, values: tuple[str, ...] = ()) -> tuple[str, ...]:
        return values

    async def nothing(self) -> None:
        return None

    async def empty(self) -> Empty:
        return Empty()

    async def named(self, first: str, *, second: str = "b", third: str = "c") -> str:
        return first + second + third

    async def bounded(self, size: int, name: str = "") -> int:
        return size

    async def repeated(self, text: str, times: int) -> str:
        return text * times


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

    async def was_cancelled(self) -> int:
        return self._cancelled

    async def wrong_answer(self) -> int:
        return "not a number"  # type: ignore[return-value]  # what a bug does

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


class RelayService:
    def __init__(self, trouble: Trouble, echo: Echo, myself: Relay) -> None:
        self._trouble = trouble
        self._echo = echo
        self._myself = myself

    async def slow(self, seconds: float) -> str:
        return await self._trouble.patient(seconds)

    async def slow_together(self, count: int) -> str:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(self._trouble.patient(20))
        return "slept"

    async def remaining_is_passed_on(self) -> str:
        try:
            return await self._myself.slow(5)
        finally:
            pass

    async def bounce(self, times: int) -> int:
        return await self._myself.bounce(times - 1) + 1 if times else 0

    async def fail(self, how: str) -> str:
        return await self._trouble.fail(how)

    async def gather(self, count: int) -> tuple[int, ...]:
        return tuple(await asyncio.gather(*(self._echo.number(n) for n in range(count))))


app = Application(
    "lab", [Capability(Relay, RelayService), Capability(Echo, EchoService), Capability(Trouble, TroubleService)]
)
