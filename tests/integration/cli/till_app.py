"""An application for the command line to run and call: a till with an edge, a database, a stream and an error."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from plures import Application, Capability, ContractError, Database, Message, Migration, command, contract, query

VERSION = 1


class Line(Message):
    name: str
    price: int


class Receipt(Message):
    total: int
    lines: tuple[Line, ...] = ()


class Closed(ContractError, status="failed_precondition"):
    """The till is [closed] today."""

    day: str


@contract("till.till.v1", owner="tests")
class Till(Protocol):
    """Adds up."""

    @query(deadline_s=30)
    async def add_up(self, prices: tuple[int, ...], *, times: int = 1) -> int: ...
    @query(deadline_s=30)
    async def receipt(self, line: Line, more: tuple[Line, ...] = ()) -> Receipt: ...
    @query(deadline_s=30, errors=[Closed])
    def count(self, up_to: int, then: str = "") -> AsyncIterator[int]: ...
    @query(deadline_s=30, errors=[Closed])
    async def fail(self, how: str) -> None: ...
    @command(deadline_s=30)
    async def ring(self) -> int: ...


class TillService:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_up(self, prices: tuple[int, ...], *, times: int = 1) -> int:
        return sum(prices) * times

    async def receipt(self, line: Line, more: tuple[Line, ...] = ()) -> Receipt:
        return Receipt(line.price + sum(other.price for other in more), (line, *more))

    async def count(self, up_to: int, then: str = "") -> AsyncIterator[int]:
        for n in range(up_to):
            yield n
        if then == "closed":
            raise Closed(day="Sunday")

    async def fail(self, how: str) -> None:
        if how == "closed":
            raise Closed(day="Sunday")
        if how == "die":
            os._exit(3)
        if how == "slow":
            await asyncio.sleep(25)
        message = "secret of the till"
        raise ValueError(message)

    async def ring(self) -> int:
        async with self._database.write() as connection:
            await connection.execute("INSERT INTO rings DEFAULT VALUES")
            return int(await connection.scalar("SELECT count(*) FROM rings") or 0)


def edge(till: Till) -> Callable[..., Awaitable[None]]:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "HTTP only"
        body = f"version {VERSION}, rung {await till.ring()} times".encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


RINGS = (Migration(1, "rings", ("CREATE TABLE rings (id INTEGER PRIMARY KEY)",)),)
app = Application("till", [Capability(Till, TillService, migrations=RINGS)], edge=edge)
