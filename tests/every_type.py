"""A contract with every type that may cross, bounded and not, alone and within others; its service hands back what it gets."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Literal, Protocol
from uuid import UUID

from plures import ContractError, Event, Message, Meta, command, contract, query


class Colour(Enum):
    """Numbered, without a zero."""

    RED = 1
    DEEP_BLUE = 2


class Level(Enum):
    """Numbered, with a zero."""

    NONE = 0
    SOME = 5


class Sort(StrEnum):
    """Named only. What stands first is meant where it is left out."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Circle(Message):
    radius: float


class Square(Message):
    side_mm: int


class Leaf(Message):
    """A message that nests itself."""

    name: str
    leaves: tuple["Leaf", ...] = ()
    beside: "Leaf | None" = None


class Scalars(Message):
    """Each scalar.

    Attributes:
        wide: More than JavaScript counts.
        moment: With an offset.
    """

    wide: int
    ratio: float
    yes: bool
    text: str
    payload: bytes
    moment: datetime
    took: timedelta
    price: Decimal
    day: date
    at: time
    id: UUID
    colour: Colour
    level: Level
    sort: Sort
    direction: Literal["up", "down"]


class Bounded(Message):
    """Bounds of each kind, with a zero that they allow and without."""

    pieces: Annotated[int, Meta(ge=1, le=99)]
    offset: Annotated[int, Meta(ge=0)]
    first: Annotated[int, Meta(ge=1)]
    below: Annotated[int, Meta(gt=-3, lt=1000)]
    even: Annotated[int, Meta(multiple_of=2, ge=0, le=10)]
    share: Annotated[float, Meta(ge=0.5, le=1)]
    code: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    note: Annotated[str, Meta(max_length=5)]
    few: Annotated[tuple[int, ...], Meta(min_length=1, max_length=3)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 24


class Holding(Message):
    """Types within others."""

    shape: Circle | Square
    shapes: tuple[Circle | Square, ...]
    by_name: dict[str, Circle]
    counts: dict[str, int]
    point: tuple[float, float]
    pair: tuple[str, int]
    grid: tuple[tuple[int, ...], ...]
    choices: tuple[Literal["a", "b"], ...]
    times: tuple[time, ...]
    maps: tuple[dict[str, str], ...]
    tree: Leaf


class Optional(Message):
    """What may be left out."""

    must_be_said: int | None
    text: str | None = None
    wide: int | None = None
    moment: datetime | None = None
    colour: Colour | None = None
    shape: Circle | Square | None = None
    direction: Literal["up", "down"] | None = None
    greeting: str = "hello"
    sort: Sort = Sort.OLDEST
    way: Literal["up", "down"] = "down"
    ratio: float = 0.5


class TooMany(ContractError, status="out_of_range"):
    """There are more than there may be."""

    count: int
    shape: Circle | Square


class Refused(ContractError, status="failed_precondition"):
    """It is refused."""

    reason: str = "none is known"


class Drawn(Event, key="name"):
    """Something was drawn."""

    name: str
    shape: Circle | Square
    sort: Sort = Sort.NEWEST


@contract("tests.everything.v1", owner="tests", events=[Drawn])
class Everything(Protocol):
    """Hands back what it gets."""

    @query(deadline_s=20)
    async def scalars(self, value: Scalars) -> Scalars: ...

    @query(deadline_s=20)
    async def bounded(self, value: Bounded) -> Bounded: ...

    @query(deadline_s=20)
    async def holding(self, value: Holding) -> Holding: ...

    @command(deadline_s=20)
    async def optional(self, value: Optional) -> Optional: ...

    @command(idempotent=True, errors=[TooMany, Refused], deadline_s=20)
    async def refuse(self, count: int, shape: Circle | Square) -> None: ...

    @query(errors=[TooMany], deadline_s=20)
    def many(self, count: int) -> AsyncIterator[Square]: ...


class EverythingService(Everything):
    async def scalars(self, value: Scalars) -> Scalars:
        return value

    async def bounded(self, value: Bounded) -> Bounded:
        return value

    async def holding(self, value: Holding) -> Holding:
        return value

    async def optional(self, value: Optional) -> Optional:
        return value

    async def refuse(self, count: int, shape: Circle | Square) -> None:
        if count > 10:
            raise TooMany(count=count, shape=shape)
        raise Refused

    async def many(self, count: int) -> AsyncIterator[Square]:
        for number in range(min(count, 100)):
            yield Square(number)
        if count > 100:
            raise TooMany(count=count, shape=Square(100))
