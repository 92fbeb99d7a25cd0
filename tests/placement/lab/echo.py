"""The contract that answers what it is asked: every type that may cross, and every way to pass arguments."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, NewType, Protocol
from uuid import UUID

from plures import Message, Meta, contract, query

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


@contract("lab.echo.v1", owner="tests")
class Echo(Protocol):
    @query(deadline_s=20)
    async def everything(self, value: Everything) -> Everything: ...
    @query(deadline_s=20)
    async def shape(self, value: Circle | Square | None) -> Circle | Square | None: ...
    @query(deadline_s=20)
    async def tree(self, value: Tree) -> Tree: ...
    @query(deadline_s=20)
    async def number(self, value: int) -> int: ...
    # For hundreds at once, on machines that do other things as well.
    @query(deadline_s=10)
    async def number_among_many(self, value: int) -> int: ...
    @query(deadline_s=20)
    async def ratio(self, value: float) -> float: ...
    @query(deadline_s=20)
    async def maybe(self, value: str | None = None) -> str | None: ...
    @query(deadline_s=20)
    async def texts(self, values: tuple[str, ...] = ()) -> tuple[str, ...]: ...
    @query(deadline_s=20)
    async def nothing(self) -> None: ...
    @query(deadline_s=20)
    async def empty(self) -> Empty: ...
    @query(deadline_s=20)
    async def named(self, first: str, *, second: str = "b", third: str = "c") -> str: ...
    @query(deadline_s=20)
    async def bounded(
        self, size: Annotated[int, Meta(ge=1, le=10)], name: Annotated[str, Meta(max_length=5)] = ""
    ) -> int: ...
    @query(deadline_s=20)
    async def repeated(self, text: str, times: int) -> str: ...


class EchoService:
    async def everything(self, value: Everything) -> Everything:
        return value

    async def shape(self, value: Circle | Square | None) -> Circle | Square | None:
        return value

    async def tree(self, value: Tree) -> Tree:
        return value

    async def number_among_many(self, value: int) -> int:
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
