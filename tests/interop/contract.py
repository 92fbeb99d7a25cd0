"""A contract of all the types that peers may get wrong, and a service that tells what reached it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Protocol
from uuid import UUID

from plures import ContractError, Message, command, contract, query


class Colour(Enum):
    RED = 1
    DEEP_BLUE = 2


class Circle(Message):
    radius: float


class Square(Message):
    side_mm: int


class Parcel(Message):
    wide: int
    ratio: float
    payload: bytes
    sent_at: datetime
    took: timedelta
    price: Decimal
    packed_on: date
    parcel_id: UUID
    colour: Colour
    is_fragile: bool
    shape: Circle | Square
    circles: tuple[Circle, ...] = ()
    tags: tuple[str, ...] = ()
    note: str | None = None
    inside: Square | None = None


class TooHeavy(ContractError, status="out_of_range"):
    """It is too heavy to be lifted."""

    weight_g: int
    limit_g: int
    advice: str = "split it"


@contract("interop.depot.v1", owner="interop")
class Depot(Protocol):
    """Takes parcels and hands them back."""

    @query(deadline_s=20)
    async def mirror(self, parcel: Parcel) -> Parcel: ...

    @query(cache_s=60, deadline_s=20)
    async def spell(self, parcel: Parcel) -> str: ...

    @query(cache_s=60, cache="public", deadline_s=20)
    async def turn(self, shape: Circle | Square) -> Circle | Square: ...

    @query(cache_s=1, cache="public", deadline_s=20)
    async def next_id(self, last_id: int, step: int = 1, label: str | None = None) -> int: ...

    @command(errors=[TooHeavy], deadline_s=20)
    async def lift(self, weight_g: int) -> None: ...

    @query(deadline_s=20)
    async def wait(self, hold_s: float) -> None: ...

    @query(deadline_s=0.3, cache_s=60)
    async def hurry(self, hold_s: float) -> None: ...

    @query(deadline_s=20, errors=[TooHeavy])
    def unload(self, first: int, count: int) -> AsyncIterator[Square]: ...


class DepotService:
    """Fulfils the contract with Plures; `spell` shows the values exactly as they arrived."""

    async def mirror(self, parcel: Parcel) -> Parcel:
        return parcel

    async def spell(self, parcel: Parcel) -> str:
        return repr(parcel)

    async def turn(self, shape: Circle | Square) -> Circle | Square:
        return Square(side_mm=int(shape.radius)) if isinstance(shape, Circle) else Circle(radius=float(shape.side_mm))

    async def next_id(self, last_id: int, step: int = 1, label: str | None = None) -> int:
        return last_id + step + len(label or "")

    async def lift(self, weight_g: int) -> None:
        if weight_g > 1000:
            raise TooHeavy(weight_g=weight_g, limit_g=1000)

    async def wait(self, hold_s: float) -> None:
        await asyncio.sleep(hold_s)

    async def hurry(self, hold_s: float) -> None:
        await asyncio.sleep(hold_s)

    async def unload(self, first: int, count: int) -> AsyncIterator[Square]:
        for number in range(first, first + count):
            if number > 1000:
                raise TooHeavy(weight_g=number, limit_g=1000)
            yield Square(side_mm=number)
