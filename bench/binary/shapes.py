"""Messages of several shapes, to measure what writes and reads them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from bench.calls.contract import Findings
from plures import Message, contract, query

from .contract import PICTURE, TEN, Stock


class Address(Message):
    """Where to."""

    street: str
    city: str
    country: str


class Line(Message):
    """So many of one product."""

    product_id: str
    pieces: int
    price: Decimal


class Order(Message):
    """An order with what it holds."""

    order_id: str
    placed_at: datetime
    to: Address
    lines: tuple[Line, ...]
    note: str | None = None


class Names(Message):
    """Many texts."""

    names: tuple[str, ...]


class Counts(Message):
    """Many numbers, by name."""

    counts: dict[str, int]


class Moments(Message):
    """Amounts and moments."""

    amounts: tuple[Decimal, ...]
    moments: tuple[datetime, ...]


class Picture(Message):
    """Bytes that are no text."""

    body: bytes


@contract("bench.shapes.v1", owner="bench")
class Shapes(Protocol):
    """One operation for each shape."""

    @query()
    async def small(self) -> Stock: ...

    @query()
    async def ten(self) -> Findings: ...

    @query()
    async def order(self) -> Order: ...

    @query()
    async def names(self) -> Names: ...

    @query()
    async def counts(self) -> Counts: ...

    @query()
    async def moments(self) -> Moments: ...

    @query()
    async def picture(self) -> Picture: ...


_AT: Final = datetime(2031, 6, 30, 1, 2, 3, 400_000, UTC)
VALUES: Final[dict[str, Any]] = {
    "small": Stock("p-1", 12),
    "ten": TEN,
    "order": Order(
        "7K3M", _AT, Address("Long Street 5", "Leipzig", "DE"),
        tuple(Line(f"p{number:05d}", number % 5 + 1, Decimal(f"{number}.95")) for number in range(10)),
    ),
    "names": Names(tuple(f"name-{number}" for number in range(1000))),
    "counts": Counts({f"p{number:05d}": number * 7 for number in range(100)}),
    "moments": Moments(
        tuple(Decimal(f"{number}.10") for number in range(100)),
        tuple(_AT + timedelta(seconds=number * 977) for number in range(100)),
    ),
    "picture": Picture(PICTURE),
}  # fmt: skip
